#include "../sections.hpp"

#include <algorithm>
#include <cmath>

#include "../text.hpp"

namespace holdout::report {
namespace {

constexpr std::size_t kPoints = 10;  // rows of the learning curve

std::string_view worse(const Findings& f) { return f.study.maximize ? "lower" : "higher"; }

std::string ending(const study::Outcome& outcome) {
  return "ended after " + counted(static_cast<std::size_t>(outcome.epochs), "epoch") + " (" +
         counted(static_cast<std::size_t>(outcome.steps), "step") + ")" +
         (outcome.end.empty() ? "" : ": " + outcome.end);
}

}  // namespace

Section convergence_section(const Findings& f) {
  Section section{f.defaults ? "Convergence of the defaults" : "Convergence of the best trial", {}};
  const study::Outcome& outcome = f.best()->outcome;
  std::string text = (f.defaults ? "Their training " : "Its training ") + ending(outcome) + ".";
  if (std::isfinite(outcome.train_loss)) text += " The last training loss is " + shown(outcome.train_loss) + ".";
  if (outcome.fold_values.size() > 1) text += " Epochs and steps are summed over the folds.";
  if (const auto& c = f.convergence) {
    text += " The best hold-out " + f.study.metric + " of its curve, " + shown(c->best.holdout) + ", came at epoch " +
            std::to_string(c->best.epoch) + ".";
    if (c->worsened)
      text += " At the end it was " + std::string(worse(f)) + ", " + shown(c->last.holdout) + ".";
    else if (c->still_improving)
      text += " It was still improving when training ended.";
    else
      text += " It had settled when training ended.";
  }
  section.blocks.emplace_back(Paragraph{plain(text)});
  if (outcome.curve.empty()) return section;
  section.blocks.emplace_back(Figure::training);
  Table table{{plain("Epoch"), plain("Training loss"), plain("Hold-out " + f.study.metric)}, {}, 0};
  const std::size_t n = outcome.curve.size(), rows = std::min(n, kPoints);
  for (std::size_t i = 0; i < rows; ++i) {  // evenly spread, both ends included
    const study::CurvePoint& point = outcome.curve[rows == 1 ? 0 : i * (n - 1) / (rows - 1)];
    table.rows.push_back(
        {plain(std::to_string(point.epoch)), plain(shown(point.train_loss)), plain(shown(point.holdout))});
  }
  section.blocks.emplace_back(std::move(table));
  return section;
}

}  // namespace holdout::report
