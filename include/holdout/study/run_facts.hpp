// What a report says of a run besides its trials.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <holdout/search/searcher.hpp>
#include <holdout/study/certificate.hpp>
#include <holdout/study/choice_bias.hpp>
#include <holdout/study/trial.hpp>
#include <holdout/study/tuned_model.hpp>
#include <holdout/train/minimum.hpp>

namespace holdout::study {

/// The data as it was trained on, and the run as it went.
struct RunFacts {
  // Follow from the study alone.
  std::string task;    // regression or classification
  std::string search;  // method: grid, random …
  std::string data_file, target;
  std::vector<std::string> classes;  // of two, the last is the positive one
  std::int64_t rows = 0, features = 0, train_rows = 0, holdout_rows = 0, test_rows = 0;  // k-fold: of the first fold
  std::string split;                                                                     // method: holdout, kfold …
  std::int64_t folds = 1;            // all that are trained: of repeated k-fold k for each repetition
  std::int64_t repeats = 1;          // k-fold
  double baseline = 0;               // the metric of the constant model (mean, or class shares) on the hold-out rows
  std::vector<std::string> notices;  // what the user should know: constant columns, rows dropped
  // May differ between two runs of one study.
  int threads = 0;
  double seconds = 0;
  std::string version, cpu_target;  // 0.1.0, AVX3
  std::string started, finished;    // UTC, 2026-11-24 05:30:00; finished is empty while a process works on it
  bool interrupted = false;
  // How the process began: trials with an outcome then, and how many before it died in a row without adding one.
  std::int64_t stored = 0, deaths = 0;
  std::int64_t asked = 0;  // trials that the search asked for, once it has come to its end; 0: not known
  std::optional<search::Conclusion> conclusion = {};  // of the search, if it came to its end and can tell
  std::optional<Certificate> certificate = {};        // where the study asks for one (search.certify)
};

/// What the best configuration's models say of their hold-out rows (k folds: each of those it was not trained on),
/// for pictures: never more than some hundred numbers.
struct HoldoutPredictions {
  std::int64_t rows = 0;                              // regression: how many there were
  std::vector<double> target, predicted;              // regression: at most 500 of them, evenly spread
  std::vector<std::int64_t> confusion;                // classes: [true class][decided class], how many rows
  std::vector<double> false_positive, true_positive;  // two classes: the ROC curve from (0, 0) to (1, 1)
  // objective.threshold: tuned: the metric at so many thresholds of the score, ascending.
  std::vector<double> threshold, at_threshold;
};

/// What the study would have given without tuning: every searched setting at its declared default, or, where none
/// suits, in the middle of its range.
struct DefaultResult {
  search::Configuration configuration;   // may lie outside of the ranges
  std::vector<std::int64_t> undeclared;  // indices of parameters that took the middle
  std::optional<int> trial;              // the trial that has this configuration; empty: trained after the search
  double value = 0;                      // the objective's metric on the hold-out rows; NaN: it failed
  std::string reason;                    // of the failure
  Metrics test;                          // as Winner::test, k folds: as Winner::refit_test
};

/// The best configuration, trained again after the search, and its one look at the test rows. That is the best trial,
/// or the study's defaults where they are better than every trial and lie inside of what is searched.
struct Winner {
  int trial = 0;                           // the best trial, also where the defaults are better
  std::optional<Outcome> default_outcome;  // the defaults are the best configuration: what training them gave
  double holdout_standard_error = 0;       // of the best value, over the hold-out rows; NaN: unknown, or k-fold
  Metrics test;        // by the model trained on the training rows; empty without test rows or with k-fold
  Metrics refit_test;  // by the model refitted on training and hold-out rows; empty without test rows
  std::int64_t refit_epochs = 0;
  // Many λ, one a group: the best trial in which they are all the same, and its error on the test rows.
  std::optional<int> tied;
  Metrics tied_test;
  std::optional<DefaultResult> defaults;    // empty: nothing was searched, or an older holdout ended the run
  std::optional<CorrectedValue> corrected;  // the best value; empty: there was no choice, or the study wants none
  double test_standard_error = 0;           // of the objective's metric over the test rows; NaN where it has none
  std::string best_yaml;                    // the winning configuration as a study that runs
  std::optional<TunedModel> model;          // the refitted one; empty if that training diverged
  // Of its training, k-fold: of the first fold.
  std::optional<train::MinimumFacts> minimum;
  std::int64_t rises = -1, steps = 0;  // full-batch steps after which J was higher (−1: not watched), and all steps
  std::optional<HoldoutPredictions> predictions;
  // objective.threshold: tuned: the score above which the positive class is decided, also by `model`.
  std::optional<double> threshold;
};

/// What the search of an outer fold chose, and what its rows say of that.
struct OuterResult {
  search::Configuration configuration;
  std::optional<int> trial;  // of its search; empty: the study's defaults, or nothing could be chosen
  double holdout = 0;        // the value on the hold-out rows that it was chosen by; NaN: nothing could be chosen
  double value = 0;          // of the refitted model on the rows of the fold; NaN: there is none
  std::int64_t rows = 0;     // of the fold
};

/// Nested cross-validation, as far as it is: the objective's metric, measured on rows that took no part in the choice.
struct Nested {
  std::int64_t planned = 0;        // outer folds
  std::vector<OuterResult> folds;  // those that have ended, in order
};

}  // namespace holdout::study
