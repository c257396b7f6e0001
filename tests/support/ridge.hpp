// Ridge regression in closed form, for tests: ½ mean squared error + (λ/2)‖w‖², the intercept not penalized.
#pragma once

#include <Eigen/Dense>

#include <holdout/train/design.hpp>

namespace holdout::testing {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Features of a part with a column of ones behind them.
inline Eigen::MatrixXd with_ones(const train::Part<double>& part, std::size_t features) {
  const auto n = static_cast<Eigen::Index>(part.n), d = static_cast<Eigen::Index>(features);
  Eigen::MatrixXd x(n, d + 1);
  x.leftCols(d) = Eigen::Map<const RowMajor>(part.x.data(), n, d);
  x.col(d).setOnes();
  return x;
}

/// λ on the diagonal, 0 for the intercept.
inline Eigen::MatrixXd penalty_matrix(std::size_t features, double l2) {
  const auto d = static_cast<Eigen::Index>(features);
  Eigen::VectorXd diagonal = Eigen::VectorXd::Constant(d + 1, l2);
  diagonal[d] = 0;
  return diagonal.asDiagonal();
}

/// Weights, then the intercept: the solution of the normal equations.
inline Eigen::VectorXd ridge_solution(const train::Design<double>& design, double l2) {
  const Eigen::MatrixXd x = with_ones(design.train, design.features);
  const Eigen::Map<const Eigen::VectorXd> y(design.train.y.data(), x.rows());
  const double n = static_cast<double>(design.train.n);
  return (x.transpose() * x / n + penalty_matrix(design.features, l2)).ldlt().solve(x.transpose() * y / n);
}

/// Hold-out mean squared error.
inline double ridge_mse(const train::Design<double>& design, const Eigen::VectorXd& theta) {
  const Eigen::MatrixXd x = with_ones(design.holdout, design.features);
  const Eigen::Map<const Eigen::VectorXd> y(design.holdout.y.data(), x.rows());
  return (x * theta - y).squaredNorm() / static_cast<double>(design.holdout.n);
}

}  // namespace holdout::testing
