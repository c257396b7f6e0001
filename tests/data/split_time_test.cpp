// Forward chaining: what is measured lies behind what trained.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <sstream>
#include <string>

#include "data_files.hpp"
#include "split.hpp"
#include "support/table.hpp"

namespace holdout::data {
namespace {

using namespace testing;

SplitSettings by_time(std::int64_t folds, std::int64_t gap = 0, const std::string& window = "expanding") {
  SplitSettings s;
  s.select(SplitSettings::time);
  s.folds = folds, s.gap = gap, s.window = window;
  return s;
}

Dataset rows(std::size_t n) {
  Dataset d;
  d.rows = n;
  d.y.assign(n, 0.5);
  return d;
}

RowList range(double begin, double end) {
  RowList list(static_cast<std::size_t>(end - begin));
  std::iota(list.begin(), list.end(), static_cast<std::uint32_t>(begin));
  return list;
}

TEST_CASE("reference: parts are those of scikit-learn's TimeSeriesSplit") {
  int compared = 0;
  for (const auto& row : holdout::testing::reference_table("splits.csv")) {
    if (row[0] != "time") continue;
    ++compared;
    CAPTURE(compared);
    const SplitSettings s =
        by_time(to_integer(row[1]).value(), to_integer(row[5]).value(), row[6] == "0" ? "expanding" : "sliding");
    const Split split = draw_split(rows(static_cast<std::size_t>(to_integer(row[2]).value())), s, Seed{1});
    std::istringstream in(row[7]);
    for (const Fold& fold : split.folds) {
      double end[4] = {};
      for (double& x : end) in >> x;
      REQUIRE(in.good() != (&fold == &split.folds.back()));  // the last number ends the text
      CHECK(fold.train == range(end[0], end[1]));
      CHECK(fold.holdout == range(end[2], end[3]));
    }
    CHECK(in.eof());
  }
  CHECK(compared == 10);
}

TEST_CASE("property: no row that trains is as late as one that it is measured on, whatever the ties") {
  Stream random = stream(Seed{21}, "test of times");
  for (int round = 0; round < 300; ++round) {
    const std::size_t n = 30 + random.below(200);
    SplitKeys keys;
    const std::uint32_t times = round % 3 == 0 ? 1000 : 12 + random.below(20);
    for (std::size_t i = 0; i < n; ++i) keys.order.push_back(random.below(times) * 0.25 - 3);
    SplitSettings s = by_time(1 + random.below(5), random.below(3), round % 2 ? "sliding" : "expanding");
    s.order = "date", s.gap_unit = round % 4 < 2 ? "rows" : "order";
    s.test = round % 5 < 3 ? 0 : 0.2;
    CAPTURE(round);
    Split split;
    try {
      split = draw_split(rows(n), s, Seed{}, keys);
    } catch (const Error&) {  // a gap in front of few rows
      CHECK(s.gap > 0);
      continue;
    }
    REQUIRE(split.folds.size() == static_cast<std::size_t>(s.folds));
    const auto time = [&](std::uint32_t i) { return keys.order[i]; };
    const auto latest = [&](const RowList& part) {
      return time(*std::max_element(part.begin(), part.end(), [&](auto a, auto b) { return time(a) < time(b); }));
    };
    const auto earliest = [&](const RowList& part) {
      return time(*std::min_element(part.begin(), part.end(), [&](auto a, auto b) { return time(a) < time(b); }));
    };
    const double gap = s.gap_unit == "order" ? static_cast<double>(s.gap) : 0;
    double before = -100;
    for (const Fold& fold : split.folds) {
      CHECK(latest(fold.train) < earliest(fold.holdout) - gap);
      CHECK(before < earliest(fold.holdout));  // ties of two hold-out parts do not lie on both sides either
      before = latest(fold.holdout);
      if (s.window == "sliding") CHECK(fold.train.size() == split.folds[0].train.size());
      if (s.gap_unit == "rows") {  // so many rows between them, at least
        std::int64_t between = 0;
        for (std::uint32_t i = 0; i < n; ++i)
          between += latest(fold.train) <= time(i) && time(i) < earliest(fold.holdout);
        for (const std::uint32_t i : fold.train) between -= time(i) == latest(fold.train);
        CHECK(between >= s.gap);
      }
    }
    if (s.test == 0) continue;
    CHECK(before < earliest(split.test));
    CHECK(latest(split.refit) < earliest(split.test) - gap);
  }
}

TEST_CASE("time: ties by hand") {
  // Ten rows, two parts of three. Cuts at 4 and 7 fall among the 3s (rows 3 to 5) and the 5s (rows 6 to 8): nearer are
  // 3 and 6.
  SplitKeys keys;
  keys.order = {0, 1, 2, 3, 3, 3, 5, 5, 5, 9};
  SplitSettings s = by_time(2);
  s.order = "t";
  Split split = draw_split(rows(10), s, Seed{}, keys);
  CHECK(split.folds[0].train == range(0, 3));
  CHECK(split.folds[0].holdout == range(3, 6));
  CHECK(split.folds[1].train == range(0, 6));
  CHECK(split.folds[1].holdout == range(6, 10));
  CHECK(split.refit == range(0, 10));
  // As near on both sides: the earlier end. One time for all but the first row: there is one cut.
  keys.order = {0, 1, 2, 2, 2, 2, 3, 4};
  s = by_time(1);
  split = draw_split(rows(8), s, Seed{}, keys);
  CHECK(split.folds[0].holdout == range(2, 8));
  keys.order = {0, 1, 1, 1, 1, 1, 1, 1};
  CHECK(draw_split(rows(8), s, Seed{}, keys).folds[0].train == range(0, 1));
  // In any order of the file.
  keys.order = {9, 5, 5, 3, 0, 3, 1, 5, 2, 3};
  split = draw_split(rows(10), by_time(2), Seed{}, keys);
  CHECK(split.folds[0].train == RowList{4, 6, 8});
  CHECK(split.folds[0].holdout == RowList{3, 5, 9});
  CHECK(split.folds[1].holdout == RowList{0, 1, 2, 7});
}

TEST_CASE("time: the last rows test; the tuned model leaves the gap in front of them") {
  SplitSettings s = by_time(3, 4);
  s.test = 0.2;
  Split split = draw_split(rows(50), s, Seed{});
  CHECK(split.test == range(40, 50));
  CHECK(split.folds[0].train == range(0, 6));
  CHECK(split.folds[2].holdout == range(30, 40));
  CHECK(split.refit == range(0, 36));
  s.window = "sliding";
  split = draw_split(rows(50), s, Seed{});
  CHECK(split.folds[2].train == range(20, 26));
  CHECK(split.refit == range(30, 36));
}

TEST_CASE("time: a gap in days is one of the order column") {
  std::string text = "date,x,y\n";
  for (int day = 1; day <= 30; ++day)
    for (int hour : {6, 18})
      text += "2024-04-" + std::string(day < 10 ? "0" : "") + std::to_string(day) + "T" + (hour == 6 ? "06" : "18") +
              ":00," + std::to_string(day * hour % 7) + "," + std::to_string(day) + "\n";
  DataSettings s = settings();
  s.split = by_time(2, 7);
  s.split.order = "date";
  const Prepared in_rows = load_text(text, Task::regression, s);
  CHECK(in_rows.dataset.feature_names == std::vector<std::string>{"x"});
  CHECK(in_rows.split.folds[0].train.size() == 13);
  s.split.gap_unit = "order";
  const Prepared in_days = load_text(text, Task::regression, s);
  CHECK(in_days.split.folds[0].train.size() == 6);  // what is measured begins on the 11th; the 4th is 7 days before
  CHECK(
      in_days.notices.front() ==
      "split by 'date': training parts of 6 to 26 rows before hold-out parts of 20 rows; the tuned model is trained on "
      "60 rows");
}

TEST_CASE("time: what cannot be split is refused with the ways out") {
  const auto fail = [](const Dataset& d, const SplitSettings& s, const SplitKeys& keys = {}) {
    const auto m = messages_of([&] { draw_split(d, s, Seed{}, keys); });
    return m.empty() ? std::string("(none)") : m[0].path + ": " + m[0].text + "; " + m[0].hint;
  };
  SplitKeys keys;
  for (int i = 0; i < 30; ++i) keys.order.push_back(i % 3);
  SplitSettings s = by_time(5);
  s.order = "year";
  CHECK(fail(rows(30), s, keys) ==
        "data.split.folds: folds: 5 by time need 6 different times, but 'year' has 3 different values; use at most 2 "
        "folds");
  s.test = 0.2;
  CHECK(has(fail(rows(30), s, keys), "and a test part need 7 different times"));
  keys.order.assign(30, 1);
  CHECK(has(fail(rows(30), s, keys), "use method: kfold"));
  CHECK(has(fail(rows(4), by_time(5)), "but 4 rows"));
  CHECK(has(fail(rows(60), by_time(5, 10)), "data.split.gap: gap: 10 rows leaves no training row"));
  CHECK(fail(rows(60), by_time(5, 9)) == "(none)");
}

TEST_CASE("time: cells that are no time, with their lines") {
  const auto fail = [](const std::vector<std::string>& cells, bool feature = false) {
    std::string text = "date,x,y\n";
    for (std::size_t i = 0; i < cells.size(); ++i) text += cells[i] + "," + std::to_string(i % 3) + ",1\n";
    DataSettings s = settings();
    s.split = by_time(2);
    s.split.order = "date";
    if (feature) s.features.include = {"date", "x"};
    return error_of([&] { load_text(text, Task::regression, s); });
  };
  CHECK(has(fail({"2024-01-01", "2024-01-02", "yesterday", "2024-01-04"}),
            "a.csv:4: error: order 'date': 'yesterday' is neither a number nor a date"));
  CHECK(has(fail({"2024-01-01", "2024-01-02", "17", "2024-01-04"}),
            "a.csv:4: error: order 'date': '17' is a number among"));
  CHECK(has(fail({"2024-01-01T10:00Z", "2024-01-02T10:00", "2024-01-03T10:00"}), "cannot be compared"));
  CHECK(has(fail({"2024-01-01", "", "2024-01-03"}),
            "a.csv:3: error: column 'date' is empty: the row has no place in time"));
  CHECK(has(fail({"1", "x", "3", "4", "5"}, true), "a.csv:3: "));
  CHECK(fail({"1", "2.5", "3", "4", "5"}, true) == "(none)");
  CHECK(fail({"2024-01-01", "2024-01-02", "2024-01-03", "2023-12-31"}) == "(none)");
}

TEST_CASE("time: libsvm files are split in their order, and have no other") {
  std::string text;
  for (int i = 0; i < 40; ++i) text += std::to_string(i) + " 1:" + std::to_string(i % 5 + 1) + " 3:0.5\n";
  DataSettings s = settings();
  s.format = "libsvm", s.target = {};
  s.split = by_time(3);
  CHECK(load_text(text, Task::regression, s).split.folds[2].train == range(0, 30));
  s.split.order = "date";
  const auto m = messages_of([&] { load_text(text, Task::regression, s); });
  REQUIRE(m.size() == 1);
  CHECK(m[0].text == "data.split.order: a libsvm file has no columns");
  CHECK(has(m[0].hint, "the order of the file"));
}

}  // namespace
}  // namespace holdout::data
