#include "support/algebra.hpp"

#include <Eigen/Dense>

namespace holdout::testing {

Eigen::MatrixXd second_moments(const Eigen::MatrixXd& x) { return x.transpose() * x / static_cast<double>(x.rows()); }
Eigen::VectorXd times(const Eigen::MatrixXd& a, const Eigen::VectorXd& v) { return a * v; }
Eigen::VectorXd transposed_times(const Eigen::MatrixXd& a, const Eigen::VectorXd& v) { return a.transpose() * v; }
Eigen::VectorXd solve(const Eigen::MatrixXd& a, const Eigen::VectorXd& b) { return a.ldlt().solve(b); }
Eigen::VectorXd eigenvalues(const Eigen::MatrixXd& a) {
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(a, Eigen::EigenvaluesOnly).eigenvalues();
}

}  // namespace holdout::testing
