#include "plots.hpp"

#include <algorithm>
#include <cmath>

#include "svg.hpp"
#include "text.hpp"

namespace holdout::report {
namespace {

constexpr std::size_t kMostDots = 2000;                      // more cover each other and make the page slow
constexpr std::size_t kMostNames = 8;                        // more words do not fit below a plot
constexpr double kWide = 720, kNarrow = 440, kHeight = 300;  // px

std::string figure(const Plot& plot, const std::string& title, const std::string& caption) {
  return "<figure>" + plot.svg(title) + "<figcaption>" + html_escaped(caption) + "</figcaption></figure>\n";
}

// An axis for error values. Positive values that differ by more than a factor of 30 go on a log axis. Otherwise a few
// values far on the bad side may not press all others into a line: the axis then ends a bit beyond the best 80 %.
Axis value_axis(std::vector<double> values, bool maximize) {
  std::sort(values.begin(), values.end());
  double low = values.front(), high = values.back();
  if (low > 0 && high > 30 * low) return Axis::numbers(low, high, true);
  const std::size_t n = values.size(), bulk = (n - 1) * 4 / 5;
  if (maximize) {
    const double end = values[n - 1 - bulk], width = high - end;
    if (width > 0 && high - low > 5 * width) low = end - width / 4;
  } else {
    const double end = values[bulk], width = end - low;
    if (width > 0 && high - low > 5 * width) high = end + width / 4;
  }
  return Axis::numbers(low, high, false);
}

// Every k-th of the complete trials so that not too many dots are left, and always the best one.
std::vector<const study::Trial*> drawn_trials(const Findings& f) {
  std::vector<std::size_t> indices(f.ranking);
  std::sort(indices.begin(), indices.end());
  const std::size_t every = (indices.size() + kMostDots - 1) / kMostDots;
  std::vector<const study::Trial*> trials;
  for (std::size_t i = 0; i < indices.size(); ++i)
    if (i % every == 0 || indices[i] == f.ranking.front()) trials.push_back(&f.trials[indices[i]]);
  return trials;
}

std::vector<double> values_of(const std::vector<const study::Trial*>& trials) {
  std::vector<double> values;
  for (const study::Trial* trial : trials) values.push_back(trial->outcome.value);
  return values;
}

// The best value so far, as a staircase over all trials.
std::vector<Point> staircase(const Findings& f) {
  std::vector<std::size_t> indices(f.ranking);
  std::sort(indices.begin(), indices.end());
  std::vector<Point> points;
  for (const std::size_t i : indices) {
    const double x = f.trials[i].number, y = f.trials[i].outcome.value;
    if (!points.empty()) {
      const double before = points.back().y;
      if (!(f.study.maximize ? y > before : y < before)) continue;
      points.push_back({x, before});
    }
    points.push_back({x, y});
  }
  points.push_back({static_cast<double>(f.trials.back().number), points.back().y});
  return points;
}

std::string history(const Findings& f) {
  if (f.ranking.size() < 2) return {};
  const auto trials = drawn_trials(f);
  const Axis y = value_axis(values_of(trials), f.study.maximize);
  Plot plot(Axis::numbers(0, f.trials.back().number, false), y, "trial", f.study.metric, kWide, kHeight);
  std::vector<Point> points;
  for (const study::Trial* trial : trials) points.push_back({1.0 * trial->number, trial->outcome.value});
  plot.dots(points, "dot", 2.5);
  plot.line(staircase(f), "line");
  plot.dots({{1.0 * f.best()->number, f.best()->outcome.value}}, "best", 5);
  std::string caption = "Hold-out " + f.study.metric + " of each complete trial; the line is the best so far.";
  if (std::any_of(points.begin(), points.end(), [&](const Point& p) { return y.at(p.y) < 0 || y.at(p.y) > 1; }))
    caption += " Hollow dots lie beyond the axis.";
  if (trials.size() < f.ranking.size())
    caption += " " + std::to_string(trials.size()) + " of " + std::to_string(f.ranking.size()) + " trials are drawn.";
  return figure(plot, f.study.metric + " by trial", caption);
}

bool off_the_range(const search::Parameter& parameter, double x) {
  return !(parameter.interval->min <= x && x <= parameter.interval->max);
}

bool numeric(const std::vector<Value>& values) {
  return std::all_of(values.begin(), values.end(), [](const Value& v) { return number(v).has_value(); });
}

// Where a parameter's values are drawn: its axis, and the place of each value.
struct Slice {
  Axis axis;
  bool names = false;
};

std::optional<Slice> slice(const search::Parameter& parameter) {
  const auto& values = parameter.values;
  if (const auto& range = parameter.interval) return Slice{Axis::numbers(range->min, range->max, range->log)};
  if (values.size() < 2) return {};
  const bool numbers = numeric(values);
  if (values.size() <= kMostNames) {
    std::vector<std::string> names;
    for (const Value& value : values) names.push_back(shown(value));
    return Slice{Axis::names(std::move(names)), true};
  }
  if (!numbers) return {};
  double low = *number(values.front()), high = low;
  for (const Value& value : values) low = std::min(low, *number(value)), high = std::max(high, *number(value));
  return Slice{Axis::numbers(low, high, low > 0 && high > 30 * low)};
}

std::optional<double> place(const search::Parameter& parameter, const Slice& s, const std::optional<Value>& value) {
  if (!value) return {};
  if (!s.names) return number(value);
  const auto at = std::find(parameter.values.begin(), parameter.values.end(), *value);
  if (at == parameter.values.end()) return {};
  return static_cast<double>(at - parameter.values.begin());
}

std::string parameter_figure(const Findings& f, std::size_t i, const std::vector<const study::Trial*>& trials) {
  const search::Parameter& parameter = f.study.space.parameters()[i];
  const std::optional<Slice> s = slice(parameter);
  if (!s) return {};
  std::vector<Point> points, best;
  std::size_t beside = 0;
  for (const study::Trial* trial : trials) {
    if (i >= trial->configuration.values.size()) continue;
    const std::optional<double> x = place(parameter, *s, trial->configuration.values[i]);
    if (!x) continue;
    // "Zero or the range": the zero has its place at the frame, next to where the range begins.
    beside += parameter.interval && off_the_range(parameter, *x);
    (trial == f.best() ? best : points).push_back({*x, trial->outcome.value});
  }
  if (points.size() + best.size() < 2) return {};
  Plot plot(s->axis, value_axis(values_of(trials), f.study.maximize), parameter.path, f.study.metric, kNarrow, kHeight);
  plot.dots(points, "dot", 2.5);
  plot.dots(best, "best", 5);
  std::string caption = parameter.path + (s->axis.log() ? " (log scale)" : "");
  if (beside > 0) caption += "; dots on the frame: listed values outside the range";
  return figure(plot, f.study.metric + " by " + parameter.path, caption);
}

std::string parameters(const Findings& f) {
  if (f.ranking.size() < 2) return {};
  const auto trials = drawn_trials(f);
  std::string out;
  for (std::size_t i = 0; i < f.study.space.size(); ++i) out += parameter_figure(f, i, trials);
  return out;
}

std::string curve_figure(const std::vector<Point>& points, const std::string& label, const std::string& caption) {
  if (points.size() < 2) return {};
  double low = points.front().y, high = low;
  for (const Point& point : points) low = std::min(low, point.y), high = std::max(high, point.y);
  Plot plot(Axis::numbers(points.front().x, points.back().x, false),
            Axis::numbers(low, high, low > 0 && high > 30 * low), "epoch", label, kNarrow, kHeight);
  plot.line(points, "line");
  return figure(plot, label + " by epoch", caption);
}

std::string curve(const Findings& f) {
  std::vector<Point> holdout, loss;
  for (const study::CurvePoint& point : f.best()->outcome.curve) {
    const double epoch = static_cast<double>(point.epoch);
    if (std::isfinite(point.holdout)) holdout.push_back({epoch, point.holdout});
    if (std::isfinite(point.train_loss)) loss.push_back({epoch, point.train_loss});
  }
  return curve_figure(holdout, f.study.metric, "Hold-out " + f.study.metric + " of the best trial") +
         curve_figure(loss, "training loss", "Training loss of the best trial: the mean over each epoch's batches");
}

}  // namespace

std::string figures(const Findings& f, Figure which) {
  std::string all;
  switch (which) {
    case Figure::history:
      all = history(f);
      break;
    case Figure::parameters:
      all = parameters(f);
      break;
    case Figure::curve:
      all = curve(f);
      break;
  }
  return all.empty() ? all : "<div class=\"figures\">\n" + all + "</div>\n";
}

}  // namespace holdout::report
