// What the plots of trials have in common: which trials are drawn, on which axes, in which shade.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <holdout/report/findings.hpp>

#include "../svg.hpp"

namespace holdout::report::plots {

inline constexpr double kWide = 720, kNarrow = 440, kHeight = 300;  // px
inline constexpr std::size_t kMaxDots = 1000;  // more cover each other, and a page of ten such plots grows too large

/// A <figure>. @param kind  the plot's name in the list, a class of the element
std::string figure(std::string_view kind, const Plot& plot, const std::string& title, const std::string& caption);

using Trials = std::vector<const study::Trial*>;

/// Complete trials by number: all, or so many evenly spread; always with the best one.
Trials drawn_trials(const Findings& findings, std::size_t most = kMaxDots);
/// What the best configuration's mark says of itself.
Note best_note(const Findings& findings);
/// "500 of 10000 trials are drawn.", or nothing if all are.
std::string left_out(const Findings& findings, const Trials& trials);

/// An axis for the metric. Positive values that differ by more than a factor of 30 go on a log axis. Otherwise a few
/// values far on the bad side may not press all others into a line: the axis then ends a bit beyond the best 80 %.
Axis value_axis(const Findings& findings, const Trials& trials);

/// Of the ranking's fifths, the one a trial is in: a class from q0, best, to q4.
std::string shade(const Findings& findings, const study::Trial& trial);

/// Where a parameter's values are drawn.
struct ParameterAxis {
  Axis axis;
  bool names = false;  // its listed values side by side

  std::optional<double> place(const search::Parameter& parameter, const std::optional<Value>& value) const;
};

/// Nothing for parameters that cannot be drawn: of one value, or of many words.
std::optional<ParameterAxis> parameter_axis(const search::Parameter& parameter);
/// The parameters that matter most (the first ones where that is not known) and can be drawn, in the order of the
/// study.
std::vector<std::size_t> most_important(const Findings& findings, std::size_t most);
std::optional<double> place(const ParameterAxis& axis, const Findings& findings, std::size_t parameter,
                            const study::Trial& trial);

}  // namespace holdout::report::plots
