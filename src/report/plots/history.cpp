// The metric of each trial, and the best value so far.
#include <algorithm>

#include "drawing.hpp"

namespace holdout::report::plots {
namespace {

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

}  // namespace

std::string history(const Findings& f) {
  if (f.ranking.size() < 2) return {};
  const Trials trials = drawn_trials(f);
  const Axis y = value_axis(f, trials);
  // The defaults were trained after the search.
  const int last = f.trials.back().number, best_at = f.defaults ? last + 1 : f.best()->number;
  Plot plot(Axis::numbers(0, f.defaults ? best_at : last, false), y, "trial", f.study.metric, kWide, kHeight);
  bool beyond = false;
  for (const study::Trial* trial : trials) {
    const double value = trial->outcome.value;
    beyond = beyond || y.at(value) < 0 || y.at(value) > 1;
    if (trial != f.best()) plot.dot({1.0 * trial->number, value}, "dot", 2.5, {trial->number});
  }
  plot.line(staircase(f), "line");
  plot.dot({1.0 * best_at, f.best()->outcome.value}, "best", 5, best_note(f));
  std::string caption = "Hold-out " + f.study.metric + " of each complete trial; the line is the best so far.";
  if (f.defaults) caption += " The larger dot behind them: the defaults, which are better.";
  if (beyond) caption += " Hollow dots lie beyond the axis.";
  return figure("history", plot, f.study.metric + " by trial", caption + left_out(f, trials));
}

}  // namespace holdout::report::plots
