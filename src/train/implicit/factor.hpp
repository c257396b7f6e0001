// A symmetric system, factored.
#pragma once

#include <vector>

#include <Eigen/Dense>

#include <holdout/train/ridge_basis.hpp>

namespace holdout::train {

/// Solves H x = b on some rows; x is 0 on the others. Where H is singular to rounding: the x of least norm.
class Factor {
 public:
  /// @param hessian  its lower triangle; kept rows of it are used
  /// @param kept     ascending
  Factor(const Eigen::MatrixXd& hessian, std::vector<Eigen::Index> kept);
  /// That of ridge regression, on all rows.
  /// @param basis  must outlive the factor
  Factor(const RidgeBasis& basis, double l2) : basis_(&basis), l2_(l2) {}

  /// @param b  a column for each right side
  Eigen::MatrixXd solve(const Eigen::MatrixXd& b) const;
  bool singular() const { return vectors_.size() > 0; }

 private:
  const RidgeBasis* basis_ = nullptr;
  double l2_ = 0;
  std::vector<Eigen::Index> kept_;
  Eigen::LLT<Eigen::MatrixXd> cholesky_;
  Eigen::MatrixXd vectors_;  // of a singular H: eigenvectors
  Eigen::VectorXd inverse_;  // and what takes the place of 1/eigenvalues
};

}  // namespace holdout::train
