#include "quasi_newton.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Dense>

namespace holdout::search {
namespace {

constexpr std::size_t kPairs = 10;

// H⁻¹ g of the free coordinates, with |eigenvalues|, none below a share of the largest: where E is a saddle or flat,
// the step still goes down.
std::vector<double> newton(std::span<const double> curvature, std::span<const double> gradient,
                           const std::vector<std::size_t>& free) {
  const auto n = static_cast<Eigen::Index>(free.size());
  Eigen::MatrixXd h(n, n);
  Eigen::VectorXd g(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    g[i] = gradient[free[static_cast<std::size_t>(i)]];
    for (Eigen::Index j = 0; j < n; ++j)
      h(i, j) = curvature[free[static_cast<std::size_t>(i)] * gradient.size() + free[static_cast<std::size_t>(j)]];
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(h);
  Eigen::VectorXd lambda = solver.eigenvalues().cwiseAbs();
  constexpr double kLeast = 1e-6;
  lambda = lambda.cwiseMax(std::max(kLeast * lambda.maxCoeff(), 1e-300));
  const Eigen::VectorXd x = solver.eigenvectors() * (solver.eigenvectors().transpose() * g).cwiseQuotient(lambda);
  return {x.data(), x.data() + n};
}

}  // namespace

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

std::vector<double> QuasiNewton::direction(const Box& box, std::span<const double> at, std::span<const double> gradient,
                                           std::span<const double> curvature, double longest) const {
  const std::size_t n = at.size();
  std::vector<double> g(n), way(n);
  std::vector<std::size_t> free;
  for (std::size_t i = 0; i < n; ++i) {
    const bool held = (at[i] <= box.low[i] && gradient[i] > 0) || (at[i] >= box.high[i] && gradient[i] < 0);
    if (held) continue;
    free.push_back(i), g[i] = gradient[i];
  }
  if (free.empty()) return way;
  if (!curvature.empty()) {
    const std::vector<double> x = newton(curvature, gradient, free);
    for (std::size_t k = 0; k < free.size(); ++k) way[free[k]] = -x[k];
  } else {
    std::vector<double> q = g, alpha(pairs_.size());
    for (std::size_t k = pairs_.size(); k-- > 0;) {
      alpha[k] = dot(pairs_[k].step, q) / pairs_[k].product;
      for (std::size_t i = 0; i < n; ++i) q[i] -= alpha[k] * pairs_[k].change[i];
    }
    double largest = 0;
    for (const double x : g) largest = std::max(largest, std::abs(x));
    // Before anything is learnt: a step of one unit, e-fold in λ.
    const double scale = pairs_.empty() ? 1 / std::max(largest, 1e-300)
                                        : pairs_.back().product / dot(pairs_.back().change, pairs_.back().change);
    for (double& x : q) x *= scale;
    for (std::size_t k = 0; k < pairs_.size(); ++k) {
      const double beta = dot(pairs_[k].change, q) / pairs_[k].product;
      for (std::size_t i = 0; i < n; ++i) q[i] += (alpha[k] - beta) * pairs_[k].step[i];
    }
    for (const std::size_t i : free) way[i] = -q[i];
    // Dropping the held coordinates can turn an L-BFGS direction uphill.
    if (!(dot(way, g) < 0))
      for (const std::size_t i : free) way[i] = -g[i] * scale;
  }
  double farthest = 0;
  for (const double x : way) farthest = std::max(farthest, std::abs(x));
  if (farthest > longest)
    for (double& x : way) x *= longest / farthest;
  return way;
}

void QuasiNewton::learn(std::vector<double> step, std::vector<double> change) {
  constexpr double kPositive = 1e-10;
  const double product = dot(step, change);
  if (!(product > kPositive * std::sqrt(dot(step, step) * dot(change, change)))) return;
  if (pairs_.size() == kPairs) pairs_.pop_front();
  pairs_.push_back({std::move(step), std::move(change), product});
}

}  // namespace holdout::search
