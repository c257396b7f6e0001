// Runs side by side: which one won, and whether by more than chance.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <holdout/report/findings.hpp>

namespace holdout::report {

/// A run to compare, and how the command line names it.
struct NamedRun {
  std::string name;
  Findings findings;
};

/// What is said of two runs' best values, a the better one.
struct Difference {
  double value = 0;                      // how far a is on the good side of b; never negative
  std::optional<double> standard_error;  // of that; empty: not known
  bool paired = false;                   // from the folds' differences: the folds are the same rows
  /// Within two standard errors; false where these are not known.
  bool within_noise() const { return standard_error && value <= 2 * *standard_error; }
};

struct Comparison {
  std::vector<NamedRun> runs;      // best first; those without a complete trial at the end
  std::vector<Difference> behind;  // [run]: how far behind the first; as many as have a best trial
  bool same_rows = true;           // all measured on the same hold-out rows, as far as can be told
  std::string metric;
  bool maximize = false;
};

/// k folds of the same rows: s/√k of the differences. Otherwise the errors are added as if independent; on the same
/// rows they are not, so the true error is smaller.
/// @param runs  two or more
/// @throws Error if their metrics, targets or data files differ
Comparison compare(std::vector<NamedRun> runs);

/// The runs in rows below a header: the winner's mark, values, trials, name. Cells are not escaped.
std::vector<std::vector<std::string>> comparison_table(const Comparison& comparison);

/// Who won, against each of the others, and what to know about that.
std::vector<std::string> verdicts(const Comparison& comparison);

/// The same as a page of its own, with the best values, their errors, and the history of each run drawn.
std::string comparison_page(const Comparison& comparison);

/// For standard output: a table, each run's best parameters, and the verdict in words.
std::string comparison_text(const Comparison& comparison);

}  // namespace holdout::report
