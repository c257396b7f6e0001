// Polynomials of degree 7 along t = ln λ: the path that is laid between minima of J, and what it does to scores.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <Eigen/Core>

namespace holdout::train {

/// Coefficients of powers of u = t − centre.
inline constexpr std::size_t kTerms = 8;

/// A minimum of J: V and dV/dt at t.
struct PathPoint {
  double t = 0;
  Eigen::MatrixXd value, derivative;
};

/// The polynomial of least degree through values and derivatives of up to kTerms / 2 points (Hermite; Newton's divided
/// differences with every node twice), about a centre.
/// @return kTerms coefficients, those that there are not 0
inline std::vector<Eigen::MatrixXd> hermite_path(std::span<const PathPoint> points, double centre) {
  const std::size_t n = 2 * points.size();
  std::vector<Eigen::MatrixXd> column(n), newton(n);
  const auto node = [&](std::size_t i) { return points[i / 2].t; };
  for (std::size_t i = 0; i < n; ++i) column[i] = points[i / 2].value;
  newton[0] = column[0];
  for (std::size_t k = 1; k < n; ++k) {
    for (std::size_t i = 0; i + k < n; ++i)
      column[i] = node(i + k) > node(i) ? Eigen::MatrixXd((column[i + 1] - column[i]) / (node(i + k) - node(i)))
                                        : points[i / 2].derivative;
    newton[k] = column[0];
  }
  std::vector<Eigen::MatrixXd> c(kTerms, Eigen::MatrixXd::Zero(newton[0].rows(), newton[0].cols()));
  for (std::size_t k = n; k-- > 0;) {  // c ← c · (u − (node_k − centre)) + newton_k
    for (std::size_t j = kTerms; j-- > 0;) c[j] = (j > 0 ? c[j - 1] : newton[k]) - (node(k) - centre) * c[j];
    // Both products are of the old coefficients: the loop goes down, and c[j − 1] is still one of them.
  }
  return c;
}

/// Coefficients about another place, in place: [term][width].
inline void shift(double* c, std::size_t width, double by) {
  for (std::size_t j = 0; j + 1 < kTerms; ++j)
    for (std::size_t i = kTerms - 1; i-- > j;)
      for (std::size_t k = 0; k < width; ++k) c[i * width + k] += by * c[(i + 1) * width + k];
}

/// max − min
inline double range_of(const double* c, std::size_t width) {
  const auto [low, high] = std::minmax_element(c, c + width);
  return *high - *low;
}

/// What a seminorm of a polynomial and of its first and second derivative is at most within h of its place: the
/// triangle inequality over the terms, so that nothing between samples is missed.
struct PolynomialBound {
  double value = 0, first = 0, second = 0;  // value: without the constant term
};

/// @param norm  of each term's coefficients
inline PolynomialBound bound_within(const double (&norm)[kTerms], double h) {
  PolynomialBound out;
  double power = 1;  // h^(j − 2)
  for (std::size_t j = 1; j < kTerms; ++j) {
    const double n = static_cast<double>(j);
    if (j >= 2) out.second += n * (n - 1) * norm[j] * power;
    out.first += n * norm[j] * (j >= 2 ? power * h : 1);
    out.value += norm[j] * (j >= 2 ? power * h * h : h);
    if (j >= 2) power *= h;
  }
  return out;
}

}  // namespace holdout::train
