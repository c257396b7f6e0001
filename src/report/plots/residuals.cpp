// Of a regression: how far the best model is off on the hold-out rows.
#include <algorithm>

#include "../text.hpp"
#include "drawing.hpp"

namespace holdout::report::plots {

std::string residuals(const Findings& f) {
  if (!f.winner || !f.winner->predictions || f.winner->predictions->target.size() < 2) return {};
  const study::HoldoutPredictions& p = *f.winner->predictions;
  double low = p.predicted[0], high = low, least = 0, most = 0;
  for (std::size_t i = 0; i < p.target.size(); ++i) {
    const double residual = p.target[i] - p.predicted[i];
    low = std::min(low, p.predicted[i]), high = std::max(high, p.predicted[i]);
    least = std::min(least, residual), most = std::max(most, residual);
  }
  Plot plot(Axis::numbers(low, high, false), Axis::numbers(least, most, false), "predicted", "target − predicted",
            kNarrow, kHeight);
  plot.line({{low, 0}, {high, 0}}, "zero");
  for (std::size_t i = 0; i < p.target.size(); ++i) {
    const double residual = p.target[i] - p.predicted[i];
    plot.dot(
        {p.predicted[i], residual}, "dot", 2.5,
        {{},
         "predicted " + shown(p.predicted[i]) + ", target " + shown(p.target[i]) + ", residual " + shown(residual)});
  }
  std::string caption =
      "Residuals of the best model on rows that it was not trained on. A pattern means that the model "
      "misses something.";
  if (p.rows > static_cast<std::int64_t>(p.target.size()))
    caption += " " + std::to_string(p.target.size()) + " of " + std::to_string(p.rows) + " rows are drawn.";
  return figure("residuals", plot, "residuals against predictions", caption);
}

}  // namespace holdout::report::plots
