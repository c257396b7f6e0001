// Reports of a run: what was found, in files and on standard output.
//
// report.json, schema 1. Keys stand in this order; numbers read back exactly; what is not a finite number is null.
// Two runs of one study differ in `run` only; of report.html and report.md in the section "The run", of trials.csv in
// nothing.
//
//   schema        1
//   study         its name
//   objective     {metric, direction: minimize | maximize}
//   data          {task, file, target, classes, rows, features, train_rows, holdout_rows, test_rows, folds, baseline,
//                 split?, repeats?}; null if the run ended before it knew. baseline: the metric of the constant model
//                 on the hold-out rows; folds: all that are trained; split: the method, absent in runs that an older
//                 holdout began; repeats: how many times the rows were split into folds, if more than once
//   search_space  [{path, values?, min?, max?, scale?, step?, points?, integer?, only_if?: {path, value}}]
//   best          null without a complete trial; else
//     trial, value, parameters {path: value}, metrics {name: value on the hold-out rows}
//     defaults    true, and `trial` null, where the study's defaults are better than every trial and lie inside of what
//                 is searched: all of `best` is theirs then; absent where a trial is the best
//     test        {name: value}, by the model trained on the training rows; null without test rows and with k folds
//     refit       {test, epochs}, by the model refitted on training and hold-out rows; null until that was done
//     minimum     {convex: no | convex | strongly convex, reason, gradient_norm, least_eigenvalue, largest_eigenvalue,
//                 distance, rises, steps}: train/minimum.hpp of the winner (k folds: of the first); null until known
//     threshold   only with objective.threshold: tuned: the score above which the positive class is decided, also of
//                 the test rows
//     predictions on hold-out rows (all folds', of a first repetition): {confusion: [true class][decided class],
//                 roc: {false_positive, true_positive}, thresholds?: {score, value}} or {rows, target, predicted} of
//                 at most 500 rows; null until known
//     uncertainty {value, test}: standard errors of the hold-out and the test value of the objective's metric, or null
//     folds       the k values, if k > 1; of repeated k-fold one repetition behind the other
//     starts      the value of each initialization, with training.starts
//     curve       [{epoch, train_loss, holdout}], at most 200 points
//   nested        {metric, mean, deviation, standard_error, planned, folds: [{value, holdout, rows, trial, defaults,
//                 configuration {path: value}}]}: nested cross-validation, where the study asks for it. planned: outer
//                 folds; folds: those that have ended; value: the error of what the fold's search chose, refitted, on
//                 the fold's rows; holdout: the one that it was chosen by; trial: of that search, null where it chose
//                 the study's defaults (`defaults`), or nothing; deviation: of the values, standard_error: of the mean
//   findings      {gain, default: {parameters, undeclared: [path], trial, value, reason, test, gain, outside: [path]}:
//                 the study's defaults, trained after the search unless they are a trial; undeclared: parameters
//                 without a default that suits, at the middle of their range; gain: how far the best value is on the
//                 good side of theirs; outside: where that is negative, the parameters whose defaults are not among
//                 what is searched, middle: value that half of the trials are better than, conclusion: {settled,
//                 tolerance, rounds, evaluations, reason: why not, open: [{path, min, max, promise: the least value
//                 that may be there or null, failed}]}: what a search by gradient says of its end, search_end: {half,
//                 half_value, gain, noise, expected, settled}, refinement: {path, at, value, gain}, simpler: {trial,
//                 value, parameters: [path]}, importance: {alone: {path: share}, pairs: [{paths, share}], trials}:
//                 findings.hpp, null where there is none; near_ties: {percent, standard_error}, bounds: [{path, end:
//                 min | max, value, bound}], failures: [{state, reason, trials: how many}]}
//   certificate   {metric, parameter: path, min, max: the range of λ, tolerance, lower_bound: no λ of the range has a
//                 lower value, best: the value found, share: of ln λ, where at least best · (1 − tolerance) is proved,
//                 anchors: at how many λ minima of J were known, added: how many of these after the search, intervals:
//                 how many were bounded, proved: share = 1, reason: why not, open: [{min, max, lower_bound}]: where
//                 not, band: {at, lower_bound, anchors}: on [at_k, at_k+1] no value is below lower_bound_k}; only with
//                 search.certify, of the hold-out error and not of new data
//   trials        [{number, state: complete | failed | pruned | search only, value, parameters, metrics, reason,
//                 epochs, steps, train_loss, gradient_norm, end, folds?}]; search only: complete for the search alone,
//                 solved less far than the study says or measured on some hold-out rows; value is null unless complete,
//                 and `reason` says why then (null otherwise); parameters that a condition switches off are absent
//   foreign       [{number, what: added | changed | deleted, state?, value?}]: trials that another program put into
//                 study.db (with Optuna's word for the state), changed or deleted; absent where there are none
//   notices       [text]
//   run           {threads, seconds, versions: {holdout}, cpu_target, started, finished, interrupted, trials_begun}
//
// trials.csv (RFC 4180): number, state, value, the parameters by path, the metrics by name, epochs, steps, train_loss,
// end, reason. What other programs did comes last, as the states foreign, changed and deleted. Empty: no such value.
// Text that a spreadsheet would run (= + - @ tab CR in front) gets a ' in front.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <holdout/report/findings.hpp>

namespace holdout::report {

/// json, markdown, html, csv: what a study's `report.formats` may name.
std::span<const std::string_view> formats();

/// Writes report.json, report.md, report.html and trials.csv, as far as `formats` names them, and best.yaml and
/// model.json if the winner is known; each is written whole or not at all.
/// @return the paths written
/// @throws Error for an unknown format (before anything is written), Error(Fault::failure) if a file cannot be written
std::vector<std::string> write(const Findings& findings, const std::string& folder,
                               std::span<const std::string> formats);

/// @throws Error if write() could not write there, because something else than a file is in the place of one: known
/// before the work
void check_outputs(const std::string& folder, std::span<const std::string> formats);

/// The text of one format. @throws Error for an unknown one
std::string render(const Findings& findings, std::string_view format);

/// At most 12 lines for standard output: best value ± standard error, parameters as `path: value`, test error, trials
/// by state, where the report is. Ends with a line feed.
std::string summary(const Findings& findings, const std::string& folder);

}  // namespace holdout::report
