// Learning curves of the best, the middle and the worst trial, and the training loss of the best.
#include <algorithm>
#include <cmath>

#include "../text.hpp"
#include "drawing.hpp"

namespace holdout::report::plots {
namespace {

struct Curve {
  std::string name;
  std::string_view style;
  Note note;
  std::string whose;  // "trial 3"
  std::vector<Point> points;
};

Curve curve_of(const Findings& f, const study::Trial& trial, std::string name, std::string_view style,
               double study::CurvePoint::*what) {
  const bool best = &trial == f.best();
  Curve curve{std::move(name),
              style,
              best ? best_note(f) : Note{trial.number},
              best ? best_name(f) : "trial " + std::to_string(trial.number),
              {}};
  for (const study::CurvePoint& point : trial.outcome.curve)
    if (std::isfinite(point.*what)) curve.points.push_back({static_cast<double>(point.epoch), point.*what});
  return curve;
}

std::string drawn(const std::vector<Curve>& curves, const std::string& label, const std::string& caption,
                  bool maximize) {
  // The worst curve may go anywhere: the axis holds the first ones, and not much more of the last.
  double low = INFINITY, high = -INFINITY, last = 1, all_low = INFINITY, all_high = -INFINITY;
  for (std::size_t i = 0; i < curves.size(); ++i)
    for (const Point& p : curves[i].points) {
      last = std::max(last, p.x);
      all_low = std::min(all_low, p.y), all_high = std::max(all_high, p.y);
      if (i + 1 < curves.size() || curves.size() == 1) low = std::min(low, p.y), high = std::max(high, p.y);
    }
  if (!(low <= high)) return {};
  const double reach = 2 * (high - low);
  if (maximize)
    low = std::max(all_low, low - reach), high = std::max(high, all_high);
  else
    high = std::min(all_high, high + reach), low = std::min(low, all_low);
  Plot plot(Axis::numbers(1, last, false), Axis::numbers(low, high, low > 0 && high > 30 * low), "epoch", label,
            kNarrow, kHeight);
  for (std::size_t i = curves.size(); i-- > 0;) plot.path({curves[i].points}, curves[i].style, curves[i].note);
  return figure("curves", plot, label + " by epoch", caption);
}

}  // namespace

std::string curves(const Findings& f) {
  const study::Trial &best = *f.best(), &middle = *f.middle(), &worst = f.trials[f.ranking.back()];
  std::vector<Curve> holdout, loss;
  const auto add = [&](const study::Trial& trial, const char* name, const char* style) {
    Curve curve = curve_of(f, trial, name, style, &study::CurvePoint::holdout);
    if (curve.points.size() >= 2) holdout.push_back(std::move(curve));
  };
  add(best, "solid: best", "line");
  if (&middle != &best) add(middle, "dashed: middle", "line dashed");
  if (&worst != &middle && &worst != &best) add(worst, "dotted: worst", "line dotted");
  Curve of_loss = curve_of(f, best, "", "line", &study::CurvePoint::train_loss);
  if (of_loss.points.size() >= 2) loss.push_back(std::move(of_loss));
  std::string caption = "Hold-out " + f.study.metric + ".";
  for (const Curve& curve : holdout) caption += " " + curve.name + ", " + curve.whose + ";";
  caption.back() = '.';
  return drawn(holdout, f.study.metric, caption, f.study.maximize) +
         drawn(loss, "training loss",
               "Training loss of " + (f.defaults ? best_name(f) : "the best trial") +
                   ": the mean over each epoch's batches.",
               false);
}

}  // namespace holdout::report::plots
