// Squared loss with l2 in closed form.
#pragma once

#include "../solvers.hpp"
#include "problem.hpp"

namespace holdout::train {

/// One eigendecomposition of the features' covariance serves every λ: w = Q (Λ + λ)⁻¹ Qᵀ c, b = ȳ − x̄ · w (Hastie,
/// Tibshirani, Friedman, The Elements of Statistical Learning, 2009, eqs. 3.43–3.47). Steps of the same form on the
/// true gradient take back what rounding left. With λ = 0 directions without data get nothing: the minimum of least
/// norm. Where features have λ of their own, each lane factors its own matrix.
class RidgeSolver final : public Solver {
 public:
  explicit RidgeSolver(const Problem& problem) : problem_(problem) {}
  void run(double tolerance, std::span<LaneResult> results, const std::atomic<bool>* interrupt) override;

 private:
  Problem problem_;
};

}  // namespace holdout::train
