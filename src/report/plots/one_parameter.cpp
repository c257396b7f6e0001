// Studies of one range, of λ for instance: the metric as a curve, with what is known of its errors and its slopes.
#include <algorithm>
#include <cmath>

#include "../fold_error.hpp"
#include "../text.hpp"
#include "drawing.hpp"

namespace holdout::report::plots {
namespace {

constexpr std::size_t kMaxBars = 200;  // more make a fence

// Standard error over the folds, or the bound that the solver's residual gives.
double error_of(const study::Outcome& outcome, const Findings& f) {
  if (outcome.fold_values.size() < 2) return outcome.error_bound.value_or(0);
  return fold_error(outcome.fold_values, repeats(f)).value_or(0);
}

// Complete trials, and those that a gradient search solved in part: their values are near enough to be drawn.
Trials with_value(const Findings& f) {
  Trials trials = drawn_trials(f);
  for (const study::Trial& trial : f.trials) {
    const study::Outcome& outcome = trial.outcome;
    if (outcome.state == study::TrialState::pruned && std::isfinite(outcome.value) && !outcome.guard)
      trials.push_back(&trial);
  }
  return trials;
}

}  // namespace

std::string one_parameter(const Findings& f) {
  if (f.study.space.size() != 1 || !f.study.space.parameters()[0].interval) return {};
  const search::Parameter& parameter = f.study.space.parameters()[0];
  const std::optional<ParameterAxis> axis = parameter_axis(parameter);
  if (!axis) return {};
  Trials trials = with_value(f);
  std::erase_if(trials, [&](const study::Trial* trial) { return !place(*axis, f, 0, *trial); });
  if (trials.size() < 2) return {};
  const auto at = [&](const study::Trial& trial) { return Point{*place(*axis, f, 0, trial), trial.outcome.value}; };
  std::stable_sort(trials.begin(), trials.end(),
                   [&](const study::Trial* a, const study::Trial* b) { return at(*a).x < at(*b).x; });
  const Axis y = value_axis(f, trials);
  Plot plot(axis->axis, y, parameter.path, f.study.metric, kWide, kHeight);
  std::vector<Point> curve;
  bool bars = false, arrows = false;
  for (const study::Trial* trial : trials) {
    const Point p = at(*trial);
    if (!(parameter.interval->min <= p.x && p.x <= parameter.interval->max)) continue;
    curve.push_back(p);
    const double error = error_of(trial->outcome, f);
    if (error > 0 && trials.size() <= kMaxBars) {
      plot.segment({p.x, p.y - error}, {p.x, p.y + error}, "bar");
      bars = true;
    }
  }
  plot.path({curve}, "line");
  for (const study::Trial* trial : trials) {
    const Point p = at(*trial);
    const auto& gradient = trial->outcome.gradient;
    if (gradient.empty() || !std::isfinite(gradient[0])) continue;
    // d value / d x, or d log x on a log axis, of what is minimized: the arrow is a step downhill along the tangent.
    const double slope = f.study.maximize ? -gradient[0] : gradient[0];
    const auto [min, max] = std::pair(parameter.interval->min, parameter.interval->max);
    const double reach = 0.04 * (axis->axis.log() ? std::log(max / min) : max - min);
    const double step = gradient[0] > 0 ? -reach : reach;
    plot.segment(p, {axis->axis.log() ? p.x * std::exp(step) : p.x + step, p.y + slope * step}, "arrow", true);
    arrows = true;
  }
  for (const study::Trial* trial : trials) {
    const bool best = trial == f.best();
    plot.dot(at(*trial), best ? "best" : "dot", best ? 5 : 2.5, {trial->number});
  }
  if (const auto x = f.defaults ? place(*axis, f, 0, *f.defaults) : std::nullopt)
    plot.dot({*x, f.defaults->outcome.value}, "best", 5, best_note(f));
  std::string caption = "Hold-out " + f.study.metric + " against " + parameter.path +
                        (axis->axis.log() ? " (log scale)" : "") + "; the larger dot is " +
                        (f.defaults ? best_name(f) : "the best trial") + ".";
  if (bars)
    caption += f.best()->outcome.fold_values.size() > 1 ? " Bars: one standard error over the folds."
                                                        : " Bars: bound of the error.";
  if (arrows) caption += " Arrows: downhill by the gradient.";
  return figure("one-parameter", plot, f.study.metric + " against " + parameter.path, caption + left_out(f, trials));
}

}  // namespace holdout::report::plots
