// Metrics of regression. A metric: its info, what it measures, and its value.
#pragma once

#include <cmath>
#include <vector>

#include <holdout/train/metric.hpp>

#include "standard_errors.hpp"

namespace holdout::train {

/// Weighted mean over rows of term(prediction, target).
template <class Term>
double mean_over_rows(const Predictions& p, Term term) {
  double sum = 0, weights = 0;
  for (std::size_t i = 0; i < p.y.size(); ++i) sum += p.weight(i) * term(p.scores[i], p.y[i]), weights += p.weight(i);
  return sum / weights;
}

/// (y − f)² of each row.
inline std::vector<double> squared_errors(const Predictions& p) {
  std::vector<double> squares(p.y.size());
  for (std::size_t i = 0; i < squares.size(); ++i) squares[i] = (p.y[i] - p.scores[i]) * (p.y[i] - p.scores[i]);
  return squares;
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
  /// That of mse by the slope of the root there, 1 / (2 rmse): the delta method (Casella and Berger, Statistical
  /// Inference, 2002, theorem 5.5.24). NaN where nothing is wrong: a root has no slope at 0.
  static double standard_error(const Predictions& p) {
    return standard_error_of_mean(squared_errors(p), p.weights) / (2 * value(p));
  }
  static std::vector<double> squares(const Predictions& p) { return squared_errors(p); }
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
  /// That of the ratio of two means, (y − f)² and (y − ȳ)². ȳ varies as well, but the variance is least there: to first
  /// order it does not count.
  static double standard_error(const Predictions& p) {
    const double middle = mean_over_rows(p, [](double, double y) { return y; });
    std::vector<double> spread(p.y.size());
    for (std::size_t i = 0; i < spread.size(); ++i) spread[i] = (p.y[i] - middle) * (p.y[i] - middle);
    return standard_error_of_ratio(squared_errors(p), spread, p.weights);
  }
  static double variance(const Predictions& p) {
    const double mean = mean_over_rows(p, [](double, double y) { return y; });
    return mean_over_rows(p, [mean](double, double y) { return (y - mean) * (y - mean); });
  }
};

}  // namespace holdout::train
