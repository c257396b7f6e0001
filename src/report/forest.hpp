// Random forests for regression on the unit cube, kept as what a variance decomposition wants: boxes with a value.
#pragma once

#include <cstddef>
#include <vector>

#include <holdout/base/random.hpp>

namespace holdout::report {

/// Points of the unit cube, and a number for each.
struct Sample {
  std::size_t dimensions = 0;
  std::vector<double> points;  // [point][dimension], in 0 … 1
  std::vector<double> values;  // [point]

  double at(std::size_t point, std::size_t dimension) const { return points[point * dimensions + dimension]; }
};

/// A leaf: its part of the cube, and the mean of the values there.
struct Box {
  std::vector<double> low, high;  // [dimension]
  double value = 0;
};

/// The leaves of a tree; they fill the cube.
using Tree = std::vector<Box>;

/// @param leaf  fewest points of a leaf
/// @return trees of bootstrap samples; each split looks at five sixths of the dimensions (Breiman, Machine Learning 45,
///         2001; that share as in Hutter, Hoos and Leyton-Brown, LION 2011). Follows from sample and seed alone.
std::vector<Tree> grow_forest(const Sample& sample, std::size_t trees, std::size_t leaf, Seed seed);

}  // namespace holdout::report
