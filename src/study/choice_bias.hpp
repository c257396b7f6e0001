// The correction of the best value for having been chosen, computed while the search runs.
#pragma once

#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <holdout/data/load.hpp>
#include <holdout/study/choice_bias.hpp>
#include <holdout/study/study.hpp>
#include <holdout/study/trial.hpp>
#include <holdout/train/bootstrap.hpp>

#include "designs.hpp"

namespace holdout::study {

/// [row] of the hold-out rows of all folds, one fold after the other: the unit that bootstrap samples draw. A row of
/// the data is one unit, wherever it is held out; where rows belong together, all held-out rows of a group are one
/// (the cluster bootstrap: Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 3.8), as rows of
/// one group may err together, and then say less than as many groups would. Of more than `most`, as many random sets
/// of equal size are the units, whose means vary as much as the rows or groups do (random groups: Wolter, Introduction
/// to Variance Estimation, 2007, chapter 2).
/// @param group  [row of the data]; empty: each row stands for itself
std::vector<std::uint32_t> bootstrap_units(const data::Split& split, std::span<const std::uint32_t> group, Seed seed,
                                           std::size_t most);

/// Is told of every trial as its training ends. Thread-safe.
class ChoiceBias {
 public:
  /// More say no more of an error, and cost as much for every trial.
  static constexpr std::size_t kMaxUnits = 1024;

  /// @param study, metric  must outlive it
  /// @param stored  what earlier processes of the run have left
  ChoiceBias(const Study& study, const train::Metric& metric, const data::Prepared& data,
             std::optional<ChoiceBiasState> stored);

  /// A trained model of each fold.
  struct Candidate {
    int trial = 0;
    train::LaneConfig config;
    std::vector<std::span<const double>> theta;  // [fold]
  };
  /// Trials that may be the best one, trained together. Their designs are there.
  /// @param in_double  trained so whatever their settings say
  void add(const Designs& designs, std::span<const Candidate> candidates, bool in_double);
  /// Trials that may not.
  void pass_over(std::span<const int> trials);

  bool is_computed() const { return bootstrap_.has_value(); }
  ChoiceBiasState state() const;

  /// Nothing where there was no choice: one candidate, or none is searched for; or where the study wants none. Where
  /// the search solved others in part, which led it to the best one, what was chosen among cannot be told: not
  /// computed.
  /// @param trials    all of the search
  /// @param defaults  if they could have been chosen and are no trial; their designs are there
  std::optional<CorrectedValue> corrected(std::span<const Trial> trials, const Designs& designs,
                                          const Candidate* defaults) const;

 private:
  using Samples = std::vector<ChoiceBiasState::Sample>;
  train::Bootstrap::Sums sums_of(const Designs& designs, std::span<const Candidate> block, bool in_double) const;
  Samples chosen(const train::Bootstrap::Sums& sums, std::span<const Candidate> block, Samples before) const;

  const Study& study_;
  const train::Metric& metric_;
  std::vector<std::size_t> first_;  // [fold]: the place of its first row
  std::optional<train::Bootstrap> bootstrap_;
  mutable std::mutex mutex_;
  ChoiceBiasState state_;
};

}  // namespace holdout::study
