// Which share of the metric's variance each parameter, and each pair, is responsible for.
#include <algorithm>

#include <holdout/base/number.hpp>

#include "../text.hpp"
#include "drawing.hpp"

namespace holdout::report::plots {

std::string importances(const Findings& f) {
  if (!f.importance) return {};
  constexpr std::size_t kMaxBars = 10, kLetters = 30;
  constexpr double kLeast = 0.005;  // of a pair that is shown
  const std::vector<std::string> names = short_names(f.study.space);
  std::vector<std::pair<double, std::string>> bars;
  for (std::size_t i = 0; i < names.size(); ++i) bars.emplace_back(f.importance->alone[i], names[i]);
  for (const auto& pair : f.importance->pairs)
    if (pair.share >= kLeast) bars.emplace_back(pair.share, names[pair.a] + " × " + names[pair.b]);
  std::stable_sort(bars.begin(), bars.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  bars.resize(std::min(bars.size(), kMaxBars));
  std::reverse(bars.begin(), bars.end());
  std::vector<std::string> labels;
  std::size_t longest = 0;
  for (const auto& [share, name] : bars) {
    labels.push_back(shortened(name, kLetters));
    longest = std::max(longest, letters(labels.back()));
  }
  const double most = bars.back().first, high = std::max(0.1, most) * 1.18;
  constexpr double kBar = 26, kRest = 60;  // px
  Plot plot(Axis::bare(0, high), Axis::names(labels), "share of the variance", "", kNarrow,
            kBar * static_cast<double>(bars.size()) + kRest);
  plot.widen_left(14 + 7.6 * static_cast<double>(longest));
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double y = static_cast<double>(i);
    const std::string percent = to_text(100 * bars[i].first, 2) + " %";
    plot.box({0, y - 0.32}, {bars[i].first, y + 0.32}, "share", {{}, bars[i].second + ": " + percent});
    plot.text({bars[i].first, y}, 5, 4, "start", "tick", percent);
  }
  return figure("importances", plot, "importance of the parameters",
                "Shares of the variance of " + f.study.metric +
                    " over the search space, by functional ANOVA of a random "
                    "forest over " +
                    counted(f.importance->trials, "trial") + ". a × b: what both do together beyond each alone.");
}

}  // namespace holdout::report::plots
