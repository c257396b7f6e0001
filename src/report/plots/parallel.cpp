// Each trial as a line across the parameters' axes: Inselberg, The Visual Computer 1, 1985.
#include <algorithm>
#include <numeric>

#include "../text.hpp"
#include "drawing.hpp"

namespace holdout::report::plots {
namespace {

constexpr std::size_t kMaxAxes = 7, kMaxLines = 300;

// The best half of them, and a spread of the others; the best ones last, on top.
std::vector<std::size_t> lines(const Findings& f) {
  const std::size_t n = f.ranking.size(), first = std::min(n, kMaxLines / 2), rest = n - first;
  const std::size_t every = std::max<std::size_t>(1, (rest + kMaxLines / 2 - 1) / (kMaxLines / 2));
  std::vector<std::size_t> ranks;
  for (std::size_t rank = 0; rank < n; ++rank)
    if (rank < first || (rank - first) % every == 0) ranks.push_back(rank);
  std::reverse(ranks.begin(), ranks.end());
  return ranks;
}

}  // namespace

std::string parallel(const Findings& f) {
  const auto& parameters = f.study.space.parameters();
  std::vector<std::optional<ParameterAxis>> axes;
  for (const search::Parameter& parameter : parameters) axes.push_back(parameter_axis(parameter));
  const std::vector<std::size_t> columns = most_important(f, kMaxAxes);
  if (columns.size() < 2 || f.ranking.size() < 2) return {};
  Trials all;
  for (const std::size_t i : f.ranking) all.push_back(&f.trials[i]);
  const Axis value = value_axis(f, all);
  const std::vector<std::string> names = short_names(f.study.space);
  std::vector<std::string> labels;
  constexpr std::size_t kLetters = 15;
  for (const std::size_t i : columns) labels.push_back(shortened(names[i], kLetters));
  labels.push_back(shortened(f.study.metric, kLetters));
  constexpr double kOff = -0.1;  // below the axes: parameters that are switched off
  Plot plot(Axis::names(labels), Axis::bare(-0.16, 1.1), "", "", kWide, kHeight);
  plot.widen_left(14);
  bool off = false;
  const auto draw = [&](const study::Trial& trial) {
    std::vector<Point> line;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const auto at = place(*axes[columns[c]], f, columns[c], trial);
      off = off || !at;
      line.push_back({1.0 * static_cast<double>(c), at ? std::clamp(axes[columns[c]]->axis.at(*at), 0.0, 1.0) : kOff});
    }
    line.push_back({static_cast<double>(columns.size()), std::clamp(value.at(trial.outcome.value), 0.0, 1.0)});
    const bool best = &trial == f.best();
    plot.line(line, best ? "trace best-line" : "trace " + shade(f, trial), best ? best_note(f) : Note{trial.number});
  };
  for (const std::size_t rank : lines(f)) draw(f.trials[f.ranking[rank]]);
  if (f.defaults) draw(*f.defaults);
  for (std::size_t c = 0; c <= columns.size(); ++c) {
    const Axis& axis = c < columns.size() ? axes[columns[c]]->axis : value;
    const double x = static_cast<double>(c);
    plot.segment({x, 0}, {x, 1}, "axis");
    const auto& ticks = axis.ticks();
    if (ticks.empty()) continue;
    const bool names_on = c < columns.size() && axes[columns[c]]->names;
    const std::size_t every = names_on ? 1 : std::max<std::size_t>(1, ticks.size() - 1);  // of numbers both ends
    for (std::size_t t = 0; t < ticks.size(); t += every)
      plot.text({x, axis.at(ticks[t].first)}, 4, 4, "start", "tick halo", ticks[t].second);
  }
  if (off) plot.text({0, kOff}, -10, 4, "start", "tick", "off");
  std::string caption = "A line for each trial; darker ones (lighter on a dark page) are better, in fifths.";
  if (off) caption += " Lines dip below an axis where a parameter is switched off.";
  if (f.ranking.size() > kMaxLines)
    caption += " Drawn: the best " + std::to_string(kMaxLines / 2) + " trials and a spread of the others.";
  return figure("parallel", plot, "parallel coordinates of the trials", caption);
}

}  // namespace holdout::report::plots
