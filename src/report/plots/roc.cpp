// Of two classes: hits against false alarms for every threshold.
#include <holdout/base/number.hpp>

#include "drawing.hpp"

namespace holdout::report::plots {

std::string roc(const Findings& f) {
  if (!f.winner || !f.winner->predictions) return {};
  const study::HoldoutPredictions& p = *f.winner->predictions;
  if (p.false_positive.size() < 2 || !f.facts || f.facts->classes.size() != 2) return {};
  std::vector<Point> line;
  double area = 0;
  for (std::size_t i = 0; i < p.false_positive.size(); ++i) {
    line.push_back({p.false_positive[i], p.true_positive[i]});
    if (i > 0) area += (line[i].x - line[i - 1].x) * (line[i].y + line[i - 1].y) / 2;
  }
  constexpr double kSide = 300;
  Plot plot(Axis::numbers(0, 1, false), Axis::numbers(0, 1, false), "false positives, share", "true positives, share",
            kSide + 40, kSide);
  plot.line({{0, 0}, {1, 1}}, "zero");
  plot.line(line, "line");
  for (std::size_t i = 1; i + 1 < line.size(); ++i)
    plot.dot(line[i], "corner", 4,
             {{},
              to_text(100 * line[i].y, 3) + " % of the rows of class " + f.facts->classes[1] +
                  " are found; false positive rate " + to_text(100 * line[i].x, 3) + " %"});
  return figure("roc", plot, "ROC curve",
                "ROC curve of the best model on the hold-out rows for class " + f.facts->classes[1] + "; area " +
                    to_text(area, 4) + ", by chance 0.5.");
}

}  // namespace holdout::report::plots
