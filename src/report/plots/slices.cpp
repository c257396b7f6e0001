// The metric against each parameter, and the mean effect of that parameter alone.
#include <algorithm>

#include <holdout/search/transform.hpp>

#include "../text.hpp"
#include "drawing.hpp"

namespace holdout::report::plots {
namespace {

constexpr std::size_t kMaxSlices = 24;  // of hundreds nobody looks at all

// The mean of the forest over all other parameters, where it has this one in a range.
std::vector<Point> effect(const Findings& f, std::size_t i) {
  std::vector<Point> line;
  const search::Parameter& parameter = f.study.space.parameters()[i];
  if (!f.importance || !parameter.interval || !parameter.values.empty()) return line;
  const std::vector<double>& mean = f.importance->effect[i];
  for (std::size_t bin = 0; bin < mean.size(); ++bin) {
    const double u = (static_cast<double>(bin) + 0.5) / static_cast<double>(mean.size());
    line.push_back({number(search::value_at(*parameter.interval, u)).value_or(0), mean[bin]});
  }
  return line;
}

std::string slice(const Findings& f, std::size_t i, const Trials& trials) {
  const search::Parameter& parameter = f.study.space.parameters()[i];
  const std::optional<ParameterAxis> axis = parameter_axis(parameter);
  if (!axis) return {};
  Plot plot(axis->axis, value_axis(f, trials), shortened(parameter.path, 50), f.study.metric, kNarrow, kHeight);
  std::size_t drawn = 0, beside = 0;
  for (const study::Trial* trial : trials) {
    const std::optional<double> x = place(*axis, f, i, *trial);
    if (!x || trial == f.best()) continue;
    // "Zero or the range": the zero has its place at the frame, next to where the range begins.
    beside += parameter.interval && (*x < parameter.interval->min || *x > parameter.interval->max);
    plot.dot({*x, trial->outcome.value}, "dot", 2.5, {trial->number});
    ++drawn;
  }
  const std::vector<Point> mean = effect(f, i);
  if (!mean.empty()) plot.path({mean}, "second");
  if (const auto x = place(*axis, f, i, *f.best())) {
    plot.dot({*x, f.best()->outcome.value}, "best", 5, best_note(f));
    ++drawn;
  }
  if (drawn < 2) return {};
  std::string caption = parameter.path + (axis->axis.log() ? " (log scale)" : "");
  if (!mean.empty()) caption += "; line: mean over the other parameters";
  if (beside > 0) caption += "; dots on the frame: listed values outside the range";
  return figure("slice", plot, f.study.metric + " by " + parameter.path, caption + "." + left_out(f, trials));
}

}  // namespace

std::string slices(const Findings& f) {
  if (f.ranking.size() < 2) return {};
  if (f.study.space.size() == 1 && f.study.space.parameters()[0].interval) return {};  // one_parameter draws it
  const Trials trials = drawn_trials(f);
  std::string out;
  if (f.study.space.size() > kMaxSlices)
    out = "<p>Of " + counted(f.study.space.size(), "parameter") + " the " +
          (f.importance ? std::to_string(kMaxSlices) + " that matter most" : "first " + std::to_string(kMaxSlices)) +
          ":</p>";
  for (const std::size_t i : most_important(f, kMaxSlices)) out += slice(f, i, trials);
  return out;
}

}  // namespace holdout::report::plots
