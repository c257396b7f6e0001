// The metric over pairs of parameters: trials in shades, over lines of equal height of a smoothed surface.
#include <algorithm>
#include <cmath>

#include "../contours.hpp"
#include "../text.hpp"
#include "drawing.hpp"

namespace holdout::report::plots {
namespace {

constexpr std::size_t kMaxPairs = 6,
                      kMaxParameters = 100;  // pairs that are drawn, and parameters they are chosen among
constexpr std::size_t kGrid = 25, kLevels = 7, kLetters = 34;

// The mean of the trials near each point, weighted by a normal density: Nadaraya, Theory Prob. Appl. 9, 1964; Watson,
// Sankhyā A 26, 1964. Width by Silverman's rule for points spread evenly over the square.
study::Surface smoothed(const std::vector<Point>& places, std::vector<double> values, bool maximize) {
  study::Surface surface;
  surface.low = {0, 0}, surface.high = {1, 1};
  surface.rows = surface.columns = kGrid;
  std::vector<double> sorted(values);
  std::sort(sorted.begin(), sorted.end());
  const double q1 = sorted[sorted.size() / 4], q3 = sorted[sorted.size() * 3 / 4], reach = 1.5 * (q3 - q1);
  for (double& v : values) v = maximize ? std::max(v, q1 - reach) : std::min(v, q3 + reach);  // as in Importance
  const double width = 0.29 * std::pow(static_cast<double>(places.size()), -1.0 / 6);
  const auto weights = [&](double place) {
    std::vector<double> all(kGrid);
    for (std::size_t k = 0; k < kGrid; ++k) {
      const double z = (static_cast<double>(k) / (kGrid - 1) - place) / width;
      all[k] = std::exp(-z * z / 2);
    }
    return all;
  };
  std::vector<double> sum(kGrid * kGrid), weight(kGrid * kGrid);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const std::vector<double> across = weights(places[i].x), up = weights(places[i].y);
    for (std::size_t row = 0; row < kGrid; ++row)
      for (std::size_t column = 0; column < kGrid; ++column) {
        const double w = up[row] * across[column];
        weight[row * kGrid + column] += w, sum[row * kGrid + column] += w * values[i];
      }
  }
  constexpr double kNobody = 1e-2;  // weight of less than a trial nearby: nothing is known there
  for (std::size_t i = 0; i < sum.size(); ++i) surface.values.push_back(weight[i] > kNobody ? sum[i] / weight[i] : NAN);
  return surface;
}

std::vector<double> levels_of(const study::Surface& surface) {
  std::vector<double> heights, levels;
  for (const double v : surface.values)
    if (std::isfinite(v)) heights.push_back(v);
  if (heights.empty()) return levels;
  std::sort(heights.begin(), heights.end());
  for (std::size_t k = 1; k <= kLevels; ++k) levels.push_back(heights[k * (heights.size() - 1) / (kLevels + 1)]);
  return levels;
}

std::string contour_of(const Findings& f, std::size_t a, std::size_t b, const Trials& trials) {
  const auto& parameters = f.study.space.parameters();
  const auto x = parameter_axis(parameters[a]), y = parameter_axis(parameters[b]);
  if (!x || !y) return {};
  std::vector<Point> places;  // in shares of the frame
  std::vector<double> values;
  Trials drawn;
  for (const study::Trial* trial : trials) {
    const auto u = place(*x, f, a, *trial), v = place(*y, f, b, *trial);
    if (!u || !v) continue;
    drawn.push_back(trial);
    places.push_back({std::clamp(x->axis.at(*u), 0.0, 1.0), std::clamp(y->axis.at(*v), 0.0, 1.0)});
    values.push_back(trial->outcome.value);
  }
  if (drawn.size() < 10) return {};
  const std::vector<std::string> names = short_names(f.study.space);
  Plot plot(x->axis, y->axis, shortened(names[a], kLetters), shortened(names[b], kLetters), kNarrow, kHeight);
  if (y->names) {
    std::size_t longest = 0;
    for (const auto& [at, name] : y->axis.ticks()) longest = std::max(longest, letters(name));
    plot.widen_left(std::max(64.0, 26 + 9.2 * static_cast<double>(longest)));  // letters of a phone
  }
  const bool numbers = !x->names && !y->names;
  if (numbers) {
    const study::Surface surface = smoothed(places, values, f.study.maximize);
    for (const double level : levels_of(surface)) plot.shares(contour(surface, level), "height");
  }
  for (std::size_t i = drawn.size(); i-- > 0;) {  // the good ones above the bad ones
    const bool best = drawn[i] == f.best();
    plot.dot_at(places[i], best ? "best" : "shade " + shade(f, *drawn[i]), best ? 5 : 3, {drawn[i]->number});
  }
  if (f.defaults) {
    const auto u = place(*x, f, a, *f.defaults), v = place(*y, f, b, *f.defaults);
    if (u && v)
      plot.dot_at({std::clamp(x->axis.at(*u), 0.0, 1.0), std::clamp(y->axis.at(*v), 0.0, 1.0)}, "best", 5,
                  best_note(f));
  }
  std::string caption = "Darker dots (lighter on a dark page) are better trials, in fifths.";
  if (numbers) caption += " Lines: equal " + f.study.metric + " of a smoothed surface.";
  return figure("contour", plot, f.study.metric + " over " + parameters[a].path + " and " + parameters[b].path,
                caption);
}

}  // namespace

std::string contours(const Findings& f) {
  const std::size_t d = f.study.space.size();
  if (d < 2) return {};
  struct Pair {
    std::size_t a, b;
    double weight;
  };
  std::vector<Pair> pairs;
  const std::vector<std::size_t> among = most_important(f, kMaxParameters);
  for (std::size_t i = 0; i < among.size(); ++i)
    for (std::size_t j = i + 1; j < among.size(); ++j) pairs.push_back({among[i], among[j], 0});
  if (f.importance) {
    for (Pair& pair : pairs) pair.weight = f.importance->alone[pair.a] + f.importance->alone[pair.b];
    for (const auto& p : f.importance->pairs)
      for (Pair& pair : pairs)
        if (pair.a == p.a && pair.b == p.b) pair.weight += p.share;
  }
  std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& p, const Pair& q) { return p.weight > q.weight; });
  const Trials trials = drawn_trials(f, kMaxDots / 2);
  std::string out;
  std::size_t drawn = 0;
  for (const Pair& pair : pairs) {
    if (drawn == kMaxPairs) break;
    const std::string one = contour_of(f, pair.a, pair.b, trials);
    drawn += !one.empty();
    out += one;
  }
  return out;
}

}  // namespace holdout::report::plots
