// What a run showed: computed once from what it stored, apart from the writers, so that every format says the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <holdout/study/storage.hpp>

namespace holdout::report {

/// The best value of a numeric range lies at the range's end: the optimum may be outside.
struct BoundHit {
  std::size_t parameter = 0;  // index in the search space
  bool upper = false;         // which end
  double value = 0, bound = 0;
};

/// Failed (or pruned) trials with the same reason, numbers in it aside.
struct FailureGroup {
  study::TrialState state = study::TrialState::failed;
  std::string reason;                              // diverged at epoch 2–7
  std::vector<int> trials;                         // their numbers
  std::optional<std::pair<double, double>> rates;  // smallest and largest learning rate, if that was searched
};

/// How the training of the best configuration went, from its learning curve.
struct Convergence {
  study::CurvePoint best, last;  // the point with the best hold-out value, and the last one
  bool all_epochs = false;       // training used all epochs it had: neither patience nor a tolerance ended it
  bool still_improving = false;  // it did, and the last tenth of them gained more than 1 % of the value
  bool worsened = false;         // the last value is more than 1 % worse than the best one
};

/// A minimum of the hold-out error along one parameter, as a gradient search saw it.
struct Basin {
  double at = 0, value = 0;
  bool at_end = false;  // of the range, from which the error falls outward
};

/// A gradient search along its one continuous parameter.
struct Descent {
  static constexpr double kFlat = 1e-4;  // relative: what counts as equally good
  std::size_t parameter = 0;
  std::vector<Basin> basins;  // best first
  std::optional<std::pair<double, double>>
      flat;  // every point seen there is as good as the best; wide enough to say so
};

/// Whether the trials that were made were enough: how much better the best one got by the second half of them.
struct SearchEnd {
  std::size_t half = 0;   // complete trials of the first half
  double half_value = 0;  // the best value of so many
  double gain = 0;        // how far the best value of all is on the good side of that; not negative
  double noise = 0;       // what counts as nothing: the standard error of the best value, or 1 % of it if not known
  bool expected = false;  // independent draws: half_value is the mean over all halves, not that of the first trials
  bool settled() const { return gain <= noise; }
};

/// Of a grid over one range: the vertex of the parabola through the best point and both its neighbours.
struct Refinement {
  std::size_t parameter = 0;  // index in the search space
  double at = 0, value = 0;   // the parameter there, and the metric that the parabola promises
  double gain = 0;            // how much better than the best value
};

/// What nested cross-validation says of configurations that such a search chooses.
struct NestedError {
  std::size_t folds = 0;                            // outer folds with a value
  double mean = 0;                                  // of theirs
  std::optional<double> deviation, standard_error;  // of the folds' values, s; of their mean, s / √folds
};

/// A trial that the data cannot tell from the best one, and that is simpler: the one-standard-error rule.
struct Simpler {
  std::size_t trial = 0;                // index in `trials`
  std::vector<std::size_t> parameters;  // indices in the search space of what is simpler in it
};

/// Which parameters the metric depends on: shares of the variance of a random forest fitted to the complete trials.
struct Importance {
  struct Pair {
    std::size_t a = 0, b = 0;  // indices in the search space, a < b
    double share = 0;          // of both together, beyond each alone
  };
  std::vector<double> alone;                // [parameter], 0 … 1; all shares together are at most about 1
  std::vector<Pair> pairs;                  // largest share first
  std::vector<std::vector<double>> effect;  // [parameter][bin]: mean of the forest over the other parameters, in equal
                                            // bins of search/transform.hpp's unit interval; empty for words
  std::size_t trials = 0;                   // that the forest was fitted to
};

/// All that the reports say. A value: independent of the storage it came from.
struct Findings {
  study::StudyRecord study;
  std::vector<study::Trial> trials;  // those with an outcome, by number; best, middle and worst keep their curves
  std::size_t begun = 0;             // trials in the storage, those included that never got an outcome
  std::size_t complete = 0, failed = 0, pruned = 0;
  std::optional<study::RunFacts> facts;
  /// What other programs did to the trials: those that they added are in no number here and in no ranking.
  std::vector<study::ForeignChange> foreign;
  /// The run did not come to its end: it says so, noted no end, or left trials without an outcome, or with one that
  /// another program changed or deleted.
  bool interrupted = false;

  /// Indices in `trials` of the complete trials with a finite value, best first; of equal values the smaller number.
  std::vector<std::size_t> ranking;
  /// The retrained winner, if the best trial that it names is the first of the ranking: after an interruption it may
  /// still be an older one.
  std::optional<study::Winner> winner;
  /// The study's defaults, where they are the best configuration. No trial: their number is −1, and they are in nothing
  /// above.
  std::optional<study::Trial> defaults;
  /// Where the defaults are better than every trial and no candidate: the parameters, indices in the search space,
  /// whose defaults lie outside of what was searched.
  std::vector<std::size_t> outside;

  /// Standard error of the best value. k folds: s / √k of the folds' errors, of repeated k-fold the mean of
  /// that (fold_error.hpp). One split: the winner's, over the hold-out rows. Empty where it is not known.
  std::optional<double> standard_error;
  /// How far the best value is on the good side of the constant model's (negative: on the bad side).
  std::optional<double> gain;
  /// The same against the default configuration's, winner->defaults; empty where that has no value. 0 where the
  /// defaults are the best configuration.
  std::optional<double> default_gain;
  std::size_t within_percent = 0;  // other trials (than the best configuration) whose value is within 1 % of the best
  std::optional<std::size_t> within_error;  // … within one standard error
  std::vector<BoundHit> bounds;             // within 1 % of the range's length, on its scale
  std::vector<FailureGroup> failures;       // largest group first
  std::optional<std::size_t> rate;          // the learning rate's index in the search space, if it is searched
  std::optional<double> largest_good_rate;  // among complete trials
  std::optional<Convergence> convergence;
  std::optional<Descent> descent;  // of a gradient search in one dimension
  /// From eight complete trials on; not for grids, of which more trials are another grid.
  /// Dodge, Gururangan, Card, Schwartz, Smith, Show Your Work, EMNLP 2019: expected best of n draws; without
  /// replacement as Tang et al., ACL 2020.
  std::optional<SearchEnd> search_end;
  std::optional<Refinement> refinement;
  /// Breiman, Friedman, Olshen, Stone, Classification and Regression Trees, 1984, § 3.4.3. Simpler: a stronger penalty,
  /// fewer hidden units, and nothing less simple.
  std::optional<Simpler> simpler;
  /// From 20 complete trials over two parameters on. Hutter, Hoos and Leyton-Brown, ICML 2014 (functional ANOVA).
  /// Values far on the bad side (Tukey's fence) are drawn in to it first, or diverging trainings would decide
  /// everything.
  std::optional<Importance> importance;
  /// Of the search as a whole; empty where the study asks for none, or no outer fold has ended.
  std::optional<study::Nested> nested;
  std::optional<NestedError> nested_error;

  /// The best configuration, with what training it gave: the best trial, or the defaults. Null without a complete
  /// trial.
  const study::Trial* best() const { return defaults ? &*defaults : best_trial(); }
  const study::Trial* best_trial() const { return ranking.empty() ? nullptr : &trials[ranking.front()]; }
  /// Of the complete trials, the one that half of the others are better than.
  const study::Trial* middle() const { return ranking.empty() ? nullptr : &trials[ranking[ranking.size() / 2]]; }
};

/// One pass over what is stored.
/// @throws Error if the storage cannot be read
Findings find(const study::Storage& storage);

}  // namespace holdout::report
