// Metrics of regression. A metric: its info, what it measures, and its value.
#pragma once

#include <cmath>

#include <holdout/train/metric.hpp>

namespace holdout::train {

/// Weighted mean over rows of term(prediction, target).
template <class Term>
double mean_over_rows(const Predictions& p, Term term) {
  double sum = 0, weights = 0;
  for (std::size_t i = 0; i < p.y.size(); ++i) sum += p.weight(i) * term(p.scores[i], p.y[i]), weights += p.weight(i);
  return sum / weights;
}

/// Of the squared loss, ½ (y − f)².
inline std::string_view half_square(std::size_t) { return "squared"; }

struct Mse {
  static constexpr Info info{"mse", "mean squared error, (y − f)² without ½"};
  static constexpr Classes classes = Classes::none;
  static constexpr bool maximize = false;
  static double term(const Predictions& p, std::size_t i) { return (p.y[i] - p.scores[i]) * (p.y[i] - p.scores[i]); }
  static constexpr auto loss = half_square;
  static OfMean of_mean(double mean, const Predictions&) { return {2 * mean, 2, 0}; }
};

struct Mae {
  static constexpr Info info{"mae", "mean absolute error"};
  static constexpr Classes classes = Classes::none;
  static constexpr bool maximize = false;
  static double term(const Predictions& p, std::size_t i) { return std::abs(p.y[i] - p.scores[i]); }
};

struct Rmse {
  static constexpr Info info{"rmse", "root of the mean squared error, in the target's unit"};
  static constexpr Classes classes = Classes::none;
  static constexpr bool maximize = false;
  static double value(const Predictions& p) {
    return std::sqrt(mean_over_rows(p, [](double f, double y) { return (y - f) * (y - f); }));
  }
  static constexpr auto loss = half_square;
  static OfMean of_mean(double mean, const Predictions&) {
    const double root = std::sqrt(2 * mean);
    return {root, 1 / root, -1 / (root * root * root)};
  }
};

struct R2 {
  static constexpr Info info{"r2", "coefficient of determination, 1 − Σ(y − f)²/Σ(y − ȳ)²"};
  static constexpr Classes classes = Classes::none;
  static constexpr bool maximize = true;
  static double value(const Predictions& p) {
    return 1 - mean_over_rows(p, [](double f, double y) { return (y - f) * (y - f); }) / variance(p);
  }
  static constexpr auto loss = half_square;
  static OfMean of_mean(double mean, const Predictions& rows) {
    const double total = variance(rows);
    return {1 - 2 * mean / total, -2 / total, 0};
  }
  static double variance(const Predictions& p) {
    const double mean = mean_over_rows(p, [](double, double y) { return y; });
    return mean_over_rows(p, [mean](double, double y) { return (y - mean) * (y - mean); });
  }
};

}  // namespace holdout::train
