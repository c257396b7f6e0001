// A mixed space as cells: in each, everything that is listed or counted has one value, and the rest is a box.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <holdout/base/random.hpp>
#include <holdout/search/space.hpp>

#include "descent.hpp"
#include "tied_search.hpp"

namespace holdout::search {

/// Whether a descent can move along the range: neither integers nor steps.
bool is_continuous(const Interval& interval);

/// One choice of all other values, and the parameters that are left to a descent.
struct Cell {
  Configuration fixed;            // no value where the descent puts one
  std::vector<std::size_t> axes;  // indices of those parameters
};

/// Every combination of the other parameters' values, a listed value beside a range ("zero or the range") counting as
/// one; if there are more than `most`, so many drawn at random, each once.
std::vector<Cell> cells(const SearchSpace& space, Seed seed, std::size_t most);

/// The coordinates of a cell's axes.
Box box_of(const SearchSpace& space, const Cell& cell);
/// The configuration at some coordinates; ends of ranges are their true values.
Configuration configuration_at(const SearchSpace& space, const Cell& cell, std::span<const double> at);
/// d (what gradients are taken in: log of a log range, else the value) / d coordinate, [axis].
std::vector<double> scales(const SearchSpace& space, const Cell& cell);
/// Parameters `PATH.groups.NAME` of the same PATH and range are one tie; each other axis is its own.
Ties ties_of(const SearchSpace& space, const Cell& cell);

}  // namespace holdout::search
