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

struct Mse {
  static constexpr Info info{"mse", "mean squared error, (y − f)² without ½"};
  static constexpr Classes classes = Classes::none;
  static constexpr bool maximize = false;
  static double term(const Predictions& p, std::size_t i) { return (p.y[i] - p.scores[i]) * (p.y[i] - p.scores[i]); }
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
};

struct R2 {
  static constexpr Info info{"r2", "coefficient of determination, 1 − Σ(y − f)²/Σ(y − ȳ)²"};
  static constexpr Classes classes = Classes::none;
  static constexpr bool maximize = true;
  static double value(const Predictions& p) {
    const double mean = mean_over_rows(p, [](double, double y) { return y; });
    const double total = mean_over_rows(p, [mean](double, double y) { return (y - mean) * (y - mean); });
    return 1 - mean_over_rows(p, [](double f, double y) { return (y - f) * (y - f); }) / total;
  }
};

}  // namespace holdout::train
