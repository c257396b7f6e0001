// Metrics of regression. A metric: its info, what it measures, and its value.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <holdout/base/number.hpp>
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

struct Mape {
  static constexpr Info info{"mape", "mean of |y − f| / |y|; a target of 0 counts as 2.2e-16, as scikit-learn has it"};
  static constexpr Classes classes = Classes::none;
  static constexpr bool maximize = false;
  static double term(const Predictions& p, std::size_t i) {
    return std::abs(p.y[i] - p.scores[i]) / std::max(std::abs(p.y[i]), std::numeric_limits<double>::epsilon());
  }
};

struct Pinball {
  static constexpr Info info{"pinball", "mean of q (y − f) above f and (1 − q) (f − y) below, least at the q-quantile",
                             "Koenker and Bassett, Econometrica 46, 1978"};
  static constexpr Classes classes = Classes::none;
  static constexpr bool maximize = false;
  static constexpr MetricTakes takes = MetricTakes::quantile;
  static double term(const Predictions& p, std::size_t i, const MetricOptions& o) {
    const double gap = p.y[i] - p.scores[i];
    return gap > 0 ? o.quantile * gap : (o.quantile - 1) * gap;
  }
};

/// Of counts: twice what the log-likelihood falls short of that of f = y. Targets of 0 count as 2 f; a prediction that
/// no mean of counts can be has an infinite one.
struct PoissonDeviance {
  static constexpr Info info{"poisson_deviance", "2 (y ln(y/f) − y + f), for counts y ≥ 0 of mean f",
                             "McCullagh and Nelder, Generalized Linear Models, 1989, § 2.3"};
  static constexpr Classes classes = Classes::none;
  static constexpr bool maximize = false;
  static double term(const Predictions& p, std::size_t i) {
    const double y = p.y[i], f = p.scores[i];
    if (p.weight(i) == 0) return 0;  // not infinity times nothing
    if (f < 0 || (f == 0 && y > 0)) return std::numeric_limits<double>::infinity();
    return 2 * (log_part(y, f) - y + f);
  }
  // With scores s, f = e^s: the loss is e^s − y s, and the rest depends on the targets alone.
  static std::string_view loss(std::size_t) { return "poisson"; }
  static OfMean of_mean(double mean, const Predictions& rows) {
    return {2 * (mean + mean_over_rows(rows, [](double, double y) { return log_part(y, 1) - y; })), 2, 0};
  }

 private:
  static double log_part(double y, double f) { return y > 0 ? y * holdout::log(y / f) : 0; }
};

struct MedianAbsoluteError {
  static constexpr Info info{"median_absolute_error", "median of |y − f|, which outliers do not move"};
  static constexpr Classes classes = Classes::none;
  static constexpr bool maximize = false;
  static double value(const Predictions& p) { return Errors(p).quantile(0.5); }
  /// Half the distance of the quantiles that lie one standard error of a share, ½ / √n, to both sides of ½: Woodruff,
  /// Confidence intervals for medians and other position measures, JASA 47, 1952.
  static double standard_error(const Predictions& p) {
    const double n = p.weights.empty() ? static_cast<double>(p.y.size()) : effective_rows(p.weights);
    constexpr double kRounding = 1e-9;  // as in standard_errors.hpp
    if (!(n > 1 + kRounding)) return std::numeric_limits<double>::quiet_NaN();
    const Errors errors(p);
    return (errors.quantile(0.5 + 0.5 / std::sqrt(n)) - errors.quantile(0.5 - 0.5 / std::sqrt(n))) / 2;
  }

 private:
  // Of rows that count, ascending.
  struct Errors {
    explicit Errors(const Predictions& p) {
      std::vector<std::size_t> order;
      for (std::size_t i = 0; i < p.y.size(); ++i)
        if (p.weight(i) > 0) order.push_back(i);
      const auto error = [&](std::size_t i) { return std::abs(p.y[i] - p.scores[i]); };
      std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return error(a) < error(b); });
      double sum = 0;
      for (const std::size_t i : order) values.push_back(error(i)), up_to.push_back(sum += p.weight(i));
    }
    /// The error up to which that share of the weights lies; between two of them their mean.
    double quantile(double share) const {
      if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
      constexpr double kRounding = 1e-12;  // of all weights, whose sum is rounded
      const double at = share * up_to.back(), slack = kRounding * up_to.back();
      const auto k = static_cast<std::size_t>(std::lower_bound(up_to.begin(), up_to.end(), at - slack) - up_to.begin());
      if (k + 1 < values.size() && up_to[k] <= at + slack) return (values[k] + values[k + 1]) / 2;
      return values[std::min(k, values.size() - 1)];
    }
    std::vector<double> values, up_to;
  };
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
