#include "descent.hpp"

#include <algorithm>
#include <cmath>

#include <holdout/base/number.hpp>

#include "text.hpp"

namespace holdout::report {
namespace {

struct Point {
  double at = 0, value = 0;
  double slope = 0;  // of what is minimized; NaN if the trial had none
};

// The parameter in which trials have derivatives, if it is one alone.
std::optional<std::size_t> descended(const Findings& f) {
  std::optional<std::size_t> found;
  for (const study::Trial& trial : f.trials)
    for (std::size_t i = 0; i < trial.outcome.gradient.size(); ++i) {
      if (trial.outcome.gradient[i] == 0 || found == i) continue;
      if (found) return {};
      found = i;
    }
  return found;
}

bool same_but(const search::Configuration& a, const search::Configuration& b, std::size_t parameter) {
  for (std::size_t i = 0; i < a.values.size(); ++i)
    if (i != parameter && a.values[i] != b.values[i]) return false;
  return true;
}

// Trials of the best one's family, by their place; of equal places the one that was solved farthest.
std::vector<Point> points_of(const Findings& f, std::size_t parameter) {
  std::vector<Point> points;
  for (const study::Trial& trial : f.trials) {
    const auto x = number(trial.configuration.values[parameter]);
    const auto& outcome = trial.outcome;
    const bool known = std::isfinite(outcome.value) && outcome.state != study::TrialState::failed && !outcome.guard;
    if (!x || !known || !same_but(trial.configuration, f.best_trial()->configuration, parameter)) continue;
    points.push_back(
        {*x, outcome.value,
         outcome.gradient.empty() ? std::numeric_limits<double>::quiet_NaN() : outcome.gradient[parameter]});
  }
  std::stable_sort(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.at < b.at; });
  return points;
}

}  // namespace

std::optional<Descent> descent_of(const Findings& f) {
  if (!f.best()) return {};
  const auto parameter = descended(f);
  if (!parameter || !f.study.space.parameters()[*parameter].interval) return {};
  const search::Interval& range = *f.study.space.parameters()[*parameter].interval;
  const std::vector<Point> all = points_of(f, *parameter);
  std::vector<Point> sloped;
  std::copy_if(all.begin(), all.end(), std::back_inserter(sloped), [](const Point& p) { return !std::isnan(p.slope); });
  if (sloped.size() < 2) return {};
  const auto is_better = [&](double a, double b) { return f.study.maximize ? a > b : a < b; };

  Descent d;
  d.parameter = *parameter;
  // A basin lies between a falling and a rising slope; its best value is of the points between the slopes' next
  // changes.
  if (sloped.front().slope > 0 && sloped.front().at <= range.min)
    d.basins.push_back({sloped.front().at, sloped.front().value, true});
  for (std::size_t i = 0; i + 1 < sloped.size(); ++i) {
    if (!(sloped[i].slope <= 0 && sloped[i + 1].slope > 0)) continue;
    const Point& lower = is_better(sloped[i].value, sloped[i + 1].value) ? sloped[i] : sloped[i + 1];
    d.basins.push_back({lower.at, lower.value, false});
  }
  if (sloped.back().slope < 0 && sloped.back().at >= range.max)
    d.basins.push_back({sloped.back().at, sloped.back().value, true});
  std::stable_sort(d.basins.begin(), d.basins.end(),
                   [&](const Basin& a, const Basin& b) { return is_better(a.value, b.value); });

  if (f.defaults) return d;  // they are better than what is flat
  // As good as the best: from there to both sides, as far as every point is.
  const double best = f.best_trial()->outcome.value, enough = Descent::kFlat * std::abs(best);
  const auto is_flat = [&](const Point& p) { return std::abs(p.value - best) <= enough; };
  const double at = number(f.best_trial()->configuration.values[*parameter]).value_or(range.min);
  double low = at, high = at;
  for (auto p = all.rbegin(); p != all.rend(); ++p)
    if (p->at < at) {
      if (!is_flat(*p)) break;
      low = p->at;
    }
  for (const Point& p : all)
    if (p.at > at) {
      if (!is_flat(p)) break;
      high = p.at;
    }
  const auto scaled = [&](double x) { return range.log ? holdout::log(x) : x; };
  constexpr double kWorthSaying = 0.1;  // of the range
  if (scaled(high) - scaled(low) >= kWorthSaying * (scaled(range.max) - scaled(range.min))) d.flat = {low, high};
  return d;
}

std::vector<std::string> descent_sentences(const Findings& f) {
  if (!f.descent) return {};
  const Descent& d = *f.descent;
  const search::Parameter& parameter = f.study.space.parameters()[d.parameter];
  std::vector<std::string> out;
  std::string places;
  for (const Basin& basin : d.basins) {
    places += places.empty() ? "" : "; ";
    places += shown(basin.at) + " (" + shown(basin.value) + (basin.at_end ? ", at the end of the range)" : ")");
  }
  if (!places.empty())
    out.push_back("Basins of the hold-out error along " + parameter.path +
                  " that the search saw, best first: " + places + ".");
  if (!d.flat) return out;
  const auto [low, high] = *d.flat;
  std::string where = "from " + shown(low) + " to " + shown(high);
  if (low <= parameter.interval->min && high < parameter.interval->max)
    where = "up to " + shown(high);
  else if (high >= parameter.interval->max && low > parameter.interval->min)
    where = "from " + shown(low) + " on";
  out.push_back("The error is flat: any " + parameter.path + " " + where + " is within " +
                to_text(100 * Descent::kFlat, 1) + " % of the best value.");
  return out;
}

}  // namespace holdout::report
