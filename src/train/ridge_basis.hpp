// What the eigenbasis of the covariance is for: systems with the Hessian of ridge regression.
#pragma once

#include <Eigen/Core>

#include <holdout/train/ridge_basis.hpp>

#include "solvers/problem.hpp"

namespace holdout::train {

/// Features' weighted means and covariance over the training rows.
struct Covariance {
  Eigen::VectorXd mean;
  Eigen::MatrixXd matrix;  // its lower half
};

/// From moments, where the design has them.
/// @param weights  of the training rows, of mean 1; empty: all count the same
Covariance covariance_of(const Design<double>& design, const AlignedVector<double>& weights);

/// H⁻¹ b, a column for each right side, in the order of parameters: weights, then the intercept, which λ leaves alone.
/// With λ = 0, directions in which the data do not vary get nothing: the solution of least norm.
Eigen::MatrixXd solve(const RidgeBasis& basis, double l2, const Eigen::MatrixXd& b);

/// The same for any way to solve (C + Λ) x = c: with the intercept at its best for given weights, H acts on them alone.
template <class Solve>
Eigen::MatrixXd solve_about_means(const Eigen::VectorXd& mean, const Eigen::MatrixXd& b, const Solve& solve) {
  const Eigen::Index d = mean.size();
  Eigen::MatrixXd x(d + 1, b.cols());
  x.topRows(d) = solve(Eigen::MatrixXd(b.topRows(d) - mean * b.row(d)));
  x.row(d) = b.row(d) - mean.transpose() * x.topRows(d);
  return x;
}

}  // namespace holdout::train
