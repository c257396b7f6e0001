#include "drawing.hpp"

#include <algorithm>
#include <cmath>

#include "../text.hpp"

namespace holdout::report::plots {
namespace {

constexpr std::size_t kMaxNames = 8;  // more words do not fit below a plot

bool numeric(const std::vector<Value>& values) {
  return std::all_of(values.begin(), values.end(), [](const Value& v) { return number(v).has_value(); });
}

}  // namespace

std::string figure(std::string_view kind, const Plot& plot, const std::string& title, const std::string& caption) {
  return "<figure class=\"" + std::string(kind) + "\">" + plot.svg(title) + "<figcaption>" + html_escaped(caption) +
         "</figcaption></figure>\n";
}

Trials drawn_trials(const Findings& f, std::size_t most) {
  std::vector<std::size_t> indices(f.ranking);
  std::sort(indices.begin(), indices.end());
  const std::size_t every = (indices.size() + most - 1) / most;
  Trials trials;
  for (std::size_t i = 0; i < indices.size(); ++i)
    if (i % every == 0 || indices[i] == f.ranking.front()) trials.push_back(&f.trials[indices[i]]);
  return trials;
}

Note best_note(const Findings& f) {
  if (f.defaults) return {{}, best_name(f) + ": " + shown(f.best()->outcome.value)};
  return {f.best()->number};
}

std::string left_out(const Findings& f, const Trials& trials) {
  if (trials.size() >= f.ranking.size()) return {};
  return " " + std::to_string(trials.size()) + " of " + std::to_string(f.ranking.size()) + " trials are drawn.";
}

Axis value_axis(const Findings& f, const Trials& trials) {
  std::vector<double> values;
  for (const study::Trial* trial : trials) values.push_back(trial->outcome.value);
  if (f.defaults) values.push_back(f.defaults->outcome.value);
  std::sort(values.begin(), values.end());
  double low = values.front(), high = values.back();
  if (low > 0 && high > 30 * low) return Axis::numbers(low, high, true);
  const std::size_t n = values.size(), bulk = (n - 1) * 4 / 5;
  if (f.study.maximize) {
    const double end = values[n - 1 - bulk], width = high - end;
    if (width > 0 && high - low > 5 * width) low = end - width / 4;
  } else {
    const double end = values[bulk], width = end - low;
    if (width > 0 && high - low > 5 * width) high = end + width / 4;
  }
  return Axis::numbers(low, high, false);
}

std::string shade(const Findings& f, const study::Trial& trial) {
  const auto better = [&](std::size_t i, double value) {
    const double other = f.trials[i].outcome.value;
    return f.study.maximize ? other > value : other < value;
  };
  const auto at = std::lower_bound(f.ranking.begin(), f.ranking.end(), trial.outcome.value, better);
  const auto rank = static_cast<std::size_t>(at - f.ranking.begin());
  return "q" + std::to_string(5 * rank / f.ranking.size());
}

std::vector<std::size_t> most_important(const Findings& f, std::size_t most) {
  const auto& parameters = f.study.space.parameters();
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (parameter_axis(parameters[i])) all.push_back(i);
  if (f.importance)
    std::stable_sort(all.begin(), all.end(),
                     [&](std::size_t a, std::size_t b) { return f.importance->alone[a] > f.importance->alone[b]; });
  all.resize(std::min(all.size(), most));
  std::sort(all.begin(), all.end());
  return all;
}

std::optional<ParameterAxis> parameter_axis(const search::Parameter& parameter) {
  const auto& values = parameter.values;
  if (const auto& range = parameter.interval) {
    if (!(range->max > range->min)) return {};
    return ParameterAxis{Axis::numbers(range->min, range->max, range->log)};
  }
  if (values.size() < 2) return {};
  if (values.size() <= kMaxNames) {
    constexpr std::size_t kLetters = 14;
    std::vector<std::string> names;
    for (const Value& value : values) names.push_back(shortened(shown(value), kLetters));
    return ParameterAxis{Axis::names(std::move(names)), true};
  }
  if (!numeric(values)) return {};
  double low = *number(values.front()), high = low;
  for (const Value& value : values) low = std::min(low, *number(value)), high = std::max(high, *number(value));
  if (!(high > low)) return {};
  return ParameterAxis{Axis::numbers(low, high, low > 0 && high > 30 * low)};
}

std::optional<double> ParameterAxis::place(const search::Parameter& parameter,
                                           const std::optional<Value>& value) const {
  if (!value) return {};
  if (!names) return number(value);
  const auto at = std::find(parameter.values.begin(), parameter.values.end(), *value);
  if (at == parameter.values.end()) return {};
  return static_cast<double>(at - parameter.values.begin());
}

std::optional<double> place(const ParameterAxis& axis, const Findings& f, std::size_t i, const study::Trial& trial) {
  if (i >= trial.configuration.values.size()) return {};
  return axis.place(f.study.space.parameters()[i], trial.configuration.values[i]);
}

}  // namespace holdout::report::plots
