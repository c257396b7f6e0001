// A side of a plot: how values map to a share of its length, and where its ticks stand. Every number may come in:
// findings of a run can be equal to the last digit, infinite, or beyond what a difference of doubles can hold.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace holdout::report {

/// Maps values to 0 … 1 along a side of a plot.
class Axis {
 public:
  /// Numbers from min to max; on a log axis both are positive. Ends are moved outwards by `margin` of the whole. A span
  /// that ticks could not resolve (kMinSpan in axis.cpp) is widened to one that they can; ends beyond ±1e300 are taken
  /// as ±1e300, and an end that is not a number as the other one.
  static Axis numbers(double min, double max, bool log, double margin = 0.04);
  /// Named places side by side: value i is the i-th name.
  static Axis names(std::vector<std::string> names);
  /// From low to high, without ticks.
  static Axis bare(double low, double high);

  /// The place of x: outside 0 … 1 for values outside the range, NaN for NaN and for nothing else.
  double at(double x) const;
  bool log() const { return log_; }
  /// Value and label, in ascending order: at most 24 on an axis of numbers, each inside the range.
  const std::vector<std::pair<double, std::string>>& ticks() const { return ticks_; }

 private:
  double min_ = 0, max_ = 1;  // logarithms on a log axis; min_ < max_
  bool log_ = false;
  std::vector<std::pair<double, std::string>> ticks_;
};

}  // namespace holdout::report
