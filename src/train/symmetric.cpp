#include "symmetric.hpp"

#include <cmath>
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

// Cholesky's decomposition, L below the diagonal. A row of zeros gets an endless pivot: its x is 0.
std::vector<double> nearly_solved(std::span<const double> a, std::span<const double> b) {
  constexpr double kMore = 1e-8;  // of every diagonal element, whatever the columns' units
  const std::size_t n = b.size();
  std::vector<double> l(a.begin(), a.end()), x(b.begin(), b.end());
  for (std::size_t i = 0; i < n; ++i) {
    l[i * n + i] += kMore * l[i * n + i];
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = l[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= l[i * n + k] * l[j * n + k];
      if (j < i)
        l[i * n + j] = sum / l[j * n + j];
      else
        l[i * n + i] = sum > 0 ? std::sqrt(sum) : std::numeric_limits<double>::infinity();
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) x[i] -= l[i * n + k] * x[k];
    x[i] /= l[i * n + i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) x[i] -= l[k * n + i] * x[k];
    x[i] /= l[i * n + i];
  }
  return x;
}

}  // namespace holdout::train
