// The curve of the hold-out error over λ, and how low it can be between the trials: the band of a certificate.
#include <algorithm>
#include <cmath>

#include "../text.hpp"
#include "drawing.hpp"

namespace holdout::report::plots {
namespace {

struct Curve {
  std::vector<Point> points;  // by λ

  // Between neighbours along ln λ.
  std::optional<double> at(double x) const {
    const auto after =
        std::lower_bound(points.begin(), points.end(), x, [](const Point& p, double v) { return p.x < v; });
    if (after == points.end() || (after == points.begin() && after->x > x)) return {};
    if (after == points.begin()) return after->y;
    const Point &a = *(after - 1), &b = *after;
    return std::lerp(a.y, b.y, std::log(x / a.x) / std::log(b.x / a.x));
  }
};

Curve curve_of(const Findings& f, std::size_t parameter) {
  Curve curve;
  for (const study::Trial& trial : f.trials) {
    if (trial.outcome.state == study::TrialState::failed || parameter >= trial.configuration.values.size()) continue;
    const std::optional<double> x = number(trial.configuration.values[parameter]);
    if (x && *x > 0 && std::isfinite(trial.outcome.value)) curve.points.push_back({*x, trial.outcome.value});
  }
  std::stable_sort(curve.points.begin(), curve.points.end(), [](const Point& a, const Point& b) { return a.x < b.x; });
  const auto same = [](const Point& a, const Point& b) { return a.x == b.x; };
  curve.points.erase(std::unique(curve.points.begin(), curve.points.end(), same), curve.points.end());
  return curve;
}

}  // namespace

std::string certificate(const Findings& f) {
  if (!f.facts || !f.facts->certificate || f.facts->certificate->bound.empty()) return {};
  const study::Certificate& c = *f.facts->certificate;
  const search::Parameter& parameter = f.study.space.parameters()[c.parameter];
  const Curve curve = curve_of(f, c.parameter);
  if (curve.points.empty()) return {};
  const double limit = c.best * (1 - c.tolerance);
  double high = c.best;
  for (const Point& p : curve.points) high = std::max(high, p.y);
  // What matters is how the band meets the limit: values far above it are cut.
  constexpr double kShown = 3;
  high = std::min(high, kShown * c.best);
  const double low = std::max(0.0, limit - 0.1 * (high - limit));
  Plot plot(Axis::numbers(c.min, c.max, true), Axis::numbers(low, high, false), parameter.path, f.study.metric, kWide,
            kHeight);
  std::vector<Point> steps;
  for (std::size_t i = 0; i < c.bound.size(); ++i) {
    const double middle = std::sqrt(c.at[i] * c.at[i + 1]);
    steps.push_back({c.at[i], c.bound[i]}), steps.push_back({c.at[i + 1], c.bound[i]});
    if (const auto top = curve.at(middle); top && c.bound[i] < high)
      plot.segment({middle, std::max(c.bound[i], low)}, {middle, std::min(*top, high)}, "bar");
  }
  plot.path({curve.points}, "line");
  plot.path({steps}, "second");
  plot.path({{{c.min, limit}, {c.max, limit}}}, "second dotted");
  for (const double anchor : c.anchors)
    if (const auto y = curve.at(anchor)) plot.dot({anchor, *y}, "dot", 2.5, {{}, "λ = " + shown(anchor)});
  const std::optional<double> best = f.best()->configuration.values.size() > c.parameter
                                         ? number(f.best()->configuration.values[c.parameter])
                                         : std::nullopt;
  if (best) plot.dot({*best, f.best()->outcome.value}, "best", 5, best_note(f));
  std::string caption =
      "Hold-out " + f.study.metric + " against " + parameter.path +
      " (log scale), trials joined by straight lines, and the lower bound below them; dotted: what was to be proved, " +
      shown(limit) + ".";
  if (!c.anchors.empty()) caption += " Dots: the minima of J that the bound grows from.";
  return figure("certificate", plot, "Lower bound of " + f.study.metric + " over " + parameter.path, caption);
}

}  // namespace holdout::report::plots
