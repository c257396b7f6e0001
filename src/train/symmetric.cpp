#include "symmetric.hpp"

#include <limits>

#include <Eigen/Eigenvalues>

namespace holdout::train {

Spectrum spectrum_of(const Eigen::MatrixXd& a, bool vectors) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(
      a, vectors ? Eigen::ComputeEigenvectors : Eigen::EigenvaluesOnly);
  return {solver.eigenvalues(), vectors ? solver.eigenvectors() : Eigen::MatrixXd()};
}

double noise_level(const Eigen::VectorXd& eigenvalues) {
  return static_cast<double>(eigenvalues.size()) * std::numeric_limits<double>::epsilon() *
         eigenvalues.cwiseAbs().maxCoeff();
}

Eigen::VectorXd least_norm_solution(const Eigen::MatrixXd& a, const Eigen::VectorXd& b) {
  const Spectrum s = spectrum_of(a);
  const double noise = noise_level(s.values);
  Eigen::VectorXd x = Eigen::VectorXd::Zero(b.size());
  for (Eigen::Index j = 0; j < b.size(); ++j)
    if (s.values[j] > noise) x += s.vectors.col(j).dot(b) / s.values[j] * s.vectors.col(j);
  return x;
}

}  // namespace holdout::train
