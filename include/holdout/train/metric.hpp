// Error measures by name, for the hold-out and test rows.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <holdout/base/settings.hpp>
#include <holdout/data/dataset.hpp>
#include <holdout/train/loss.hpp>

namespace holdout::train {

/// What one trained model says of some rows.
struct Predictions {
  // [row][outputs]; regression: what is predicted; two classes: one score, positive speaks for the positive class
  std::span<const double> scores;
  std::size_t outputs = 1;
  std::span<const double> y;             // [row]: target, or index of the class
  std::span<const double> weights = {};  // [row], of positive sum; empty: all rows count the same

  double weight(std::size_t i) const { return weights.empty() ? 1 : weights[i]; }
};

/// A metric as a function of a loss's weighted mean over the rows: its value, first and second derivative in that mean.
struct OfMean {
  double value = 0, first = 0, second = 0;
};

/// How a metric with a gradient is made of a loss.
struct SmoothMetric {
  std::string_view (*loss)(std::size_t outputs) = nullptr;  // name in losses(), of scores; null: there is no gradient
  OfMean (*of_mean)(double mean, const Predictions& rows) = nullptr;
};

/// A metric. `value` sums in double, in the order of rows; it is pure. NaN if a score is NaN. A row of weight 2 counts
/// as two rows.
struct Metric {
  Info info;
  Classes classes = Classes::none;  // which models it measures
  bool maximize = false;
  bool of_odds = false;  // wants probabilities: scores must be log odds
  double (*value)(const Predictions&) = nullptr;
  SmoothMetric smooth = {};
};

/// All metrics.
std::span<const Metric> metrics();
/// The metric of that name, or null.
const Metric* find_metric(std::string_view name);
/// Whether it measures models for that many classes (0: regression) whose scores say that of the target.
bool measures(const Metric& metric, std::size_t classes, Link link);

/// The standard error of a metric over rows that were drawn independently; each metric says by which formula. NaN where
/// there are too few rows. With weights that of a ratio of means: n/(n − 1) Σ w²(x − x̄)² / (Σ w)² (Cochran, Sampling
/// Techniques, 1977, eq. 2.39).
double standard_error(const Metric& metric, const Predictions& predictions);

}  // namespace holdout::train
