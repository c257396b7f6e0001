#include "cells.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>
#include <holdout/search/transform.hpp>

namespace holdout::search {
namespace {

// The values that a parameter may have outside of descents; a range for one is the last, an empty value.
std::vector<std::optional<Value>> choices(const Parameter& parameter) {
  std::vector<std::optional<Value>> all;
  std::set<Value> seen;
  const auto add = [&](const Value& value) {
    if (seen.insert(value).second) all.emplace_back(value);
  };
  for (const Value& value : parameter.values) add(value);
  if (!parameter.interval) return all;
  const Interval& range = *parameter.interval;
  if (is_continuous(range)) {
    if (range.max > range.min)
      all.emplace_back();
    else
      add(Value(range.min));
    return all;
  }
  constexpr double kFew = 16;  // values of a range that are all taken
  const double n = count(range);
  const std::int64_t points = range.points > 0 ? range.points : static_cast<std::int64_t>(std::min(n, kFew));
  if (static_cast<double>(points) >= n) {
    for (std::int64_t k = 0; static_cast<double>(k) < n; ++k) add(nth(range, static_cast<double>(k)));
  } else {
    for (std::int64_t k = 0; k < points; ++k)
      add(value_at(range, points > 1 ? static_cast<double>(k) / static_cast<double>(points - 1) : 0.5));
  }
  return all;
}

}  // namespace

bool is_continuous(const Interval& interval) { return !interval.integer && !interval.step; }

std::vector<Cell> cells(const SearchSpace& space, Seed seed, std::size_t most) {
  std::vector<std::vector<std::optional<Value>>> all;
  for (const Parameter& parameter : space.parameters()) all.push_back(choices(parameter));
  // Conditions look at fixed values only: a parameter that is depended on lists its values.
  const auto finish = [&](Cell& cell, std::size_t i, const std::optional<Value>& value) {
    cell.fixed.values.push_back(value);
    if (!value) cell.axes.push_back(i);
  };
  std::vector<Cell> grid(1);
  for (std::size_t i = 0; i < space.size() && grid.size() <= most; ++i) {
    std::vector<Cell> longer;
    for (Cell& cell : grid) {
      const bool active = space.active(i, cell.fixed);
      for (std::size_t k = 0; active && k + 1 < all[i].size(); ++k)
        longer.push_back(cell), finish(longer.back(), i, all[i][k]);
      longer.push_back(std::move(cell));  // a copy for each parameter would grow with the square of their number
      if (active)
        finish(longer.back(), i, all[i].back());
      else
        longer.back().fixed.values.emplace_back();
    }
    grid = std::move(longer);
  }
  if (grid.size() <= most) return grid;

  std::vector<Cell> drawn;
  std::set<std::pair<std::vector<std::optional<Value>>, std::vector<std::size_t>>> known;
  const std::size_t tries = 8 * most;  // so many draws may repeat earlier ones
  for (std::size_t k = 0; k < tries && drawn.size() < most; ++k) {
    Cell cell;
    for (std::size_t i = 0; i < space.size(); ++i) {
      if (!space.active(i, cell.fixed)) {
        cell.fixed.values.emplace_back();
        continue;
      }
      const std::uint32_t pick =
          stream(seed, "search " + space.parameters()[i].path, k).below(static_cast<std::uint32_t>(all[i].size()));
      finish(cell, i, all[i][pick]);
    }
    if (known.emplace(cell.fixed.values, cell.axes).second) drawn.push_back(std::move(cell));
  }
  return drawn;
}

Box box_of(const SearchSpace& space, const Cell& cell) {
  Box box;
  for (const std::size_t i : cell.axes) {
    const Interval& range = *space.parameters()[i].interval;
    box.low.push_back(range.log ? log(range.min) : 0);
    box.high.push_back(range.log ? log(range.max) : kLinearLength);
  }
  return box;
}

Configuration configuration_at(const SearchSpace& space, const Cell& cell, std::span<const double> at) {
  Configuration configuration = cell.fixed;
  const Box box = box_of(space, cell);
  for (std::size_t k = 0; k < cell.axes.size(); ++k) {
    const Interval& range = *space.parameters()[cell.axes[k]].interval;
    double x = range.log ? exp(at[k]) : std::lerp(range.min, range.max, at[k] / kLinearLength);
    if (at[k] <= box.low[k]) x = range.min;
    if (at[k] >= box.high[k]) x = range.max;
    configuration.values[cell.axes[k]] = std::clamp(x, range.min, range.max);
  }
  return configuration;
}

std::vector<double> scales(const SearchSpace& space, const Cell& cell) {
  std::vector<double> out;
  for (const std::size_t i : cell.axes) {
    const Interval& range = *space.parameters()[i].interval;
    out.push_back(range.log ? 1 : (range.max - range.min) / kLinearLength);
  }
  return out;
}

Ties ties_of(const SearchSpace& space, const Cell& cell) {
  constexpr std::string_view kGroups = ".groups.";
  std::map<std::tuple<std::string, double, double, bool>, std::size_t> known;
  Ties ties;
  std::size_t count = 0;
  for (const std::size_t i : cell.axes) {
    const Parameter& parameter = space.parameters()[i];
    const std::size_t at = parameter.path.find(kGroups);
    if (at == std::string::npos) {
      ties.push_back(count++);
      continue;
    }
    const Interval& range = *parameter.interval;
    const auto [found, fresh] =
        known.emplace(std::tuple(parameter.path.substr(0, at), range.min, range.max, range.log), count);
    count += fresh;
    ties.push_back(found->second);
  }
  return ties;
}

}  // namespace holdout::search
