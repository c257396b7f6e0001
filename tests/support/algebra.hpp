// Products and decompositions by Eigen, for tests to compare with. Compiled once (algebra.cpp): every file that
// instantiates them itself takes much longer to compile. Sums and elementwise operations are cheap anywhere.
#pragma once

#include <Eigen/Core>

namespace holdout::testing {

/// xᵀx / rows.
Eigen::MatrixXd second_moments(const Eigen::MatrixXd& x);
Eigen::VectorXd times(const Eigen::MatrixXd& a, const Eigen::VectorXd& v);
/// aᵀv.
Eigen::VectorXd transposed_times(const Eigen::MatrixXd& a, const Eigen::VectorXd& v);
/// x with a x = b, of a positive definite matrix.
Eigen::VectorXd solve(const Eigen::MatrixXd& a, const Eigen::VectorXd& b);
/// Of a symmetric matrix, ascending.
Eigen::VectorXd eigenvalues(const Eigen::MatrixXd& a);

}  // namespace holdout::testing
