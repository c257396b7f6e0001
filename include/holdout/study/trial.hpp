// What is known of one trial: what storage keeps and reports read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <holdout/search/space.hpp>

namespace holdout::study {

enum class TrialState { waiting, running, complete, failed, pruned };

/// One point of a learning curve.
struct CurvePoint {
  std::int64_t epoch = 0;
  double train_loss = 0;  // mean of the epoch's batch losses, each before its update
  double holdout = 0;     // the objective's metric; may be infinite or NaN in a diverging training
};

/// Metric names and values, in the order of the report.
using Metrics = std::vector<std::pair<std::string, double>>;

/// What training one configuration gave. With k folds, numbers are means over the folds (epochs and steps: sums).
struct Outcome {
  TrialState state = TrialState::complete;
  double value = 0;                // the objective's metric on the hold-out rows, as the metric counts (not negated)
  std::vector<double> fold_values; // k-fold: each fold's error; else empty
  Metrics metrics;                 // all metrics of the model on the hold-out rows
  std::string end;                 // why training ended: epochs, converged, patience …
  std::string reason;              // of a failure: diverged at epoch 3
  std::int64_t epochs = 0, steps = 0;
  double train_loss = 0;           // at the last epoch
  double gradient_norm = 0;        // ‖∇J‖ at the end, relative to the start; NaN where it was not measured
  std::vector<CurvePoint> curve;   // at most 200 points
};

struct Trial {
  int number = 0;
  search::Configuration configuration;
  Outcome outcome;
};

}  // namespace holdout::study
