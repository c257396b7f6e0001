// Ridge regression in closed form, for tests: ½ mean squared error + (λ/2)‖w‖², the intercept not penalized.
#pragma once

#include <Eigen/Core>

#include <holdout/train/design.hpp>

namespace holdout::testing {

/// Features of a part with a column of ones behind them.
Eigen::MatrixXd with_ones(const train::Part<double>& part, std::size_t features);
/// λ on the diagonal, 0 for the intercept.
Eigen::MatrixXd penalty_matrix(std::size_t features, double l2);
/// Weights, then the intercept: the solution of the normal equations.
Eigen::VectorXd ridge_solution(const train::Design<double>& design, double l2);
/// Hold-out mean squared error.
double ridge_mse(const train::Design<double>& design, const Eigen::VectorXd& theta);

}  // namespace holdout::testing
