// Guard rows: a third of the hold-out rows, and never a part of a group.
#include "guard_rows.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <set>

#include <holdout/base/random.hpp>

#include "designs.hpp"
#include "study/ran.hpp"

namespace holdout::study {

TEST_CASE("guard rows: every third row where rows are for themselves") {
  const data::RowList rows{4, 7, 9, 12, 20, 21, 30};
  const GuardedRows found = guarded_rows(rows, {});
  CHECK(found.guard == data::RowList{9, 21});
  CHECK(found.measured == data::RowList{4, 7, 12, 20, 30});
}

TEST_CASE("property: guard rows are whole groups, and about a third of the rows") {
  Stream draws = stream(Seed{3}, "guard rows");
  for (int trial = 0; trial < 200; ++trial) {
    const std::size_t n = 2 + draws.below(200), groups = 2 + draws.below(40);
    std::vector<std::uint32_t> group(2 * n);
    for (auto& g : group) g = static_cast<std::uint32_t>(draws.below(groups));
    group[0] = 0, group[2] = 1;  // two at least among the rows
    data::RowList rows;
    for (std::uint32_t i = 0; i < n; ++i) rows.push_back(2 * i);
    const GuardedRows found = guarded_rows(rows, group);
    data::RowList all = found.measured;
    all.insert(all.end(), found.guard.begin(), found.guard.end());
    std::sort(all.begin(), all.end());
    CHECK(all == rows);
    std::set<std::uint32_t> measured;
    std::map<std::uint32_t, std::size_t> size;
    for (const std::uint32_t i : found.measured) measured.insert(group[i]);
    for (const std::uint32_t i : found.guard) CHECK_FALSE(measured.contains(group[i]));
    CHECK_FALSE(found.guard.empty());
    CHECK_FALSE(found.measured.empty());
    for (const std::uint32_t i : rows) ++size[group[i]];
    std::size_t largest = 0;
    for (const auto& [g, count] : size) largest = std::max(largest, count);
    const double off = static_cast<double>(found.guard.size()) - static_cast<double>(n) / 3;
    CHECK(std::abs(off) <= static_cast<double>(largest));
  }
}

TEST_CASE("guard rows: one group alone cannot be parted") {
  const std::vector<std::uint32_t> group(10, 0);
  CHECK(guarded_rows({1, 2, 3}, group).guard.empty());
}

namespace {

std::string grouped(const std::string& file, const std::string& folds, const std::string& search) {
  return "data: {file: " + file + ", target: y, split: {method: kfold, folds: " + folds +
         ", group: who, test: 0.3}}\nmodel: {type: linear, l2: {each: feature, min: 1e-4, max: 10}}\n"
         "training: {optimizer: exact}\nsearch: {method: gradient" +
         search + "}\n";
}

}  // namespace

TEST_CASE("guard rows: groups of the data reach the designs; where a fold holds one group out, guard is refused") {
  const testing::Scratch scratch;
  std::ofstream out(scratch / "rows.csv");
  out << "a,b,who,y\n";
  for (int i = 0; i < 120; ++i) out << i * 37 % 101 << ',' << i * 53 % 89 << ',' << i % 12 << ',' << i * i % 31 << '\n';
  out.close();
  const auto prepared = [&](const std::string& folds, const std::string& search) {
    StudyFile file = read_text(grouped(scratch / "rows.csv", folds, search));
    return prepare(file);
  };
  const data::Prepared data = prepared("2", "");
  REQUIRE(data.group.size() == 120);
  Designs designs(data);
  designs.make_guarded(Workers(1), DesignKey(1));
  for (std::size_t k = 0; k < 2; ++k) {
    const GuardedRows rows = guarded_rows(data.split.folds[k].holdout, data.group);
    CHECK(designs.guarded(k, DesignKey(1)).guard.n == rows.guard.size());
    CHECK(designs.guarded(k, DesignKey(1)).design.holdout.n == rows.measured.size());
    for (const std::uint32_t i : rows.guard)
      for (const std::uint32_t j : rows.measured) CHECK(i % 12 != j % 12);
  }
  CHECK_THROWS_WITH_AS(prepared("8", ""), doctest::Contains("search.guard"), Error);
  CHECK(prepared("8", ", guard: false").split.folds.size() == 8);
}

}  // namespace holdout::study
