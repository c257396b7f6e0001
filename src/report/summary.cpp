#include <algorithm>
#include <cmath>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>
#include <holdout/report/report.hpp>

#include "certificate.hpp"
#include "foreign_trials.hpp"
#include "nested.hpp"
#include "text.hpp"
#include "trial_words.hpp"

namespace holdout::report {
namespace {

constexpr std::size_t kLines = 12;

std::string best_line(const Findings& f) {
  std::string line =
      "best " + f.study.metric + ": " + shown(f.best()->outcome.value, f.standard_error) + "  (" + best_name(f);
  if (f.defaults)
    line += "; best of " + counted(f.trials.size(), "trial") + ": " + shown(f.best_trial()->outcome.value);
  else if (f.default_gain)
    line += "; defaults: " + shown(f.winner->defaults->value);
  if (f.gain) line += "; constant model: " + shown(f.facts->baseline);
  return line + ")";
}

std::string test_line(const Findings& f) {
  if (!f.winner) return {};
  const auto test = metric(f.winner->test, f.study.metric), refit = metric(f.winner->refit_test, f.study.metric);
  if (!test && !refit) return {};
  std::string line = "test " + f.study.metric + ": " + shown(test ? *test : *refit, test_error(f));
  if (!test) return line + "  (refitted)";
  return refit ? line + "  (refitted: " + shown(*refit) + ")" : line;
}

std::string trials_line(const Findings& f) {
  return "trials: " + std::to_string(f.complete + search_only(f)) + " complete" +
         (search_only(f) > 0 ? " (" + std::to_string(search_only(f)) + " for the search only)" : "") + ", " +
         std::to_string(f.failed) + " failed, " + std::to_string(f.pruned) + " pruned";
}

// Solvers that did not reach the minimum of J: the best trial first, then how many others.
std::string solver_line(const Findings& f) {
  const auto ended = [](const study::Trial& trial, train::LaneEnd end) {
    return trial.outcome.end.find(train::to_text(end)) != std::string::npos;
  };
  if (f.best() && f.winner && f.winner->minimum && f.winner->minimum->no_minimum)
    return "J has no minimum: the classes of the training rows can be separated, and nothing penalizes the weights";
  if (f.best() && ended(*f.best(), train::LaneEnd::no_minimum))
    return "J of some folds has no minimum: the classes can be separated, and nothing penalizes the weights";
  const auto stalled = static_cast<std::size_t>(std::count_if(
      f.trials.begin(), f.trials.end(), [&](const study::Trial& t) { return ended(t, train::LaneEnd::stalled); }));
  if (stalled == 0) return {};
  std::string line = "stalled: in " + counted(stalled, "trial") + " the solver came no nearer to the minimum of J";
  if (!f.best() || !ended(*f.best(), train::LaneEnd::stalled)) return line;
  const double gap = f.winner && f.winner->minimum ? f.winner->minimum->gap : NAN;
  line += std::isfinite(gap) ? "; in the best one J is at most " + to_text(gap, 3) + " above it"
                             : "; for the best one no bound can be shown";
  return line + " (standardize the columns, or raise l2)";
}

// Why there is no best trial: the reasons with their counts, most frequent first, as many as fit.
std::vector<std::string> failure_lines(const Findings& f, std::size_t room) {
  std::vector<std::string> lines;
  for (const FailureGroup& group : f.failures)
    lines.push_back("  " + std::to_string(group.trials.size()) + " " + std::string(to_word(group.state)) +
                    (group.reason.empty() ? "" : ": " + group.reason));
  if (f.complete > 0) lines.push_back("  " + std::to_string(f.complete) + " complete, with a value that is no number");
  if (lines.size() > room) {
    const std::size_t left_out = lines.size() - room + 1;
    lines.resize(room - 1);
    lines.push_back("  … and " + counted(left_out, "more reason"));
  }
  return lines;
}

std::vector<std::string> parameter_lines(const Findings& f, std::size_t room) {
  std::vector<std::string> lines;
  const auto& values = f.best()->configuration.values;
  for (std::size_t i = 0; i < f.study.space.size() && i < values.size(); ++i)
    if (values[i]) lines.push_back("  " + f.study.space.parameters()[i].path + ": " + to_text(*values[i]));
  if (lines.size() > room) {
    const std::size_t left_out = lines.size() - room + 1;
    lines.resize(room - 1);
    lines.push_back("  … and " + counted(left_out, "more parameter"));
  }
  return lines;
}

}  // namespace

std::string summary(const Findings& f, const std::string& folder) {
  std::vector<std::string> head, tail;
  if (f.interrupted)
    head.push_back("interrupted: results cover " + std::to_string(f.trials.size()) + " of " +
                   counted(f.begun, "trial") + " begun; run it again to go on");
  for (std::string& note : foreign_notes(f)) head.push_back("note: " + std::move(note));
  if (f.best())
    head.push_back(best_line(f));
  else
    head.push_back(f.trials.empty() ? "no trial has ended" : "no best " + f.study.metric + ": no trial succeeded");
  if (std::string text = better_defaults_text(f); !text.empty()) tail.push_back("note: " + std::move(text));
  if (std::string line = corrected_text(f); !line.empty()) tail.push_back(std::move(line));
  if (const std::string text = threshold_text(f); !text.empty())
    tail.push_back("threshold: " + text + ", tuned on hold-out rows");
  if (std::string line = test_line(f); !line.empty()) tail.push_back(std::move(line));
  if (f.nested && f.best())
    tail.push_back("nested " + f.study.metric + ": " +
                   (f.nested_error ? nested_text(f) : std::string("no outer fold has ended")));
  if (std::string line = solver_line(f); !line.empty()) tail.push_back(std::move(line));
  if (f.best() && f.facts && f.facts->certificate)
    tail.push_back((f.facts->certificate->proved() ? "certified: " : "") + certificate_text(f));
  tail.push_back(trials_line(f));
  tail.push_back("report: " + folder);

  const std::size_t room = kLines - head.size() - tail.size();
  const auto middle = f.best() ? parameter_lines(f, room) : failure_lines(f, room);
  head.insert(head.end(), middle.begin(), middle.end());
  head.insert(head.end(), tail.begin(), tail.end());
  std::string out;
  for (const std::string& line : head) out += escaped(line) + "\n";
  return out;
}

}  // namespace holdout::report
