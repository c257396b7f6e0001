// Eigendecompositions of symmetric matrices: small problems in double. Here alone, because Eigen's take ten seconds to
// compile in every file that has them.
#pragma once

#include <span>
#include <vector>

#include <Eigen/Core>

namespace holdout::train {

struct Spectrum {
  Eigen::VectorXd values;   // ascending
  Eigen::MatrixXd vectors;  // orthonormal columns; none if only values were wanted
};

/// @param a        symmetric: its lower triangle is read
/// @param vectors  whether eigenvectors are wanted, too
Spectrum spectrum_of(const Eigen::MatrixXd& a, bool vectors = true);

/// Eigenvalues of a positive semidefinite matrix that are no larger are rounding noise: there the matrix is 0.
double noise_level(const Eigen::VectorXd& eigenvalues);

/// x of least norm with a x = b, a positive semidefinite.
Eigen::VectorXd least_norm_solution(const Eigen::MatrixXd& a, const Eigen::VectorXd& b);

/// x with a x ≈ b, a positive semidefinite [n][n]: its diagonal grows by a hundred-millionth, so that x always exists
/// and is quickly found.
std::vector<double> nearly_solved(std::span<const double> a, std::span<const double> b);

}  // namespace holdout::train
