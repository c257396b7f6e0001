// Error measures by name, for the hold-out and test rows.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <holdout/base/settings.hpp>
#include <holdout/data/dataset.hpp>

namespace holdout::train {

/// What one trained model says of some rows.
struct Predictions {
  std::span<const double> scores;  // [row][outputs]; two classes: one score, positive speaks for the positive class
  std::size_t outputs = 1;
  std::span<const double> y;       // [row]: target, or index of the class
};

enum class Classes { none, two, any };  // none: regression

/// A metric. `value` sums in double, in the order of rows; it is pure. NaN if a score is NaN.
struct Metric {
  Info info;
  Classes classes = Classes::none;  // which models it measures
  bool maximize = false;
  double (*value)(const Predictions&) = nullptr;
};

/// All metrics.
std::span<const Metric> metrics();
/// The metric of that name, or null.
const Metric* find_metric(std::string_view name);
/// Whether it measures models for that many classes (0: regression).
bool measures(const Metric& metric, std::size_t classes);

/// The standard error of a metric that is a mean over rows (mse, mae, log_loss, error, accuracy); NaN for others.
double standard_error(const Metric& metric, const Predictions& predictions);

}  // namespace holdout::train
