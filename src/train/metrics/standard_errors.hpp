// Standard errors over rows that are drawn independently. NaN of fewer than two rows.
#pragma once

#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace holdout::train {

/// Of Σ w above / Σ w below, a ratio of two means: √(n/(n − 1) Σ w² (above − ratio · below)²) / Σ w below. Cochran,
/// Sampling Techniques, 1977, eq. 2.39; the delta method for a ratio.
/// @param weights  [row], of positive sum; empty: all rows count the same
inline double standard_error_of_ratio(std::span<const double> above, std::span<const double> below,
                                      std::span<const double> weights) {
  const auto weight = [&](std::size_t i) { return weights.empty() ? 1 : weights[i]; };
  const double n = static_cast<double>(above.size());
  double sum_above = 0, sum_below = 0, squares = 0;
  for (std::size_t i = 0; i < above.size(); ++i) sum_above += weight(i) * above[i], sum_below += weight(i) * below[i];
  if (!(n > 1) || sum_below == 0) return std::numeric_limits<double>::quiet_NaN();
  const double ratio = sum_above / sum_below;
  for (std::size_t i = 0; i < above.size(); ++i) {
    const double residual = weight(i) * (above[i] - ratio * below[i]);
    squares += residual * residual;
  }
  return std::sqrt(n / (n - 1) * squares) / std::abs(sum_below);
}

inline double standard_error_of_mean(std::span<const double> terms, std::span<const double> weights) {
  return standard_error_of_ratio(terms, std::vector<double>(terms.size(), 1), weights);
}

}  // namespace holdout::train
