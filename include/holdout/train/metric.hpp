// Error measures by name, for the hold-out and test rows.
#pragma once

#include <optional>
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
  // Two classes: the score above which the positive one is decided; empty: 0, or what the metric finds best.
  std::optional<double> threshold = {};

  double weight(std::size_t i) const { return weights.empty() ? 1 : weights[i]; }
};

/// Settings that some metrics have: precision, recall, f1, auc and average_precision look at one class against the
/// rest, two of the regression at a quantile, one at costs.
struct MetricOptions {
  std::string average = "none";  // none: the positive of two classes; macro: mean over classes, each against the rest;
                                 // weighted: the same, each class by its weight among the rows
  std::string one_class;         // name of a class that is measured against the rest; empty: as `average` says
  std::size_t class_index = 0;   // its place, once the classes are known
  double quantile = 0.5;         // in (0, 1)
  std::vector<double> costs;     // [true class][decided class], once the classes are known; empty: 1 for each mistake
  bool tune_threshold = false;   // two classes: where the rows say no threshold, the one with the best value decides
};

/// Which of them a metric has.
enum class MetricTakes { nothing, average, quantile, costs };

/// A metric as a function of a loss's weighted mean over the rows: its value, first and second derivative in that mean.
struct OfMean {
  double value = 0, first = 0, second = 0;
};

/// How a metric with a gradient is made of a loss.
struct SmoothMetric {
  std::string_view (*loss)(std::size_t outputs) = nullptr;  // name in losses(), of scores; null: there is no gradient
  OfMean (*of_mean)(double mean, const Predictions& rows) = nullptr;
};

/// Weights of rows by their true and their decided class.
struct ClassTable;

/// A metric with its settings. `value` sums in double, in the order of rows; it is pure. NaN if a score is NaN. A row
/// of weight 2 counts as two rows.
struct Metric {
  Info info;
  Classes classes = Classes::none;  // which models it measures at its default settings
  bool maximize = false;
  bool of_odds = false;  // wants probabilities: scores must be log odds
  bool always = false;   // measured for every model that it fits; else only where it is the objective
  MetricTakes takes = MetricTakes::nothing;
  double (*compute)(const Predictions&, const MetricOptions&) = nullptr;
  double (*compute_error)(const Predictions&, const MetricOptions&) = nullptr;
  /// [row]: what the value, or its square, is the weighted mean of; null for metrics that are no mean over rows.
  std::vector<double> (*terms)(const Predictions&, const MetricOptions&) = nullptr;
  bool root_of_mean = false;  // the value is the root of the mean
  /// Of metrics that depend on decisions alone: their value; else null.
  double (*of_table)(const ClassTable&, const MetricOptions&) = nullptr;
  SmoothMetric smooth = {};
  MetricOptions options = {};

  double value(const Predictions& predictions) const;
  /// Its name and what its settings add to it: f1, f1_macro, f1 of 'yes', pinball_0.9.
  std::string label() const;
};

/// All metrics, at their default settings.
std::span<const Metric> metrics();
/// The metric of that name, or null.
const Metric* find_metric(std::string_view name);
/// Whether it measures models for that many classes (0: regression) whose scores say that of the target.
bool measures(const Metric& metric, std::size_t classes, Link link);

/// The threshold at which the metric is best on rows of two classes: half-way between two scores, or beyond all of them
/// by 1; of equals the one nearest to 0. 0 where no score is finite.
/// @param metric  with `of_table`
double best_threshold(const Metric& metric, const Predictions& predictions);

/// The metric's value at thresholds from the lowest to the highest score, at most `points`, evenly spread over the
/// rows.
struct ThresholdCurve {
  std::vector<double> threshold, value;
};
ThresholdCurve threshold_curve(const Metric& metric, const Predictions& predictions, std::size_t points);

/// By label: the metrics that are measured for every model, and the objective.
std::vector<std::pair<std::string, double>> measure_all(const Metric& objective, std::size_t classes, Link link,
                                                        const Predictions& predictions);

/// The standard error of a metric over rows that were drawn independently; each metric says by which formula. NaN where
/// there are too few rows. With weights that of a ratio of means: n/(n − 1) Σ w²(x − x̄)² / (Σ w)² (Cochran, Sampling
/// Techniques, 1977, eq. 2.39).
double standard_error(const Metric& metric, const Predictions& predictions);

}  // namespace holdout::train
