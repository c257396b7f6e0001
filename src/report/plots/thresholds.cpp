// A tuned threshold: the metric for every threshold that the hold-out rows tell apart, and the one that was chosen.
#include <algorithm>
#include <cmath>

#include <holdout/base/number.hpp>

#include "../text.hpp"
#include "drawing.hpp"

namespace holdout::report::plots {

std::string thresholds(const Findings& f) {
  if (!f.winner || !f.winner->predictions || !f.winner->threshold || !f.facts || f.facts->classes.size() != 2)
    return {};
  const study::HoldoutPredictions& p = *f.winner->predictions;
  std::vector<Point> line;
  for (std::size_t i = 0; i < p.threshold.size(); ++i)
    if (std::isfinite(p.threshold[i]) && std::isfinite(p.at_threshold[i]))
      line.push_back({p.threshold[i], p.at_threshold[i]});
  const double chosen = *f.winner->threshold;
  if (line.size() < 2 || !std::isfinite(chosen)) return {};
  const auto [low, high] = std::minmax_element(line.begin(), line.end(), [](auto& a, auto& b) { return a.y < b.y; });
  const auto nearest = *std::min_element(
      line.begin(), line.end(), [&](auto& a, auto& b) { return std::abs(a.x - chosen) < std::abs(b.x - chosen); });
  Plot plot(Axis::numbers(line.front().x, line.back().x, false), Axis::numbers(low->y, high->y, false),
            "threshold of the score", f.study.metric, kNarrow, kHeight);
  plot.line(line, "line");
  plot.segment({chosen, low->y}, {chosen, high->y}, "zero");
  plot.dot({chosen, nearest.y}, "best", 5, {{}, threshold_text(f) + ": " + f.study.metric + " " + shown(nearest.y)});
  return figure("thresholds", plot, f.study.metric + " by threshold",
                "Hold-out " + f.study.metric +
                    " of the best model by the threshold of its score; the dot is the one that "
                    "was chosen on these rows.");
}

}  // namespace holdout::report::plots
