// Standard errors over rows that are drawn independently. NaN where fewer than two rows count.
#pragma once

#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace holdout::train {

/// How many rows of equal weight tell as much about a mean as these do: (Σ w)² / Σ w². Kish, Survey Sampling, 1965,
/// section 11.7. Rows of weight 0 do not count.
inline double effective_rows(std::span<const double> weights) {
  double sum = 0, squares = 0;
  for (const double w : weights) sum += w, squares += w * w;
  return squares > 0 ? sum * sum / squares : 0;
}

/// Of Σ w above / Σ w below, a ratio of two means: √(n/(n − 1) Σ w² (above − ratio · below)²) / Σ w below, n being the
/// effective number of rows. Cochran, Sampling Techniques, 1977, eq. 2.39; the delta method for a ratio.
/// @param weights  [row], of positive sum; empty: all rows count the same
inline double standard_error_of_ratio(std::span<const double> above, std::span<const double> below,
                                      std::span<const double> weights) {
  const auto weight = [&](std::size_t i) { return weights.empty() ? 1 : weights[i]; };
  const double n = weights.empty() ? static_cast<double>(above.size()) : effective_rows(weights);
  double sum_above = 0, sum_below = 0, squares = 0;
  for (std::size_t i = 0; i < above.size(); ++i) sum_above += weight(i) * above[i], sum_below += weight(i) * below[i];
  constexpr double kRounding = 1e-9;  // of n: one row that counts gives 1 up to this
  if (!(n > 1 + kRounding) || sum_below == 0) return std::numeric_limits<double>::quiet_NaN();
  const double ratio = sum_above / sum_below;
  for (std::size_t i = 0; i < above.size(); ++i) {
    const double residual = weight(i) * (above[i] - ratio * below[i]);
    squares += residual * residual;
  }
  return std::sqrt(n / (n - 1) * squares) / std::abs(sum_below);
}

/// Of a smooth function of means: √(n/(n − 1) Σ (w ψ)²) / Σ w, ψ being each row's influence, the function's derivative
/// in the row's weight times Σ w. The infinitesimal jackknife: Efron and Tibshirani, An Introduction to the Bootstrap,
/// 1993, section 21.4; of a ratio of means the same as above.
/// @param influence  [row], of weighted mean 0
inline double standard_error_of_influence(std::span<const double> influence, std::span<const double> weights) {
  const auto weight = [&](std::size_t i) { return weights.empty() ? 1 : weights[i]; };
  const double n = weights.empty() ? static_cast<double>(influence.size()) : effective_rows(weights);
  constexpr double kRounding = 1e-9;  // as above
  if (!(n > 1 + kRounding)) return std::numeric_limits<double>::quiet_NaN();
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < influence.size(); ++i) {
    const double residual = weight(i) * influence[i];
    sum += weight(i), squares += residual * residual;
  }
  return std::sqrt(n / (n - 1) * squares) / sum;
}

inline double standard_error_of_mean(std::span<const double> terms, std::span<const double> weights) {
  return standard_error_of_ratio(terms, std::vector<double>(terms.size(), 1), weights);
}

}  // namespace holdout::train
