// objective.threshold: tuned. The score above which the positive of two classes is decided is the one at which the
// metric is best on the hold-out rows; of k folds one for all, on the rows of all together.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include <holdout/study/trial.hpp>
#include <holdout/train/metric.hpp>
#include <holdout/train/trainer.hpp>

#include "designs.hpp"

namespace holdout::study {

/// Predictions on the hold-out rows of all folds, of models that were trained on the others.
struct PooledPredictions {
  std::vector<double> scores, y, weights;
  std::size_t outputs = 1;
  train::Predictions predictions() const { return {scores, outputs, y, weights}; }
};
PooledPredictions pooled_predictions(const Designs& designs, const train::LaneConfig& config,
                                     std::span<const train::LaneResult> folds);

/// Empty where the metric has no tuned threshold, or a training gave no finite model.
std::optional<double> tuned_threshold(const Designs& designs, const train::LaneConfig& config,
                                      const train::Metric& metric, std::span<const train::LaneResult> folds);

/// What a model says of the hold-out rows of a fold, decided at a threshold.
Metrics metrics_at(double threshold, const Designs& designs, const train::LaneConfig& config,
                   const train::Metric& metric, std::size_t fold, const train::LaneResult& trained);

/// As combine; of k folds with a tuned threshold, values and metrics of all folds are those at their common threshold.
std::optional<Outcome> combine(std::span<const train::LaneResult> folds, const train::Metric& metric,
                               const Designs& designs, const train::LaneConfig& config);

}  // namespace holdout::study
