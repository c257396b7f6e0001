// The trials of one study in an Optuna database: written in transactions that others make, and read.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include <soci/soci.h>

#include <holdout/base/error.hpp>
#include <holdout/study/foreign_change.hpp>
#include <holdout/study/trial.hpp>

#include "attributes.hpp"
#include "optuna_schema.hpp"
#include "stored_curves.hpp"
#include "trial_check.hpp"

namespace holdout::study {

/// An outcome as it is stored: one whose error is infinite or missing is no result but a failure, one solved in part is
/// pruned. Optuna's best_trial is ours then.
Outcome storable(const Outcome& outcome);

/// Prepared statements that write trials. Each call belongs into one transaction.
class TrialWriter {
 public:
  /// @param shown  the database's name for messages
  TrialWriter(soci::session& sql, long long study, const StoredParameters& parameters, std::string shown);
  TrialWriter(const TrialWriter&) = delete;  // the statements are bound to the members
  TrialWriter& operator=(const TrialWriter&) = delete;

  /// RUNNING rows with their parameters. A row that a killed run left RUNNING is begun again under its number; a trial
  /// that another program added under the number of a new one gets another number, behind all.
  /// @param again  trials that may have an outcome: it is forgotten
  /// @return how many were not there
  /// @throws Error if another trial has an outcome
  int begin(std::span<const Trial> trials, const std::set<int>& again = {});
  /// @throws Error if a trial was not begun, or has an outcome
  void finish(std::span<const Trial> trials);

 private:
  bool find(int number);  // sets trial_ and state_
  /// find() of one that has no outcome. @throws Error if another program has given it one, or deleted it
  void find_open(int number);
  int make_room(int number, int next);
  void restart();
  void write_request(const Trial& trial);
  void finish(const Trial& trial, const std::string& now);
  void write(const std::vector<Attribute>& attributes);
  TrialChecks checks_of(const Trial& trial, const Outcome& outcome, bool with_row) const;

  soci::session& sql_;
  const StoredParameters& parameters_;
  std::string shown_;

  // What is bound.
  long long study_, trial_ = 0, number_ = 0, step_ = 0, check_ = 0, detail_check_ = 0;
  double value_ = 0;
  std::string state_, time_, name_, text_;
  soci::blob blob_;

  soci::statement find_, insert_, restart_, parameter_, result_;
  CurveWriter curves_;
  soci::statement attribute_, theta_, end_;
};

/// Deletes the trials of the search from a number on. Belongs into a transaction.
void remove_trials(soci::session& sql, long long study, int number);

/// How much of the outcomes is read.
enum class Depth { answers, all };

/// The trials of a search, and what other programs did to them.
struct StoredTrials {
  std::vector<Trial> trials;         // by number; without an outcome where another program changed it
  std::vector<int> changed;          // their numbers, ascending
  std::vector<ForeignChange> added;  // by number
};

/// All trials without curves. @throws std::domain_error on what no one should have written
StoredTrials read_trials(soci::session& sql, long long study, const StoredParameters& parameters,
                         const search::SearchSpace& space, Depth depth);

/// The parameters of a trial's models, [fold][parameter]; empty where none were kept.
std::vector<std::vector<double>> read_theta(soci::session& sql, long long study, int number);

}  // namespace holdout::study
