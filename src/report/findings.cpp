#include <holdout/report/findings.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include <holdout/base/number.hpp>
#include <holdout/train/trainer.hpp>

#include "descent.hpp"
#include "fold_error.hpp"
#include "foreign_trials.hpp"
#include "judgements.hpp"
#include "nested.hpp"
#include "text.hpp"
#include "trial_words.hpp"

namespace holdout::report {
namespace {

using study::Trial;
using study::TrialState;

constexpr double kNear = 0.01;  // what counts as "at the end of a range", "a tie", "still improving"

bool better(bool maximize, double a, double b) { return maximize ? a > b : a < b; }

std::optional<double> standard_error(const Findings& f) {
  if (const auto error = fold_error(f.best()->outcome.fold_values, repeats(f))) return error;
  if (!f.winner || !std::isfinite(f.winner->holdout_standard_error)) return {};
  return f.winner->holdout_standard_error;
}

constexpr char kHole = '\1';

// A reason is text with numbers in it; trials belong together if all but the numbers is equal.
struct Reason {
  std::string kind;                  // numbers replaced by kHole
  std::vector<std::string> numbers;  // in order
};

Reason parse_reason(const std::string& text) {
  const auto digit = [&](std::size_t i) {
    return i < text.size() && std::isdigit(static_cast<unsigned char>(text[i]));
  };
  Reason reason;
  for (std::size_t i = 0; i < text.size();) {
    if (!digit(i)) {
      reason.kind += text[i] == kHole ? ' ' : text[i];
      ++i;
      continue;
    }
    std::size_t end = i;
    while (digit(end)) ++end;
    if (end < text.size() && text[end] == '.' && digit(end + 1))
      for (++end; digit(end);) ++end;
    if (end < text.size() && text[end] == 'e') {
      const std::size_t sign = end + 1 < text.size() && (text[end + 1] == '-' || text[end + 1] == '+') ? 1 : 0;
      if (digit(end + 1 + sign))
        for (end += 1 + sign; digit(end);) ++end;
    }
    reason.kind += kHole;
    reason.numbers.push_back(text.substr(i, end - i));
    i = end;
  }
  return reason;
}

std::string merged(const std::string& kind, const std::vector<Reason>& reasons) {
  std::string text;
  std::size_t hole = 0;
  for (const char c : kind) {
    if (c != kHole) {
      text += c;
      continue;
    }
    const auto less = [&](const Reason& a, const Reason& b) {
      return to_real(a.numbers[hole]).value_or(0) < to_real(b.numbers[hole]).value_or(0);
    };
    const auto [low, high] = std::minmax_element(reasons.begin(), reasons.end(), less);
    text += low->numbers[hole];
    if (less(*low, *high)) text += "–" + high->numbers[hole];
    ++hole;
  }
  return text;
}

std::optional<double> rate_of(const Findings& f, const Trial& trial) {
  if (!f.rate || *f.rate >= trial.configuration.values.size()) return {};
  return number(trial.configuration.values[*f.rate]);
}

void group_failures(Findings& f) {
  std::map<std::pair<TrialState, std::string>, std::vector<Reason>> reasons;  // by state and kind
  std::map<std::pair<TrialState, std::string>, FailureGroup> groups;
  for (const Trial& trial : f.trials) {
    const auto& outcome = trial.outcome;
    if (outcome.state == TrialState::complete) {
      if (const auto rate = rate_of(f, trial))
        f.largest_good_rate = std::max(*rate, f.largest_good_rate.value_or(*rate));
      continue;
    }
    if (is_search_only(outcome)) continue;
    Reason reason = parse_reason(outcome.reason);
    const std::pair key(outcome.state, reason.kind);
    FailureGroup& group = groups[key];
    group.state = outcome.state;
    group.trials.push_back(trial.number);
    if (const auto rate = rate_of(f, trial)) {
      const auto [low, high] = group.rates.value_or(std::pair(*rate, *rate));
      group.rates = std::pair(std::min(low, *rate), std::max(high, *rate));
    }
    reasons[key].push_back(std::move(reason));
  }
  for (auto& [key, group] : groups) {
    group.reason = merged(key.second, reasons[key]);
    f.failures.push_back(std::move(group));
  }
  std::stable_sort(f.failures.begin(), f.failures.end(),
                   [](const auto& a, const auto& b) { return a.trials.size() > b.trials.size(); });
}

std::vector<BoundHit> bounds_hit(const search::SearchSpace& space, const search::Configuration& best) {
  std::vector<BoundHit> hits;
  for (std::size_t i = 0; i < space.size() && i < best.values.size(); ++i) {
    const search::Parameter& parameter = space.parameters()[i];
    const std::optional<double> x = number(best.values[i]);
    if (!parameter.interval || !x) continue;
    const search::Interval& range = *parameter.interval;
    // "Zero or the range": the zero is not an end of the range.
    if (!(range.max > range.min) || *x < range.min || *x > range.max) continue;
    const auto scaled = [&](double v) { return range.log ? holdout::log(v) : v; };
    const double at = (scaled(*x) - scaled(range.min)) / (scaled(range.max) - scaled(range.min));
    if (at <= kNear)
      hits.push_back({i, false, *x, range.min});
    else if (at >= 1 - kNear)
      hits.push_back({i, true, *x, range.max});
  }
  return hits;
}

std::vector<std::size_t> outside(const search::SearchSpace& space, const search::Configuration& defaults) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < space.size() && i < defaults.values.size(); ++i)
    if (defaults.values[i] && !space.admits(i, *defaults.values[i])) found.push_back(i);
  return found;
}

std::optional<Convergence> convergence(const study::Outcome& outcome, bool maximize) {
  const std::vector<study::CurvePoint>& curve = outcome.curve;
  const study::CurvePoint* best = nullptr;
  for (const auto& point : curve)
    if (std::isfinite(point.holdout) && (!best || better(maximize, point.holdout, best->holdout))) best = &point;
  if (!best) return {};
  Convergence c{*best, curve.back(), outcome.end == train::to_text(train::LaneEnd::epochs)};
  const double enough = kNear * std::abs(best->holdout);
  c.worsened = !(std::abs(c.last.holdout - best->holdout) <= enough);
  if (!c.all_epochs || c.worsened || curve.size() < 3) return c;
  // The last point at or before nine tenths of the epochs.
  const study::CurvePoint* before = &curve.front();
  for (const auto& point : curve)
    if (10 * point.epoch <= 9 * c.last.epoch) before = &point;
  c.still_improving =
      better(maximize, c.last.holdout, before->holdout) && std::abs(c.last.holdout - before->holdout) > enough;
  return c;
}

void judge_best(Findings& f) {
  const Trial& best = *f.best();
  const double value = best.outcome.value;
  f.standard_error = standard_error(f);
  if (f.facts && std::isfinite(f.facts->baseline))
    f.gain = f.study.maximize ? value - f.facts->baseline : f.facts->baseline - value;
  if (f.winner && f.winner->defaults && std::isfinite(f.winner->defaults->value))
    f.default_gain = f.study.maximize ? value - f.winner->defaults->value : f.winner->defaults->value - value;
  if (f.default_gain && *f.default_gain < 0) f.outside = outside(f.study.space, f.winner->defaults->configuration);
  if (f.standard_error) f.within_error = 0;
  for (std::size_t i = f.defaults ? 0 : 1; i < f.ranking.size(); ++i) {
    const double distance = std::abs(f.trials[f.ranking[i]].outcome.value - value);
    f.within_percent += distance <= kNear * std::abs(value);
    if (f.standard_error) *f.within_error += distance <= *f.standard_error;
  }
  f.bounds = bounds_hit(f.study.space, best.configuration);
  f.convergence = convergence(best.outcome, f.study.maximize);
}

std::optional<std::size_t> learning_rate(const search::SearchSpace& space) {
  constexpr std::string_view kName = "learning_rate";
  for (std::size_t i = 0; i < space.size(); ++i) {
    const std::string_view path = space.parameters()[i].path;
    if (path == kName || path.ends_with("." + std::string(kName))) return i;
  }
  return {};
}

}  // namespace

Findings find(const study::Storage& storage) {
  Findings f;
  f.study = storage.study();
  f.facts = storage.facts();
  if (f.facts && f.facts->conclusion)  // a file may name any parameter
    std::erase_if(f.facts->conclusion->open,
                  [&](const search::OpenRange& open) { return open.parameter >= f.study.space.size(); });
  if (f.facts && f.facts->certificate && f.facts->certificate->parameter >= f.study.space.size())
    f.facts->certificate.reset();
  f.rate = learning_rate(f.study.space);
  f.trials = storage.trials();
  f.foreign = storage.foreign_changes();
  f.begun = f.trials.size() + foreign(f, study::ForeignChange::Kind::deleted).size();
  std::erase_if(f.trials, [](const Trial& t) {
    return t.outcome.state == TrialState::waiting || t.outcome.state == TrialState::running;
  });
  std::sort(f.trials.begin(), f.trials.end(), [](const Trial& a, const Trial& b) { return a.number < b.number; });
  f.interrupted = f.trials.size() < f.begun || !f.facts || f.facts->interrupted || f.facts->finished.empty();

  for (std::size_t i = 0; i < f.trials.size(); ++i) {
    const auto& outcome = f.trials[i].outcome;
    f.complete += outcome.state == TrialState::complete;
    f.failed += outcome.state == TrialState::failed;
    f.pruned += outcome.state == TrialState::pruned && !is_search_only(outcome);
    if (study::may_be_best(outcome)) f.ranking.push_back(i);
  }
  std::stable_sort(f.ranking.begin(), f.ranking.end(), [&](std::size_t a, std::size_t b) {
    return better(f.study.maximize, f.trials[a].outcome.value, f.trials[b].outcome.value);
  });
  if (f.best())
    for (const std::size_t i : {f.ranking.front(), f.ranking[f.ranking.size() / 2], f.ranking.back()})
      f.trials[i].outcome.curve = storage.curve(f.trials[i].number);

  group_failures(f);
  if (!f.best()) return f;
  if (auto winner = storage.winner(); winner && winner->trial == f.best_trial()->number) f.winner = std::move(winner);
  if (f.winner && f.winner->defaults && f.winner->default_outcome) {
    f.defaults.emplace();
    f.defaults->number = -1;
    f.defaults->configuration = f.winner->defaults->configuration, f.defaults->outcome = *f.winner->default_outcome;
  }
  f.nested = storage.nested();
  f.nested_error = nested_error(f);
  judge_best(f);
  f.descent = descent_of(f);
  f.search_end = search_end(f);
  f.refinement = refinement(f);
  f.simpler = simpler(f);
  f.importance = importance(f);
  return f;
}

}  // namespace holdout::report
