// Folds around a search: what they hold out is in no part of its rows.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "data_files.hpp"
#include "split.hpp"

namespace holdout::data {
namespace {

using namespace testing;

Dataset rows(std::size_t n) {
  Dataset d;
  d.task = Task::classification;
  d.classes = {"a", "b", "c"};
  d.rows = n;
  for (std::size_t i = 0; i < n; ++i) d.y.push_back(static_cast<double>(i * i % 7 % 3));
  return d;
}

SplitSettings nested(SplitSettings::Method method, std::int64_t folds) {
  SplitSettings s;
  s.select(method);
  s.outer.folds = folds;
  return s;
}

std::vector<Split> outer_splits(const Dataset& d, SplitSettings s, const SplitKeys& keys = {}) {
  std::vector<Split> all;
  for (s.outer.fold = 0; s.outer.fold < s.outer.folds; ++s.outer.fold) all.push_back(draw_split(d, s, Seed{5}, keys));
  return all;
}

// Rows of the folds and the test part are apart.
std::set<std::uint32_t> searched(const Split& split) {
  std::set<std::uint32_t> found;
  for (const Fold& fold : split.folds)
    for (const RowList* part : {&fold.train, &fold.holdout}) found.insert(part->begin(), part->end());
  return found;
}

TEST_CASE("property: every row but the test rows is held out of one search, and of that search wholly") {
  const Dataset d = rows(120);
  for (const auto method : {SplitSettings::holdout, SplitSettings::kfold, SplitSettings::leave_one_out})
    for (const double test : {0.0, 0.2}) {
      SplitSettings s = nested(method, 4);
      s.test = test;
      if (method == SplitSettings::kfold) s.repeats = 2;
      CAPTURE(static_cast<int>(method));
      const Split all = draw_split(d, s, Seed{5});
      std::vector<int> held(d.rows);
      for (const std::uint32_t i : all.test) ++held[i];
      for (const Split& split : outer_splits(d, s)) {
        const std::set<std::uint32_t> inside = searched(split);
        CHECK(inside.size() + split.test.size() + all.test.size() == d.rows);
        for (const std::uint32_t i : split.test) {
          ++held[i];
          CHECK(inside.count(i) == 0);
        }
        for (const std::uint32_t i : all.test) CHECK(inside.count(i) == 0);
        CHECK(split.leave_one_out == (method == SplitSettings::leave_one_out));
        CHECK(split.repeats == static_cast<std::size_t>(s.repeats));
        std::vector<std::size_t> count(3);  // stratified: a quarter of each class, to within a row
        for (const std::uint32_t i : split.test) ++count[static_cast<std::size_t>(d.y[i])];
        for (int c = 0; c < 3; ++c) {
          std::size_t left = 0;
          for (std::uint32_t i = 0; i < d.rows; ++i)
            left += d.y[i] == c && !std::binary_search(all.test.begin(), all.test.end(), i);
          CHECK(count[static_cast<std::size_t>(c)] >= left / 4);
          CHECK(count[static_cast<std::size_t>(c)] <= left / 4 + 1);
        }
      }
      CHECK(std::count(held.begin(), held.end(), 1) == 120);
    }
}

TEST_CASE("outer folds: the search of all rows is the one without them") {
  const Dataset d = rows(60);
  SplitSettings s = nested(SplitSettings::kfold, 3), plain = s;
  plain.outer = {};
  CHECK(draw_split(d, s, Seed{5}).folds[2].holdout == draw_split(d, plain, Seed{5}).folds[2].holdout);
}

TEST_CASE("outer folds: groups stay on one side, and time goes on") {
  const Dataset d = rows(120);
  SplitKeys keys;
  for (std::uint32_t i = 0; i < d.rows; ++i) keys.group.push_back(i * 5 % 24);
  keys.groups = 24;
  SplitSettings s = nested(SplitSettings::kfold, 3);
  s.folds = 4, s.group = "patient";
  for (const Split& split : outer_splits(d, s, keys)) {
    std::set<std::uint32_t> inside, held;
    for (const std::uint32_t i : searched(split)) inside.insert(keys.group[i]);
    for (const std::uint32_t i : split.test) held.insert(keys.group[i]);
    CHECK(inside.size() + held.size() == 24);
    CHECK(held.size() == 8);
  }
  s = nested(SplitSettings::time, 3);
  s.folds = 2, s.gap = 5;
  std::uint32_t before = 0;
  for (const Split& split : outer_splits(d, s)) {
    CHECK(split.test.size() == 30);
    CHECK(*searched(split).rbegin() == split.test.front() - 6);  // five rows lie between
    CHECK(split.refit.back() == split.test.front() - 6);
    CHECK(split.test.front() > before);
    before = split.test.back();
    for (const Fold& fold : split.folds) CHECK(fold.train.back() + 6 == fold.holdout.front());
  }
  CHECK(before == 119);
}

TEST_CASE("outer folds: what cannot be is refused, saying which of the splits it is of") {
  const auto fail = [](const Dataset& d, const SplitSettings& s, const SplitKeys& keys = {}) {
    const auto m = messages_of([&] { draw_split(d, s, Seed{5}, keys); });
    return m.empty() ? std::string("(none)") : m[0].path + ": " + m[0].text;
  };
  SplitSettings s = nested(SplitSettings::kfold, 3);
  s.outer.fold = 3;
  CHECK(fail(rows(60), s) == "data.split.outer: outer.fold: 3, but the folds are 0 to 2");
  s.outer.folds = OuterSettings::kNone;
  CHECK(has(fail(rows(60), s), "but outer.folds is missing"));
  s = nested(SplitSettings::holdout, 30);
  s.outer.fold = 0;
  CHECK(has(fail(rows(60), s), "data.split.outer: outer folds: 30, but class"));
  // Nine rows of each class are left of thirteen: too few for ten folds within.
  Dataset d = rows(0);
  for (int i = 0; i < 39; ++i) d.y.push_back(i % 3);
  d.rows = 39;
  s = nested(SplitSettings::kfold, 3);
  s.folds = 10, s.outer.fold = 1;
  CHECK(has(fail(d, s), "data.split.folds: outer fold 1: folds: 10, but class"));
  const std::string text = "x,y\n1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n7,a\n8,b\n";
  DataSettings data = settings();
  data.split = nested(SplitSettings::kfold, 3);
  data.split.folds = 4;
  CHECK(has(error_of([&] { load_text(text, Task::classification, data); }), "outer fold 0: folds: 4, but class"));
  data.split.folds = 2;
  CHECK(load_text(text, Task::classification, data).outer.size() == 3);
  data.split.outer.fold = 1;
  CHECK(load_text(text, Task::classification, data).outer.empty());
}

}  // namespace
}  // namespace holdout::data
