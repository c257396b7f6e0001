// Metrics row by row: what each hold-out row adds to the value of a trained model.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include <holdout/train/design.hpp>
#include <holdout/train/metric.hpp>
#include <holdout/train/trainer.hpp>

namespace holdout::train {

/// Whether a metric is made of a mean over rows: it has row losses then. The more wrong, the larger: of a metric that
/// is to be maximized they are its terms, negated. None where the metric tunes a threshold, which depends on all rows.
bool has_row_losses(const Metric& metric);

/// [row] @param metric  with row losses
std::vector<double> row_losses(const Metric& metric, const Predictions& predictions);

/// The metric's value where the weighted mean of the row losses is `mean`; it grows with it, or falls where the metric
/// is to be maximized.
double value_of_mean_loss(const Metric& metric, double mean);

/// Calls each(model, row losses) for models on the hold-out rows of a design, some of them at a time. Scores are those
/// that the trainer measured them by, to the last bit.
/// @param lanes  [model] how they were trained, cohort fields equal
/// @param theta  [model] their parameters
template <class T>
void for_each_row_losses(const Design<T>& design, const Metric& metric, std::span<const LaneConfig> lanes,
                         std::span<const std::span<const double>> theta,
                         const std::function<void(std::size_t model, std::span<const double> losses)>& each);

}  // namespace holdout::train
