// Squared loss with l2 in closed form.
#pragma once

#include <optional>

#include "../ridge_basis.hpp"
#include "descent.hpp"

namespace holdout::train {

/// One eigendecomposition of the features' covariance serves every λ (RidgeBasis): the design's, where it has one, so
/// that all cohorts, the winner and the search by gradient share it. Steps on the true gradient take back what rounding
/// left. With λ = 0 directions without data get nothing: the minimum of least norm. Where features have λ of their own,
/// each lane factors its own matrix.
class RidgeSolver final : public DescentSolver {
 public:
  explicit RidgeSolver(const Problem& problem);

 private:
  void find_direction() override;
  Eigen::VectorXd solve(std::size_t lane, const Eigen::VectorXd& gradient);

  // What lanes with one λ share, and what lanes with many start from.
  std::optional<RidgeBasis> basis_;
  std::optional<Covariance> covariance_;
};

}  // namespace holdout::train
