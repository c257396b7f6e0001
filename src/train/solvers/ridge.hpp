// Squared loss with l2 in closed form.
#pragma once

#include "../solvers.hpp"
#include "problem.hpp"

namespace holdout::train {

/// One eigendecomposition of the features' covariance serves every λ (RidgeBasis): the design's, where it has one, so
/// that all cohorts, the winner and the search by gradient share it. Steps on the true gradient take back what rounding
/// left. With λ = 0 directions without data get nothing: the minimum of least norm. Where features have λ of their own,
/// each lane factors its own matrix.
class RidgeSolver final : public Solver {
 public:
  explicit RidgeSolver(const Problem& problem) : problem_(problem) {}
  void run(double tolerance, std::span<LaneResult> results, const std::atomic<bool>* interrupt) override;

 private:
  Problem problem_;
};

}  // namespace holdout::train
