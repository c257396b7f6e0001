#include <holdout/study/verify.hpp>

#include <algorithm>
#include <atomic>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include <holdout/base/version.hpp>
#include <holdout/train/cpu.hpp>

#include "attributes.hpp"
#include "certify.hpp"
#include "choice_bias.hpp"
#include "cohorts.hpp"
#include "objective.hpp"
#include "search_again.hpp"
#include "stored_trials.hpp"
#include "threshold.hpp"
#include "winner.hpp"

namespace holdout::study {
namespace {

constexpr std::size_t kBatch = 1024;  // trials whose results are in memory at once

// Whether its numbers depend on what the search asked, and on where other trials ended: then training its configuration
// from the model's own start gives others.
bool belongs_to_search(const Trial& trial) {
  return !trial.near.empty() || !trial.fidelity.full() || !trial.outcome.full || trial.outcome.error_bound;
}

// Attributes by their names in reports.
std::vector<Attribute> named(std::vector<Attribute> attributes) {
  for (Attribute& a : attributes) a.first.erase(0, kAttributePrefix.size());
  return attributes;
}

// Everything that is stored of an outcome but its time, each number in its own line. What derivatives through the steps
// added to a training is left out: it is trained without them.
std::vector<Attribute> numbers_of(Outcome outcome, bool with_derivatives) {
  outcome.seconds = 0;
  if (with_derivatives) outcome.gradient.clear(), outcome.no_derivatives = false, outcome.cost = 0;
  std::vector<Attribute> all{{"state", std::string(state_name(outcome.state))}};
  for (Attribute& a : named(outcome_attributes(outcome, true))) all.push_back(std::move(a));
  for (const CurvePoint& point : outcome.curve) {
    const std::string at = " at epoch " + std::to_string(point.epoch);
    all.emplace_back("train_loss" + at, text_of(to_json(point.train_loss)));
    all.emplace_back("hold-out" + at, text_of(to_json(point.holdout)));
  }
  return all;
}

void compare(std::optional<int> trial, const std::vector<Attribute>& stored, const std::vector<Attribute>& now,
             std::vector<Deviation>& deviations) {
  using ByKey = std::unordered_map<std::string_view, std::string_view>;  // there may be thousands of parameters
  const auto by_key = [](const std::vector<Attribute>& all) {
    ByKey map;
    for (const auto& [key, json] : all) map.emplace(key, json);
    return map;
  };
  const auto find = [](const ByKey& all, const std::string& key) {
    const auto at = all.find(key);
    return at == all.end() ? std::string() : std::string(at->second);
  };
  const ByKey before = by_key(stored), after = by_key(now);
  for (const auto& [key, json] : stored)
    if (const std::string other = find(after, key); other != json) deviations.push_back({trial, key, json, other});
  for (const auto& [key, json] : now)
    if (find(before, key).empty()) deviations.push_back({trial, key, {}, json});
}

// The trained models of trials that may be the best one, for the correction of the choice among them.
// @param cohort   places of trials that were trained together
// @param results  [trial][fold]
void tell(ChoiceBias& bias, const Designs& designs, std::span<const Trial> trials,
          std::span<const train::LaneConfig> configs, std::span<const std::size_t> cohort,
          const std::vector<std::vector<train::LaneResult>>& results) {
  std::vector<ChoiceBias::Candidate> candidates;
  for (const std::size_t i : cohort) {
    if (!may_be_best(trials[i].outcome)) continue;
    ChoiceBias::Candidate& candidate = candidates.emplace_back();
    candidate.trial = trials[i].number, candidate.config = configs[i];
    for (const train::LaneResult& fold : results[i]) candidate.theta.emplace_back(fold.theta);
  }
  bias.add(designs, candidates, false);
}

// Nothing of those that were interrupted.
// @param bias  null: what the choice adds to the best value is not asked for
std::vector<std::optional<Outcome>> train_again(const StudyFile& file, const data::Prepared& data,
                                                std::span<const Trial> trials, Designs& designs, ChoiceBias* bias,
                                                const Workers& workers, const std::atomic<bool>& interrupt) {
  const Study& study = file.study;
  const train::Metric& metric = metric_of(study);
  std::vector<train::LaneConfig> configs;
  for (const Trial& trial : trials) configs.push_back(apply(study, trial.configuration));
  std::size_t features = 0;  // of the widest
  for (const train::LaneConfig& config : configs) {
    designs.make_for(workers, config);
    features = std::max(features, designs.features(DesignKey(config)));
  }
  const std::size_t folds = designs.folds();
  const auto cohorts = cut_into_cohorts(
      configs, {features, data.dataset.classes.size(), folds, workers.threads(), 0, data.dataset.is_sparse()});
  std::vector<std::vector<train::LaneResult>> results(trials.size(), std::vector<train::LaneResult>(folds));
  workers.for_each(cohorts.size() * folds, [&](std::size_t task) {
    if (interrupt) return;  // its results are those of trainings that have not begun
    const std::vector<std::size_t>& members = cohorts[task / folds];
    std::vector<train::LaneConfig> lanes;
    for (const std::size_t i : members) lanes.push_back(configs[i]);
    auto trained = train_lanes(designs, task % folds, metric, lanes, study.root(), &interrupt);
    for (std::size_t lane = 0; lane < members.size(); ++lane)
      results[members[lane]][task % folds] = std::move(trained[lane]);
  });
  std::vector<std::optional<Outcome>> outcomes;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::optional<Outcome> outcome = combine(results[i], metric, designs, configs[i]);
    outcomes.push_back(outcome ? std::optional(storable(*outcome)) : std::nullopt);
  }
  if (bias && !interrupt)
    workers.for_each(cohorts.size(),
                     [&](std::size_t c) { tell(*bias, designs, trials, configs, cohorts[c], results); });
  return outcomes;
}

// @param corrected  with what the best value is without the choice: where it was computed, and is computed now
std::vector<Attribute> numbers_of(const Winner& winner, bool corrected) {
  std::vector<Attribute> all;
  const auto add = [&all](const std::string& name, const Metrics& metrics) {
    for (const auto& [metric, value] : metrics) all.emplace_back(name + "." + metric, text_of(to_json(value)));
  };
  add("winner.test", winner.test);
  add("winner.refit.test", winner.refit_test);
  if (winner.threshold) all.emplace_back("winner.threshold", text_of(to_json(*winner.threshold)));
  all.emplace_back("winner.refit.epochs", std::to_string(winner.refit_epochs));
  if (winner.defaults) all.emplace_back("defaults.value", text_of(to_json(winner.defaults->value)));
  if (winner.defaults) add("defaults.test", winner.defaults->test);
  if (winner.default_outcome)
    for (Attribute& a : numbers_of(*winner.default_outcome, false)) all.push_back(std::move(a));
  if (!corrected || !winner.corrected) return all;
  const CorrectedValue& c = *winner.corrected;
  for (const auto& [name, x] : {std::pair("value", c.value), std::pair("standard_error", c.standard_error),
                                std::pair("low", c.low), std::pair("high", c.high)})
    all.emplace_back("best.corrected." + std::string(name), text_of(to_json(x)));
  all.emplace_back("best.corrected.samples", std::to_string(c.samples));
  all.emplace_back("best.corrected.candidates", std::to_string(c.candidates));
  return all;
}

// Those without a deviation are the same.
void add_same(std::span<const int> compared, Verification& result) {
  std::unordered_set<int> deviating;
  for (const Deviation& d : result.deviations)
    if (d.trial) deviating.insert(*d.trial);
  for (const int trial : compared)
    if (!deviating.contains(trial)) result.same.push_back(trial);
}

// What was asked of a trial, and what came of it.
std::vector<Attribute> all_of(const Trial& trial, const search::SearchSpace& space) {
  std::vector<Attribute> all = named(request_attributes(trial));
  for (std::size_t i = 0; i < space.size(); ++i)
    if (const std::optional<Value>& value = trial.configuration.values.at(i))
      all.emplace_back(space.parameters()[i].path, to_text(*value));
  for (Attribute& a : numbers_of(trial.outcome, false)) all.push_back(std::move(a));
  return all;
}

// @param now  nothing: there is none any more
void compare(const Winner& stored, const std::optional<Winner>& now, Verification& result) {
  const std::size_t before = result.deviations.size();
  const bool corrected = stored.corrected && stored.corrected->reason.empty() && (!now || now->corrected);
  compare(stored.default_outcome ? std::nullopt : std::optional(stored.trial), numbers_of(stored, corrected),
          now ? numbers_of(*now, corrected) : std::vector<Attribute>{}, result.deviations);
  result.same_corrected = corrected && std::none_of(result.deviations.begin() + static_cast<std::ptrdiff_t>(before),
                                                    result.deviations.end(), [](const Deviation& d) {
                                                      return d.what.starts_with("best.corrected.");
                                                    });
  result.same_defaults = stored.default_outcome && result.deviations.size() == before;
}

std::vector<Attribute> numbers_of(const Certificate& certificate) {
  std::vector<Attribute> all;
  const auto add = [&all](const std::string& name, double x) {
    all.emplace_back("certificate." + name, text_of(to_json(x)));
  };
  add("best", certificate.best), add("lower_bound", certificate.lower_bound), add("share", certificate.share);
  add("intervals", static_cast<double>(certificate.intervals));
  for (std::size_t i = 0; i < certificate.bound.size(); ++i)
    add("lower_bound from " + to_text(certificate.at[i]), certificate.bound[i]);
  return all;
}

// The certificate of a run once more, from the minima of J that are stored. @return false if interrupted
bool compare_certificate(const Storage& storage, const Study& study, const Winner& winner, const Trial& best,
                         Designs& designs, const Workers& workers, const std::atomic<bool>& interrupt,
                         Verification& result) {
  const std::optional<RunFacts> facts = storage.facts();
  const double tolerance = certify_tolerance(study);
  if (!facts || !facts->certificate || tolerance == 0) return true;
  const std::optional<Certificate> now = certify(
      study, tolerance, storage.answers(), winner.default_outcome ? winner.default_outcome->value : best.outcome.value,
      storage, designs, metric_of(study), workers, interrupt);
  if (now) compare(best.number, numbers_of(*facts->certificate), numbers_of(*now), result.deviations);
  return now.has_value();
}

// Compares trials with those of the whole search, run once more.
void compare_with_search(std::span<const Trial> trials, const std::optional<Winner>& winner, const StudyFile& file,
                         const data::Prepared& data, const Workers& workers, const std::atomic<bool>& interrupt,
                         Verification& result) {
  if (trials.empty()) return;
  const std::optional<Searched> searched = search_again(file, data, workers, interrupt);
  if (!searched) {
    result.interrupted = true;
    return;
  }
  const Searched& again = *searched;
  std::unordered_map<int, const Trial*> by_number;
  for (const Trial& trial : again.trials) by_number.emplace(trial.number, &trial);
  std::vector<int> compared;
  for (const Trial& trial : trials) {
    const auto at = by_number.find(trial.number);
    if (at == by_number.end())
      result.deviations.push_back({trial.number, "state", std::string(state_name(trial.outcome.state)), {}});
    else
      compare(trial.number, all_of(trial, file.study.space), all_of(*at->second, file.study.space), result.deviations);
    if (winner && winner->trial == trial.number) compare(*winner, again.winner, result);
    compared.push_back(trial.number);
  }
  add_same(compared, result);
}

// Whether every trial that may be the best one is among these.
bool hold_all_candidates(std::span<const Trial> trials, std::span<const Trial> all) {
  std::unordered_set<int> there;
  for (const Trial& trial : trials) there.insert(trial.number);
  return std::all_of(all.begin(), all.end(),
                     [&](const Trial& t) { return !may_be_best(t.outcome) || there.contains(t.number); });
}

// The winner of a search whose best trial was trained again. @return false if interrupted
// @param bias  null: not all trials were
bool compare_winner(const Storage& storage, const StudyFile& file, const data::Prepared& data, const Winner& winner,
                    const Trial& best, std::span<const Trial> all, Designs& designs, const ChoiceBias* bias,
                    const Workers& workers, const std::atomic<bool>& interrupt, Verification& result) {
  const std::optional<Winner> now =
      repeat_winner(winner, file, data, all, best, designs, bias, metric_of(file.study), workers, interrupt);
  if (!now) return false;
  compare(winner, now, result);
  return compare_certificate(storage, file.study, winner, best, designs, workers, interrupt, result);
}

}  // namespace

Verification verify(const Storage& storage, const StudyFile& file, const data::Prepared& data,
                    std::span<const Trial> trials, const Workers& workers, const std::atomic<bool>* may_interrupt) {
  const std::atomic<bool> never = false;
  const std::atomic<bool>& interrupt = may_interrupt ? *may_interrupt : never;
  Verification result;
  Designs designs(data);
  std::vector<Trial> repeated, searched;
  for (const Trial& trial : trials)
    if (trial.outcome.end == "failed")
      result.skipped.emplace_back(trial.number, "it was not trained: " + trial.outcome.reason);
    else
      (belongs_to_search(trial) ? searched : repeated).push_back(trial);
  const std::optional<Winner> winner = storage.winner();
  const std::vector<Trial> all = storage.answers();
  ChoiceBias bias(file.study, metric_of(file.study), data, {});
  ChoiceBias* const wanted =
      winner && winner->corrected && bias.is_computed() && hold_all_candidates(repeated, all) ? &bias : nullptr;
  compare_with_search(searched, winner, file, data, workers, interrupt, result);
  std::vector<int> compared;
  const Trial* best = nullptr;
  for (std::size_t first = 0; first < repeated.size() && !result.interrupted; first += kBatch) {
    const std::span<const Trial> batch(repeated.data() + first, std::min(kBatch, repeated.size() - first));
    const auto again = train_again(file, data, batch, designs, wanted, workers, interrupt);
    for (std::size_t i = 0; i < batch.size() && !result.interrupted; ++i) {
      const Trial& trial = batch[i];
      if (!again[i]) {
        result.interrupted = true;
        break;
      }
      const bool with_derivatives = !trial.outcome.gradient.empty() || trial.outcome.no_derivatives;
      compare(trial.number, numbers_of(trial.outcome, with_derivatives), numbers_of(*again[i], with_derivatives),
              result.deviations);
      if (winner && winner->trial == trial.number)
        best = &trial;  // its winner is compared when all have been trained
      else
        compared.push_back(trial.number);
    }
  }
  if (best && !result.interrupted) {
    result.interrupted =
        !compare_winner(storage, file, data, *winner, *best, all, designs, wanted, workers, interrupt, result);
    if (!result.interrupted) compared.push_back(best->number);
  }
  add_same(compared, result);
  std::sort(result.same.begin(), result.same.end());
  std::stable_sort(result.deviations.begin(), result.deviations.end(),
                   [](const Deviation& a, const Deviation& b) { return a.trial < b.trial; });
  return result;
}

std::vector<std::string> reasons_to_differ(const Storage& storage, const StudyRecord& now) {
  std::vector<std::string> reasons;
  for (const Change& change : changes(storage.study(), now))
    if (!change.harmless) reasons.push_back(to_string(change));
  const std::optional<RunFacts> facts = storage.facts();
  if (!facts) return reasons;
  if (facts->version != version())
    reasons.push_back("trained by holdout " + escaped(facts->version) + ", this is " + std::string(version()));
  if (facts->cpu_target != train::simd_target())
    reasons.push_back("trained with vectors of " + escaped(facts->cpu_target) + ", this machine has " +
                      std::string(train::simd_target()) + " (CPUs with and without FMA round differently)");
  return reasons;
}

}  // namespace holdout::study
