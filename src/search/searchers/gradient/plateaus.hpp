// Where a predicted curve is lowest: for errors that move in steps as rows change sides (error share, auc), which have
// no derivatives to follow. The search on one λ solves the middles of the lowest plateaus.
#pragma once

#include <span>
#include <vector>

namespace holdout::search {

/// A part of a sampled curve that is flat, and lower than what is on both sides of it.
struct Plateau {
  double middle = 0, value = 0;
  double width = 0;
};

/// All of them below a value, lowest first; of equal ones the widest first, because it is the surest.
/// @param x, values  samples, x ascending
std::vector<Plateau> plateaus_below(std::span<const double> x, std::span<const double> values, double below);

}  // namespace holdout::search
