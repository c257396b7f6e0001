// Parts of the data: counts by hand, and what holds for every split.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "data_files.hpp"
#include "split.hpp"

namespace holdout::data {
namespace {

using namespace testing;

// Rows of classes with these sizes, mixed; no sizes: a regression with `rows` rows.
Dataset labels(const std::vector<std::size_t>& sizes, std::size_t rows = 0) {
  Dataset d;
  d.task = sizes.empty() ? Task::regression : Task::classification;
  for (std::size_t c = 0; c < sizes.size(); ++c) {
    d.classes.push_back(std::string(1, static_cast<char>('a' + c)));
    d.y.insert(d.y.end(), sizes[c], static_cast<double>(c));
  }
  if (sizes.empty()) d.y.assign(rows, 0.5);
  d.rows = d.y.size();
  if (d.rows == 0) return d;
  std::vector<double> mixed;
  for (const std::uint32_t i : stream(Seed{1}, "mix").permutation(static_cast<std::uint32_t>(d.rows)))
    mixed.push_back(d.y[i]);
  d.y = mixed;
  return d;
}

SplitSettings holdout_split(double fraction, double test, bool stratify = true) {
  SplitSettings s;
  s.fraction = fraction, s.test = test, s.stratify = stratify;
  return s;
}

SplitSettings kfold_split(std::int64_t folds, double test, bool stratify = true) {
  SplitSettings s;
  s.select(SplitSettings::kfold);
  s.folds = folds, s.test = test, s.stratify = stratify;
  return s;
}

SplitSettings leave_one_out(double test) {
  SplitSettings s;
  s.select(SplitSettings::leave_one_out);
  s.test = test;
  return s;
}

std::vector<std::size_t> counts(const Dataset& d, const RowList& rows) {
  std::vector<std::size_t> n(std::max<std::size_t>(1, d.classes.size()));
  for (const std::uint32_t i : rows) ++n[d.classes.empty() ? 0 : static_cast<std::size_t>(d.y[i])];
  return n;
}

// Every row is in exactly one part of every fold, lists ascend, and with k-fold each row measures once.
void check_parts(const Dataset& d, const Split& split, bool folds) {
  std::vector<int> measured(d.rows);
  for (const Fold& fold : split.folds) {
    std::vector<int> seen(d.rows);
    for (const RowList* part : {&fold.train, &fold.holdout, &split.test}) {
      CHECK(std::is_sorted(part->begin(), part->end()));
      for (const std::uint32_t i : *part) ++seen.at(i);
    }
    CHECK(std::count(seen.begin(), seen.end(), 1) == static_cast<std::ptrdiff_t>(d.rows));
    for (const std::uint32_t i : fold.holdout) ++measured[i];
  }
  for (const std::uint32_t i : split.test) ++measured[i];
  if (folds) CHECK(std::count(measured.begin(), measured.end(), 1) == static_cast<std::ptrdiff_t>(d.rows));
}

TEST_CASE("leave-one-out: all rows but those of the test part train and measure") {
  const Dataset d = labels({}, 21);
  const Split split = draw_split(d, leave_one_out(0.3), Seed{3});
  CHECK(split.leave_one_out);
  CHECK(split.test.size() == 6);
  REQUIRE(split.folds.size() == 1);
  CHECK(split.folds[0].holdout == split.folds[0].train);
  check_parts(d, {{{split.folds[0].train, {}}}, split.test}, false);
  CHECK(draw_split(d, leave_one_out(0), Seed{3}).folds[0].train.size() == 21);
  CHECK_FALSE(draw_split(d, kfold_split(3, 0), Seed{3}).leave_one_out);
  CHECK(has(error_of([&] { draw_split(labels({}, 4), leave_one_out(0.75), Seed{3}); }),
            "leave_one_out: of 4 rows 3 test, and fewer than two are left"));
  Dataset weighted = d;
  weighted.weights.assign(21, 0);
  weighted.weights[5] = 2;
  CHECK(has(error_of([&] { check_split(weighted, draw_split(weighted, leave_one_out(0), Seed{3})); }),
            "leave_one_out: one row alone has a weight above 0"));
  weighted.weights[20] = 1;
  CHECK_NOTHROW(check_split(weighted, draw_split(weighted, leave_one_out(0), Seed{3})));
}

TEST_CASE("property: hold-out parts are disjoint, complete, and of the promised size, in every class") {
  Stream random = stream(Seed{5}, "test of splits");
  for (int round = 0; round < 200; ++round) {
    std::vector<std::size_t> sizes(random.below(4));
    for (std::size_t& n : sizes) n = 8 + random.below(60);
    if (sizes.size() == 1) sizes.push_back(20);
    const Dataset d = labels(sizes, 10 + random.below(200));
    const double fraction = 0.1 + 0.4 * random.uniform(), test = round % 3 == 0 ? 0 : 0.1 + 0.3 * random.uniform();
    const Split split = draw_split(d, holdout_split(fraction, test), Seed{static_cast<std::uint64_t>(round)});
    CAPTURE(round);
    REQUIRE(split.folds.size() == 1);
    check_parts(d, split, false);
    const double n = static_cast<double>(d.rows);
    CHECK(std::abs(static_cast<double>(split.folds[0].holdout.size()) - fraction * n) <= 0.5);
    CHECK(std::abs(static_cast<double>(split.test.size()) - test * n) <= 0.5);
    for (const RowList* part : {&split.folds[0].holdout, &split.test})
      for (std::size_t c = 0; c < d.classes.size(); ++c) {  // largest remainder: within one row of the exact share
        const double exact = static_cast<double>(sizes[c]) * static_cast<double>(part->size()) / n;
        CHECK(std::abs(static_cast<double>(counts(d, *part)[c]) - exact) < 1);
      }
  }
}

TEST_CASE("property: folds are disjoint, complete and even, in every class too") {
  Stream random = stream(Seed{6}, "test of splits");
  for (int round = 0; round < 200; ++round) {
    const std::int64_t k = 2 + static_cast<std::int64_t>(random.below(9));
    std::vector<std::size_t> sizes(random.below(4));
    for (std::size_t& n : sizes) n = 20 + random.below(60);
    if (sizes.size() == 1) sizes.push_back(20);
    const Dataset d = labels(sizes, 20 + random.below(200));
    const Split split = draw_split(d, kfold_split(k, round % 2 ? 0.2 : 0), Seed{static_cast<std::uint64_t>(round)});
    CAPTURE(round);
    REQUIRE(split.folds.size() == static_cast<std::size_t>(k));
    check_parts(d, split, true);
    for (std::size_t c = 0; c < counts(d, {}).size(); ++c) {
      std::size_t least = d.rows, most = 0;
      for (const Fold& fold : split.folds) {
        const std::size_t n = counts(d, fold.holdout)[c];
        least = std::min(least, n), most = std::max(most, n);
      }
      CHECK(most - least <= 1);
    }
  }
}

TEST_CASE("property: repeated k-fold measures every row once in each repetition, in other parts each time") {
  Stream random = stream(Seed{8}, "test of splits");
  for (int round = 0; round < 50; ++round) {
    std::vector<std::size_t> sizes(random.below(4));
    for (std::size_t& n : sizes) n = 20 + random.below(60);
    if (sizes.size() == 1) sizes.push_back(20);
    const Dataset d = labels(sizes, 40 + random.below(200));
    SplitSettings s = kfold_split(2 + random.below(5), round % 2 ? 0.2 : 0);
    const Split once = draw_split(d, s, Seed{static_cast<std::uint64_t>(round)});
    s.repeats = 3;
    const Split split = draw_split(d, s, Seed{static_cast<std::uint64_t>(round)});
    const auto k = static_cast<std::ptrdiff_t>(s.folds);
    CAPTURE(round);
    REQUIRE(split.folds.size() == static_cast<std::size_t>(3 * k));
    CHECK(split.repeats == 3);
    CHECK(split.test == once.test);
    for (std::ptrdiff_t r = 0; r < 3; ++r) {
      const Split each{{split.folds.begin() + r * k, split.folds.begin() + (r + 1) * k}, split.test};
      check_parts(d, each, true);
      for (std::size_t c = 0; c < counts(d, {}).size(); ++c) {
        std::size_t least = d.rows, most = 0;
        for (const Fold& fold : each.folds) {
          const std::size_t n = counts(d, fold.holdout)[c];
          least = std::min(least, n), most = std::max(most, n);
        }
        CHECK(most - least <= 1);
      }
    }
    CHECK(split.folds[0].holdout == once.folds[0].holdout);  // the first repetition is the split without repeats
    CHECK(split.folds[0].holdout != split.folds[static_cast<std::size_t>(k)].holdout);
    CHECK(split.folds[static_cast<std::size_t>(k)].holdout != split.folds[static_cast<std::size_t>(2 * k)].holdout);
  }
  SplitSettings s = kfold_split(5, 0);
  s.repeats = 201;
  CHECK(has(error_of([&] { draw_split(labels({}, 50), s, Seed{}); }), "201 times 5 folds are 1005 trainings"));
}

TEST_CASE("split: the same seed gives the same parts, another seed others") {
  const Dataset d = labels({50, 50});
  const auto rows = [&](std::uint64_t seed) {
    return draw_split(d, holdout_split(0.25, 0.2), Seed{seed}).folds[0].holdout;
  };
  CHECK(rows(1) == rows(1));
  CHECK(rows(1) != rows(2));
  CHECK(draw_split(d, kfold_split(5, 0), Seed{1}).folds[0].holdout !=
        draw_split(d, kfold_split(5, 0), Seed{2}).folds[0].holdout);
}

TEST_CASE("split: every row is equally likely to measure") {
  // 4000 splits, each row 1000 ± 27.4 (binomial, p = 1/4): 5 standard deviations, 20 rows.
  const Dataset d = labels({12, 8});
  std::vector<int> count(20);
  for (std::uint64_t seed = 0; seed < 4000; ++seed)
    for (const Split split = draw_split(d, holdout_split(0.25, 0), Seed{seed});
         const std::uint32_t i : split.folds[0].holdout)
      ++count[i];
  for (const int n : count) CHECK(std::abs(n - 1000) < 137);
}

TEST_CASE("split: shares of all rows, half up, as decimals read") {
  // 0.29 · 50 = 14.5 by hand, 14.499999999999998 in doubles; 0.25 · 10 = 2.5.
  CHECK(draw_split(labels({}, 50), holdout_split(0.29, 0), Seed{}).folds[0].holdout.size() == 15);
  CHECK(draw_split(labels({}, 10), holdout_split(0.25, 0), Seed{}).folds[0].holdout.size() == 3);
  CHECK(draw_split(labels({}, 10), holdout_split(0.25, 0.25), Seed{}).test.size() == 3);
}

TEST_CASE("split: largest remainders by hand") {
  // 10 of 100 rows for classes of 33, 33, 34: shares 3.3, 3.3, 3.4: 3 each, and the one left to the largest remainder.
  const Dataset d = labels({33, 33, 34});
  CHECK(counts(d, draw_split(d, holdout_split(0.1, 0), Seed{3}).folds[0].holdout) == std::vector<std::size_t>{3, 3, 4});
  // 40 rows, 3 of class b, a quarter: 9.25 and 0.75: 9 and 1.
  const Dataset rare = labels({37, 3});
  CHECK(counts(rare, draw_split(rare, holdout_split(0.25, 0), Seed{3}).folds[0].holdout) ==
        std::vector<std::size_t>{9, 1});
}

TEST_CASE("split: too few rows are refused with the counts") {
  const auto fail = [](const Dataset& d, const SplitSettings& s, std::uint64_t seed = 1) {
    const auto m = messages_of([&] { check_split(d, draw_split(d, s, Seed{seed})); });
    return m.empty() ? std::string("(none)") : m[0].path + ": " + m[0].text;
  };
  const std::string small = fail(labels({37, 3}), kfold_split(5, 0));
  CHECK(has(small, "data.split.folds: "));
  for (const char* word : {"folds", "5", "3", "class 'b'"}) CHECK(has(small, word));
  CHECK(has(fail(labels({37, 5}), kfold_split(5, 0.2)), "4 rows"));
  CHECK(has(fail(labels({}, 4), kfold_split(5, 0)), "data.split.folds: "));
  CHECK(has(fail(labels({}, 20), holdout_split(0.6, 0.4)), "data.split"));
  CHECK(has(fail(labels({}, 20), holdout_split(0.01, 0)), "data.split.fraction: "));
  CHECK(has(fail(labels({}, 20), holdout_split(0.25, 0.01)), "data.split.test: "));
  // Not stratified, the only row of a class may be drawn out of the training rows.
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    refused += fail(labels({40, 1}), holdout_split(0.5, 0.25, false), seed) != "(none)";
  CHECK(refused > 0);
  CHECK(fail(labels({40, 40}), holdout_split(0.5, 0.25, false)) == "(none)");
}

TEST_CASE("split: parts that would take more rows of a class than there are take what there is, and none twice") {
  // 8 of 20 rows to test, 8 to measure: of a class of one row 0.4 each, and both largest remainders are a's.
  const Dataset d = labels({1, 1, 18});
  const Split split = draw_split(d, holdout_split(0.4, 0.4), Seed{3});
  check_parts(d, split, false);
  CHECK(counts(d, split.test) == std::vector<std::size_t>{1, 0, 7});
  CHECK(counts(d, split.folds[0].holdout) == std::vector<std::size_t>{0, 0, 7});
  CHECK(has(error_of([&] { check_split(d, split); }), "class 'a' has no row in the training part"));
}

SplitColumn column(std::vector<std::string> values) {
  SplitColumn c;
  c.file = "side.csv", c.values = std::move(values);
  for (std::size_t i = 0; i < c.values.size(); ++i) c.lines.push_back(static_cast<std::uint32_t>(i + 2));
  return c;
}

TEST_CASE("split: a column of words, of fold numbers") {
  const Split words = split_by_column(labels({}, 5), column({"test", "train", "holdout", "train", "holdout"}));
  REQUIRE(words.folds.size() == 1);
  CHECK(words.folds[0].train == RowList{1, 3});
  CHECK(words.folds[0].holdout == RowList{2, 4});
  CHECK(words.test == RowList{0});
  const Split folds = split_by_column(labels({}, 6), column({"2", "-1", "1", "2", "10", "1"}));
  REQUIRE(folds.folds.size() == 3);  // in the order of numbers
  CHECK(folds.folds[0].holdout == RowList{2, 5});
  CHECK(folds.folds[0].train == RowList{0, 3, 4});
  CHECK(folds.folds[1].holdout == RowList{0, 3});
  CHECK(folds.folds[2].holdout == RowList{4});
  CHECK(folds.folds[2].train == RowList{0, 2, 3, 5});
  CHECK(folds.test == RowList{1});
}

TEST_CASE("split: a column that says something else") {
  const auto fail = [](const std::vector<std::string>& values) {
    return error_of([&] {
      const Dataset d = labels({}, values.size());
      check_split(d, split_by_column(d, column(values)));
    });
  };
  const std::string word = fail({"train", "trian", "holdout"});
  CHECK(has(word, "side.csv:3: "));
  CHECK(has(word, "'trian'"));
  CHECK(has(word, "did you mean 'train'?"));
  const auto many = messages_of([] { split_by_column(labels({}, 25), column(std::vector<std::string>(25, "?"))); });
  REQUIRE(many.size() == 20);
  CHECK(many.back().place.line == 21);
  CHECK(many.back().text == "'?' is no part of a split");
  CHECK(has(fail({"0", "1.5", "1"}), "'1.5'"));
  CHECK(has(fail({"0", "-2", "1"}), "'-2'"));
  CHECK(has(fail({"train", "holdout", "1"}), "mix"));
  CHECK(has(fail({"train", "train"}), "hold-out"));
  CHECK(has(fail({"holdout", "test"}), "training"));
  CHECK(has(fail({"0", "0", "-1"}), "fold"));
  CHECK(has(fail({"test", "test"}), "fold"));
}

}  // namespace
}  // namespace holdout::data
