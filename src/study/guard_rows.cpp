#include "guard_rows.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <vector>

namespace holdout::study {
namespace {

// [place among the hold-out rows] whether it is a guard row.
std::vector<bool> guards_by_group(const data::RowList& holdout, std::span<const std::uint32_t> group) {
  std::map<std::uint32_t, std::size_t> place;  // of groups, in the order in which they come
  std::vector<std::size_t> rows;               // [group]: how many
  for (const std::uint32_t i : holdout) {
    const auto [at, added] = place.emplace(group[i], rows.size());
    if (added) rows.push_back(0);
    ++rows[at->second];
  }
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rows[a] > rows[b]; });
  std::vector<bool> guards(rows.size());
  std::size_t measured = 0, guard = 0;
  for (const std::size_t g : order) {
    guards[g] = 2 * guard + 1 < measured;  // the guard lacks more of its third than the others of their two
    (guards[g] ? guard : measured) += rows[g];
  }
  if (guard == 0 && order.size() > 1) guards[order.back()] = true;
  std::vector<bool> out;
  for (const std::uint32_t i : holdout) out.push_back(guards[place.at(group[i])]);
  return out;
}

}  // namespace

GuardedRows guarded_rows(const data::RowList& holdout, std::span<const std::uint32_t> group) {
  const std::vector<bool> by_group = group.empty() ? std::vector<bool>() : guards_by_group(holdout, group);
  GuardedRows rows;
  for (std::size_t i = 0; i < holdout.size(); ++i) {
    const bool guard = group.empty() ? i % 3 == 2 : by_group[i];
    (guard ? rows.guard : rows.measured).push_back(holdout[i]);
  }
  return rows;
}

}  // namespace holdout::study
