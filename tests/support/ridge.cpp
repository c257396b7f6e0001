#include "support/ridge.hpp"

#include "support/algebra.hpp"

namespace holdout::testing {

Eigen::MatrixXd with_ones(const train::Part<double>& part, std::size_t features) {
  const auto n = static_cast<Eigen::Index>(part.n), d = static_cast<Eigen::Index>(features);
  Eigen::MatrixXd x(n, d + 1);
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < d; ++j) x(i, j) = part.x[static_cast<std::size_t>(i * d + j)];
  x.col(d).setOnes();
  return x;
}

Eigen::MatrixXd penalty_matrix(std::size_t features, double l2) {
  const auto d = static_cast<Eigen::Index>(features);
  Eigen::VectorXd diagonal = Eigen::VectorXd::Constant(d + 1, l2);
  diagonal[d] = 0;
  return diagonal.asDiagonal();
}

Eigen::VectorXd ridge_solution(const train::Design<double>& design, double l2) {
  const Eigen::MatrixXd x = with_ones(design.train, design.features);
  const Eigen::Map<const Eigen::VectorXd> y(design.train.y.data(), x.rows());
  return solve(second_moments(x) + penalty_matrix(design.features, l2),
               transposed_times(x, y) / static_cast<double>(x.rows()));
}

double ridge_mse(const train::Design<double>& design, const Eigen::VectorXd& theta) {
  const Eigen::MatrixXd x = with_ones(design.holdout, design.features);
  const Eigen::Map<const Eigen::VectorXd> y(design.holdout.y.data(), x.rows());
  return (times(x, theta) - y).squaredNorm() / static_cast<double>(design.holdout.n);
}

}  // namespace holdout::testing
