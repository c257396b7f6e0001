// Of classes: which ones the best model takes for which, on the hold-out rows.
#include <algorithm>
#include <numeric>

#include <holdout/base/number.hpp>

#include "../text.hpp"
#include "drawing.hpp"

namespace holdout::report::plots {

std::string confusion(const Findings& f) {
  constexpr std::size_t kMaxClasses = 12, kLetters = 12;
  if (!f.winner || !f.winner->predictions || !f.facts) return {};
  const std::vector<std::int64_t>& rows = f.winner->predictions->confusion;
  const std::vector<std::string>& classes = f.facts->classes;
  const std::size_t k = classes.size();
  if (k < 2 || k > kMaxClasses || rows.size() != k * k) return {};
  std::vector<std::string> decided, truly;
  std::size_t longest = 0;
  for (const std::string& name : classes) {
    decided.push_back(shortened(name, k > 6 ? 4 : kLetters));
    truly.insert(truly.begin(), shortened(name, kLetters));
    longest = std::max(longest, letters(truly.front()));
  }
  Plot plot(Axis::names(decided), Axis::names(truly), "decided", "true class", kNarrow, kHeight);
  plot.widen_left(std::max(48.0, 34 + 7.0 * static_cast<double>(longest)));
  for (std::size_t i = 0; i < k; ++i) {
    const auto row = rows.begin() + static_cast<std::ptrdiff_t>(i * k);
    const double sum = static_cast<double>(std::accumulate(row, row + static_cast<std::ptrdiff_t>(k), std::int64_t{0}));
    for (std::size_t j = 0; j < k; ++j) {
      const std::int64_t n = row[static_cast<std::ptrdiff_t>(j)];
      const double x = static_cast<double>(j), y = static_cast<double>(k - 1 - i),
                   share = sum > 0 ? static_cast<double>(n) / sum : 0;
      const int level = n == 0 ? 0 : 1 + std::min(3, static_cast<int>(4 * share));
      plot.box({x - 0.48, y - 0.48}, {x + 0.48, y + 0.48},
               std::string(i == j ? "right" : "wrong") + " m" + std::to_string(level),
               {{},
                "true " + classes[i] + ", decided " + classes[j] + ": " + counted(static_cast<std::size_t>(n), "row") +
                    ", " + to_text(100 * share, 3) + " % of that class"});
      plot.text({x, y}, 0, 4, "middle", "cell", std::to_string(n));
    }
  }
  return figure("confusion", plot, "confusion matrix",
                "Hold-out rows by true class and by the class that the best model decides for.");
}

}  // namespace holdout::report::plots
