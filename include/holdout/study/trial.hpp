// What is known of one trial: what storage keeps and reports read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <holdout/search/objective.hpp>

namespace holdout::study {

enum class TrialState { waiting, running, complete, failed, pruned };

inline bool has_outcome(TrialState state) { return state != TrialState::waiting && state != TrialState::running; }

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
  double value = 0;                  // the objective's metric on the hold-out rows, as the metric counts (not negated)
  std::vector<double> fold_values;   // k-fold: each fold's error; else empty
  std::vector<double> start_values;  // with training.starts: the value of each start (k folds: their mean)
  Metrics metrics;                   // all metrics of the model on the hold-out rows
  std::string end;                   // why training ended: epochs, converged, patience …
  std::string reason;                // of a failure: diverged at epoch 3; of a pruned one: solved to 0.003 only
  bool full = true;                  // solved as far as the study says; complete ones that are not are stored as pruned
  std::int64_t epochs = 0, steps = 0;
  double train_loss = 0;          // at the last epoch
  double gradient_norm = 0;       // ‖∇J‖ at the end, relative to the start; NaN where it was not measured
  std::vector<CurvePoint> curve;  // at most 200 points
  // What a searcher is told besides the value, in its coordinates and its direction (search::Evaluation).
  std::optional<double> error_bound;
  std::vector<double> gradient, curvature;  // all finite
  bool no_derivatives = false;              // they were wanted and not finite; the search can do without
  std::optional<double> guard;
  double cost = 0;
  double seconds = 0;  // its share of the time that training its cohort took; 0: not known. Never the same
  // [fold][parameter] of the model, only where a later trial may start from it. Reading trials leaves it out.
  std::vector<std::vector<double>> theta;
};

struct Trial {
  int number = 0;
  search::Configuration configuration;
  Outcome outcome;
  search::Fidelity fidelity = {};       // how far it was asked to go
  std::vector<search::Near> near = {};  // the trials it started from; none: the model's own start
  int attempts = 0;  // how often it was trained alone, because processes died while it was in training
};

/// Whether a trial may be the best one: complete, with a finite value, and solved as far as the study says.
bool may_be_best(const Outcome& outcome);

}  // namespace holdout::study
