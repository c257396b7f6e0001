// Functional analysis of variance of a forest: which part of its variance over the cube is due to which dimension.
#pragma once

#include <cstddef>
#include <vector>

#include "forest.hpp"

namespace holdout::report {

/// Shares of the variance, means over the trees: Hutter, Hoos and Leyton-Brown, An efficient approach for assessing
/// hyperparameter importance, ICML 2014, algorithm 2. Exact for the forest; integrals over boxes are sums.
struct VarianceShares {
  std::vector<double> alone;                // [dimension]
  std::vector<std::vector<double>> pairs;   // [i][j], i < j: of of_pairs[i] and [j] together, beyond each alone
  std::vector<std::vector<double>> effect;  // [dimension][bin]: mean of the forest with that dimension in the bin
  bool any = false;                         // the forest varies at all
};

inline constexpr std::size_t kEffectBins = 40;

/// @param of_pairs  dimensions whose pairs are wanted, ascending
VarianceShares variance_shares(const std::vector<Tree>& forest, const std::vector<std::size_t>& of_pairs);

}  // namespace holdout::report
