// What squared loss needs to know of rows: a few sums, however many rows there are.
#pragma once

#include <cstddef>
#include <vector>

#include <holdout/train/lanes.hpp>

namespace holdout::train {

/// Sufficient statistics of the squared loss of f = b + w · x over N rows; each counts by its weight, if rows have
/// weights. With z = (x − m, 1), θ = (w, b + m · w), and residuals r = y − θ₀ · z at a point θ₀ near the minimum,
///   (1/N) Σ ½ (f − y)² = ℓ₀ + δ · (½ G δ − s),   its gradient in θ is G δ − s,   δ = θ − θ₀.
/// About means and minimum nothing large cancels: the same as sums over rows to about 1e-13. (That a linear model needs
/// no more of its rows: Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, 2009, eq. 3.6.)
struct Moments {
  std::vector<double> mean;    // m [features]
  AlignedVector<double> gram;  // G = (1/N) Σ z zᵀ [features + 1][features + 1]
  std::vector<double> centre;  // θ₀ [features + 1]
  std::vector<double> slope;   // s = (1/N) Σ r z [features + 1]
  double loss = 0;             // ℓ₀ = (1/N) Σ ½ r²
};

}  // namespace holdout::train
