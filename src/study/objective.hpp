// A study's objective: configurations in, trained and measured trials out.
#pragma once

#include <atomic>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <holdout/search/objective.hpp>
#include <holdout/study/runner.hpp>

#include "choice_bias.hpp"
#include "derivatives.hpp"
#include "designs.hpp"
#include "writer.hpp"

namespace holdout::study {

/// What the folds of one configuration gave, put together. Nothing if one was interrupted, or has not ended.
/// @param folds  at least one
std::optional<Outcome> combine(std::span<const train::LaneResult> folds, const train::Metric& metric);

/// Trains requests in cohorts, folds side by side, stores every cohort as it ends. Here alone a metric that is to be
/// maximized is turned around.
class TrainingObjective final : public search::Objective {
 public:
  struct World {
    const Study& study;
    const data::Dataset& dataset;
    const train::Metric& metric;
    const Workers& workers;
    const std::atomic<bool>& interrupt;
    const Storage& storage;
    ChoiceBias& bias;  // is told of trials before they are stored
  };
  struct Start {
    std::vector<Trial> past;   // that earlier processes stored, by number
    bool careful = false;      // train the first batch that is not stored one by one
    std::int64_t planned = 0;  // trials in all; 0: not known
  };
  TrainingObjective(const World& world, Designs& designs, Writer& writer, Observer& observer, Start start);

  /// @throws Error if a trial was stored for another question than the one that is asked under its number
  std::vector<search::Evaluation> evaluate(std::span<const search::Request> requests) override;
  std::vector<double> preview(std::span<const search::Request> requests) override;
  const RunState& state() const { return state_; }
  /// How many trials the search has asked for: their numbers are below.
  std::size_t asked() const { return static_cast<std::size_t>(next_trial_); }
  /// [fold]: what the best trial's training gave, if this process trained it as train_lanes does; else empty.
  std::vector<train::LaneResult> results_of(const Trial& best) const;

 private:
  struct Batch;
  class Training;
  bool recall(Trial& trial, const search::Request& request);
  void train(Batch& batch, std::size_t alone, std::vector<Trial> begun);
  void train_alone(Batch& batch, std::size_t cohort);
  void train(Batch& batch, std::size_t cohort, std::size_t fold);
  std::vector<std::vector<double>> starts(const Batch& batch, std::size_t cohort, std::size_t fold,
                                          std::span<const train::LaneConfig> lanes);
  void solve(Batch& batch, std::size_t cohort, std::size_t fold, std::span<const train::LaneConfig> lanes);
  void close_cohort(Batch& batch, std::size_t cohort);
  void compete(std::span<const Trial> finished, std::span<const train::LaneConfig> configs,
               std::span<const std::vector<train::LaneResult>> models, bool with_derivatives);
  void note(const Outcome& outcome);
  void keep(const Trial& trial, std::vector<train::LaneResult> folds);

  World world_;
  Designs& designs_;
  Derivatives derivatives_;
  Writer& writer_;
  Observer& observer_;
  std::mutex observing_;
  Start start_;
  RunState state_;
  int next_trial_ = 0;
  // Of the best trial that this process trained, with its model: the winner need not be trained once more.
  struct Kept {
    int trial;
    double value;
    std::vector<train::LaneResult> folds;
  };
  std::optional<Kept> kept_;
};

/// The lanes of a cohort, trained to their own ends on one fold.
/// @param start  [lane] as for make_trainer; none: the model's own
std::vector<train::LaneResult> train_lanes(const Designs& designs, std::size_t fold, const train::Metric& metric,
                                           std::span<const train::LaneConfig> lanes, Seed seed,
                                           const std::atomic<bool>* interrupt,
                                           std::span<const std::vector<double>> start = {});

}  // namespace holdout::study
