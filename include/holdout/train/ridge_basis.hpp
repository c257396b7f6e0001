// Ridge regression for all λ at once.
#pragma once

#include <cstddef>
#include <vector>

#include <holdout/train/lanes.hpp>

namespace holdout::train {

struct LaneConfig;
template <class T>
struct Design;

/// The features' covariance over the training rows, C = Q S Qᵀ: with it, everything that squared loss and one λ ask for
/// is (C + λ)⁻¹ = Q (S + λ)⁻¹ Qᵀ times a vector, 4d² operations for every further λ (Hastie, Tibshirani, Friedman, The
/// Elements of Statistical Learning, 2009, eqs. 3.43–3.47).
struct RidgeBasis {
  std::vector<double> mean;       // x̄ [features]
  std::vector<double> spectrum;   // S, ascending [features]
  AlignedVector<double> vectors;  // Q, column by column [features][features]
};

/// @param design  dense, of a target of numbers
RidgeBasis ridge_basis_of(const Design<double>& design);

/// Whether such a training takes its solution from the basis: squared loss and one λ, by `exact`.
/// @param sparse  whether the rows are
bool takes_ridge_basis(const LaneConfig& config, bool sparse);

}  // namespace holdout::train
