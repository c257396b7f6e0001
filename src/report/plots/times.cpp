// What a good value costs: the metric against the time that training took.
#include <algorithm>

#include "drawing.hpp"

namespace holdout::report::plots {

std::string times(const Findings& f) {
  Trials trials = drawn_trials(f);
  std::erase_if(trials, [](const study::Trial* trial) { return !(trial->outcome.seconds > 0); });
  if (trials.size() < 2) return {};
  double low = trials[0]->outcome.seconds, high = low;
  for (const study::Trial* trial : trials)
    low = std::min(low, trial->outcome.seconds), high = std::max(high, trial->outcome.seconds);
  Plot plot(Axis::numbers(low, high, high > 5 * low), value_axis(f, trials), "seconds of a core for one trial",
            f.study.metric, kNarrow, kHeight);
  for (const study::Trial* trial : trials)
    plot.dot({trial->outcome.seconds, trial->outcome.value}, trial == f.best() ? "best" : "dot",
             trial == f.best() ? 5 : 2.5, {trial->number});
  return figure("times", plot, f.study.metric + " by training time",
                "Hold-out " + f.study.metric + " against the time of training: a trial's share of its cohort's." +
                    left_out(f, drawn_trials(f)));
}

}  // namespace holdout::report::plots
