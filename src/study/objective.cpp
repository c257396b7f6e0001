#include "objective.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <new>

#include <holdout/base/number.hpp>

#include "answers.hpp"
#include "cohorts.hpp"
#include "threshold.hpp"

namespace holdout::study {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

template <class T>
std::vector<train::LaneResult> train_on(const train::Design<T>& design, const train::Metric& metric,
                                        std::span<const train::LaneConfig> lanes, Seed seed, std::size_t fold,
                                        const std::atomic<bool>* interrupt,
                                        std::span<const std::vector<double>> start) {
  const auto trainer = train::make_trainer(design, metric, lanes, seed, fold, start);
  trainer->run_to({lanes[0].training.epochs, {}}, interrupt);
  return trainer->results();
}

// Learning curves of the folds, averaged at the epochs that all of them recorded.
std::vector<CurvePoint> mean_curve(std::span<const train::LaneResult> folds) {
  std::map<std::int64_t, std::pair<std::size_t, CurvePoint>> sums;
  for (const train::LaneResult& fold : folds)
    for (const train::LanePoint& p : fold.curve) {
      auto& [count, sum] = sums[p.epoch];
      ++count, sum.train_loss += p.train_loss, sum.holdout += p.holdout;
    }
  std::vector<CurvePoint> curve;
  for (const auto& [epoch, entry] : sums) {
    const auto& [count, sum] = entry;
    const double n = static_cast<double>(count);
    if (count == folds.size()) curve.push_back({epoch, sum.train_loss / n, sum.holdout / n});
  }
  return curve;
}

std::string diverged(const train::LaneResult& lane, std::size_t fold, std::size_t folds) {
  std::string text = "diverged at epoch " + std::to_string(lane.epochs);
  if (folds > 1) text += " of fold " + std::to_string(fold);
  return text;
}

}  // namespace

std::vector<train::LaneResult> train_lanes(const Designs& designs, std::size_t fold, const train::Metric& metric,
                                           std::span<const train::LaneConfig> lanes, Seed seed,
                                           const std::atomic<bool>* interrupt,
                                           std::span<const std::vector<double>> start) {
  const DesignKey key(lanes[0]);
  if (lanes[0].training.in_float32())
    return train_on(designs.get<float>(fold, key), metric, lanes, seed, fold, interrupt, start);
  return train_on(designs.get<double>(fold, key), metric, lanes, seed, fold, interrupt, start);
}

std::optional<Outcome> combine(std::span<const train::LaneResult> folds, const train::Metric& metric) {
  const double n = static_cast<double>(folds.size());
  Outcome out;
  out.metrics = folds[0].metrics;
  for (auto& [name, value] : out.metrics) value = 0;
  for (std::size_t k = 0; k < folds.size(); ++k) {
    const train::LaneResult& fold = folds[k];
    if (fold.end == train::LaneEnd::interrupted || fold.end == train::LaneEnd::running) return {};
    out.epochs += fold.epochs, out.steps += fold.steps;
    out.train_loss += fold.train_loss / n, out.value += fold.value / n;
    out.gradient_norm = k == 0 ? fold.gradient_norm : std::max(out.gradient_norm, fold.gradient_norm);
    for (std::size_t m = 0; m < out.metrics.size(); ++m) out.metrics[m].second += fold.metrics[m].second / n;
    if (folds.size() > 1) out.fold_values.push_back(fold.value);
    out.start_values.resize(fold.start_values.size());
    for (std::size_t s = 0; s < out.start_values.size(); ++s) out.start_values[s] += fold.start_values[s] / n;
    const std::string end(to_text(fold.end));
    if (out.end.find(end) == std::string::npos) out.end += (out.end.empty() ? "" : ", ") + end;
    if (fold.end == train::LaneEnd::diverged && out.reason.empty()) out.reason = diverged(fold, k, folds.size());
  }
  out.cost = static_cast<double>(out.epochs) / n;
  out.curve = mean_curve(folds);
  if (out.reason.empty() && !std::isfinite(out.value)) {
    const auto fold = std::find_if(folds.begin(), folds.end(), [](const auto& f) { return !std::isfinite(f.value); });
    out.reason =
        metric.label() + " is " + to_text(fold == folds.end() ? out.value : fold->value) + " on the hold-out rows";
    if (folds.size() > 1 && fold != folds.end()) out.reason += " of fold " + std::to_string(fold - folds.begin());
  }
  if (!out.reason.empty()) out.state = TrialState::failed, out.value = kNaN;
  return out;
}

// One call of evaluate: what is trained together, and what came of it.
struct TrainingObjective::Batch {
  std::vector<Trial> trials;
  std::vector<std::size_t> pending;                                    // positions in trials of those to be trained
  std::vector<search::Request> requests;                               // theirs
  std::vector<train::LaneConfig> configs;                              // theirs
  std::vector<std::string> keys;                                       // theirs: what else a cohort has in common
  std::vector<std::vector<std::size_t>> cohorts;                       // positions in pending
  std::vector<std::vector<std::vector<train::LaneResult>>> results;    // [cohort][fold][lane]
  std::vector<std::vector<std::vector<FoldDerivatives>>> derivatives;  // the same, where they are wanted
  std::vector<std::string> problems;                                   // [cohort]: why it could not be trained
  std::unique_ptr<std::atomic<std::size_t>[]> open;                    // [cohort]: folds to go
  std::vector<double> seconds;                                         // [cohort]: spent on its folds, together
  std::vector<char> closed;                                            // [trial]: has an outcome
  std::mutex mutex;                                                    // of problems and seconds
};

TrainingObjective::TrainingObjective(const World& world, Designs& designs, Writer& writer, Observer& observer,
                                     Start start)
    : world_(world),
      designs_(designs),
      derivatives_(world.study, world.metric, designs, world.storage),
      writer_(writer),
      observer_(observer),
      start_(std::move(start)) {
  state_.planned = start_.planned;
}

// Fills in what storage knows of a trial. @return whether it has its outcome
bool TrainingObjective::recall(Trial& trial, const search::Request& request) {
  const auto found = std::lower_bound(start_.past.begin(), start_.past.end(), trial.number,
                                      [](const Trial& t, int number) { return t.number < number; });
  if (found == start_.past.end() || found->number != trial.number) return false;
  trial.attempts = found->attempts;
  if (!has_outcome(found->outcome.state)) return false;
  if (!asked_the_same(*found, request))
    throw Error(
        "trial " + std::to_string(trial.number) +
            " of the stored run is not the one that this search asks for under its number",
        "another version of holdout began the run, or its study.db was changed: go on with that version, or begin "
        "again with --fresh or another --out");
  trial.outcome = std::move(found->outcome);
  ++state_.stored;
  note(trial.outcome);
  return true;
}

std::vector<search::Evaluation> TrainingObjective::evaluate(std::span<const search::Request> requests) {
  Batch batch;
  for (const search::Request& request : requests) {
    Trial& trial =
        batch.trials.emplace_back(Trial{next_trial_++, request.configuration, {}, request.fidelity, request.near});
    derivatives_.begin(trial.number, request);
    batch.closed.push_back(recall(trial, request));
    if (!batch.closed.back()) batch.pending.push_back(batch.trials.size() - 1);
  }
  const auto together = std::stable_partition(batch.pending.begin(), batch.pending.end(), [&](std::size_t i) {
    return start_.careful || batch.trials[i].attempts > 0;
  });
  const auto alone = static_cast<std::size_t>(together - batch.pending.begin());
  std::vector<Trial> begun;
  for (const std::size_t i : batch.pending) {
    const search::Request& request = requests[i];
    begun.push_back(batch.trials[i]);
    batch.requests.push_back(request);
    batch.keys.push_back(derivatives_.key(request));
    batch.configs.push_back(apply(world_.study, request.configuration));
    if (request.fidelity.epochs) batch.configs.back().training.epochs = *request.fidelity.epochs;
    if (request.fidelity.tolerance && !Derivatives::wanted(request))
      batch.configs.back().training.stop.gradient_norm = *request.fidelity.tolerance;
  }
  if (!begun.empty()) {
    train(batch, alone, std::move(begun));
    start_.careful = false;  // whatever processes died of, it was in this batch
  }

  std::vector<search::Evaluation> answers;
  for (std::size_t i = 0; i < batch.trials.size(); ++i) {
    if (!batch.closed[i]) break;  // interrupted: what came before is told, in order
    answers.push_back(evaluation_of(batch.trials[i], world_.metric.maximize));
  }
  return answers;
}

// @param alone  so many of the pending trials go first, each by itself
// @param begun  the pending trials
void TrainingObjective::train(Batch& batch, std::size_t alone, std::vector<Trial> begun) {
  const std::span<const train::LaneConfig> configs(batch.configs);
  std::size_t features = 0;  // of the widest
  for (std::size_t i = 0; i < configs.size(); ++i) {
    const DesignKey key(configs[i]);
    designs_.make_for(world_.workers, configs[i]);
    if (Derivatives::wanted(batch.requests[i])) designs_.make<double>(world_.workers, key);
    if (batch.requests[i].guarded) designs_.make_guarded(world_.workers, key);
    features = std::max(features, designs_.features(key));
  }
  const std::size_t folds = designs_.folds();
  batch.cohorts = cut_into_cohorts(
      configs.subspan(alone),
      {features, world_.dataset.classes.size(), folds, world_.workers.threads(), 0, world_.dataset.is_sparse()},
      std::span(batch.keys).subspan(alone));
  for (auto& cohort : batch.cohorts)
    for (std::size_t& i : cohort) i += alone;
  for (std::size_t i = 0; i < alone; ++i) batch.cohorts.push_back({i});
  batch.results.resize(batch.cohorts.size(), std::vector<std::vector<train::LaneResult>>(folds));
  batch.derivatives.resize(batch.cohorts.size(), std::vector<std::vector<FoldDerivatives>>(folds));
  batch.problems.resize(batch.cohorts.size());
  batch.seconds.resize(batch.cohorts.size());
  batch.open = std::make_unique<std::atomic<std::size_t>[]>(batch.cohorts.size());
  for (std::size_t c = 0; c < batch.cohorts.size(); ++c) batch.open[c] = folds;

  writer_.begin(std::move(begun));
  const std::size_t shared = batch.cohorts.size() - alone;
  for (std::size_t c = shared; c < batch.cohorts.size() && !world_.interrupt; ++c) train_alone(batch, c);
  world_.workers.for_each(shared * folds, [&](std::size_t task) {
    const std::size_t cohort = task / folds, fold = task % folds;
    if (!world_.interrupt && !writer_.failed()) train(batch, cohort, fold);
    if (batch.open[cohort].fetch_sub(1) == 1) close_cohort(batch, cohort);
  });
  writer_.settle();  // another program's lock does not hold up the search
}

// The attempt is on disk before it begins: should the process die of it, the next one knows of which.
void TrainingObjective::train_alone(Batch& batch, std::size_t cohort) {
  constexpr int kMaxAttempts = 3;
  Trial& trial = batch.trials[batch.pending[batch.cohorts[cohort][0]]];
  if (trial.attempts >= kMaxAttempts) {
    batch.problems[cohort] = "killed " + std::to_string(trial.attempts) + " times";
  } else {
    ++trial.attempts;
    writer_.begin({trial});
    if (!writer_.drain()) return;
    for (std::size_t fold = 0; fold < designs_.folds(); ++fold) train(batch, cohort, fold);
  }
  close_cohort(batch, cohort);
  writer_.drain();
}

// Tells the observer that a cohort is in training, as long as it lives.
class TrainingObjective::Training {
 public:
  explicit Training(TrainingObjective& objective) : objective_(objective) { change(1); }
  ~Training() { change(-1); }
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;

 private:
  void change(int by) {
    const std::lock_guard lock(objective_.observing_);
    objective_.state_.cohorts += by;
    objective_.observer_.changed(objective_.state_);
  }
  TrainingObjective& objective_;
};

void TrainingObjective::train(Batch& batch, std::size_t cohort, std::size_t fold) {
  std::vector<train::LaneConfig> lanes;
  for (const std::size_t i : batch.cohorts[cohort]) lanes.push_back(batch.configs[i]);
  std::string problem;
  const Training training(*this);
  const auto start = std::chrono::steady_clock::now();
  try {
    if (Derivatives::wanted(batch.requests[batch.cohorts[cohort][0]]))
      solve(batch, cohort, fold, lanes);
    else
      batch.results[cohort][fold] = train_lanes(designs_, fold, world_.metric, lanes, world_.study.root(),
                                                &world_.interrupt, starts(batch, cohort, fold, lanes));
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    const std::lock_guard lock(batch.mutex);
    batch.seconds[cohort] += spent.count();
    return;
  } catch (const std::bad_alloc&) {
    problem = "out of memory";
  } catch (const std::exception& e) {
    problem = std::string("error: ") + e.what();
  }
  const std::lock_guard lock(batch.mutex);
  batch.problems[cohort] = problem;
}

// None for a cohort whose requests start from no other trials.
std::vector<std::vector<double>> TrainingObjective::starts(const Batch& batch, std::size_t cohort, std::size_t fold,
                                                           std::span<const train::LaneConfig> lanes) {
  std::vector<const search::Request*> requests;
  for (const std::size_t i : batch.cohorts[cohort]) requests.push_back(&batch.requests[i]);
  if (!derivatives_.starts_warm(*requests[0])) return {};
  return derivatives_.starts(fold, lanes, requests);
}

std::vector<double> TrainingObjective::preview(std::span<const search::Request> requests) {
  for (const search::Request& request : requests)
    designs_.make<double>(world_.workers, DesignKey(apply(world_.study, request.configuration)));
  return derivatives_.preview(requests, world_.workers);
}

void TrainingObjective::solve(Batch& batch, std::size_t cohort, std::size_t fold,
                              std::span<const train::LaneConfig> lanes) {
  std::vector<const search::Request*> requests;
  for (const std::size_t i : batch.cohorts[cohort]) requests.push_back(&batch.requests[i]);
  std::vector<FoldDerivatives> solved = derivatives_.solve(fold, lanes, requests, &world_.interrupt);
  for (FoldDerivatives& lane : solved) batch.results[cohort][fold].push_back(std::move(lane.derivatives.result));
  batch.derivatives[cohort][fold] = std::move(solved);
}

// All folds of a cohort have been trained: its trials get their outcomes and go to storage together.
void TrainingObjective::close_cohort(Batch& batch, std::size_t cohort) {
  const std::vector<std::size_t>& members = batch.cohorts[cohort];
  std::vector<Trial> finished;
  std::vector<train::LaneConfig> configs;              // theirs
  std::vector<std::vector<train::LaneResult>> models;  // theirs
  for (std::size_t lane = 0; lane < members.size(); ++lane) {
    const std::size_t position = batch.pending[members[lane]];
    Trial& trial = batch.trials[position];
    std::optional<Outcome> outcome;
    std::vector<train::LaneResult> folds;
    if (!batch.problems[cohort].empty()) {
      outcome.emplace();
      outcome->state = TrialState::failed, outcome->reason = batch.problems[cohort], outcome->end = "failed";
      outcome->value = outcome->train_loss = outcome->gradient_norm = kNaN;
    } else {
      for (auto& fold : batch.results[cohort])
        if (!fold.empty()) folds.push_back(std::move(fold[lane]));
      if (folds.size() == batch.results[cohort].size()) {
        const train::LaneConfig& config = batch.configs[members[lane]];
        outcome = combine(folds, world_.metric, designs_, config);
      }
      if (outcome && Derivatives::wanted(batch.requests[members[lane]])) {
        std::vector<FoldDerivatives> along;
        for (auto& fold : batch.derivatives[cohort]) along.push_back(std::move(fold[lane]));
        derivatives_.put(*outcome, trial.number, batch.requests[members[lane]], along);
      }
    }
    if (!outcome) continue;
    trial.outcome = std::move(*outcome);
    trial.outcome.seconds = batch.seconds[cohort] / static_cast<double>(members.size());
    batch.closed[position] = true;
    finished.push_back(trial);
    configs.push_back(batch.configs[members[lane]]);
    models.push_back(std::move(folds));
  }
  batch.results[cohort].clear(), batch.derivatives[cohort].clear();
  const bool with_derivatives = Derivatives::wanted(batch.requests[members[0]]);
  compete(finished, configs, models, with_derivatives);
  if (with_derivatives) std::fill(models.begin(), models.end(), std::vector<train::LaneResult>());  // not the winner's
  const std::lock_guard lock(observing_);
  for (std::size_t i = 0; i < finished.size(); ++i) {
    note(finished[i].outcome);
    keep(finished[i], std::move(models[i]));
  }
  observer_.changed(state_);
  writer_.finish(std::move(finished));
}

// @param models  [trial][fold]
void TrainingObjective::compete(std::span<const Trial> finished, std::span<const train::LaneConfig> configs,
                                std::span<const std::vector<train::LaneResult>> models, bool with_derivatives) {
  if (!world_.bias.is_computed()) return;
  std::vector<ChoiceBias::Candidate> candidates;
  std::vector<int> others;
  for (std::size_t i = 0; i < finished.size(); ++i) {
    if (!may_be_best(finished[i].outcome)) {
      others.push_back(finished[i].number);
      continue;
    }
    ChoiceBias::Candidate& candidate = candidates.emplace_back();
    candidate.trial = finished[i].number, candidate.config = configs[i];
    for (const train::LaneResult& fold : models[i]) candidate.theta.emplace_back(fold.theta);
  }
  world_.bias.add(designs_, candidates, with_derivatives);
  world_.bias.pass_over(others);
}

// As best_trial chooses: of equals the first.
void TrainingObjective::keep(const Trial& trial, std::vector<train::LaneResult> folds) {
  if (folds.empty() || !may_be_best(trial.outcome)) return;
  const double value = world_.metric.maximize ? -trial.outcome.value : trial.outcome.value;
  if (kept_ && (kept_->value < value || (kept_->value == value && kept_->trial < trial.number))) return;
  kept_ = Kept{trial.number, value, std::move(folds)};
}

std::vector<train::LaneResult> TrainingObjective::results_of(const Trial& best) const {
  return kept_ && kept_->trial == best.number ? kept_->folds : std::vector<train::LaneResult>();
}

void TrainingObjective::note(const Outcome& outcome) {
  ++state_.done;
  if (outcome.state != TrialState::complete) {
    ++state_.failed;
    return;
  }
  const bool better =
      !state_.best || (world_.metric.maximize ? outcome.value > *state_.best : outcome.value < *state_.best);
  if (better) state_.best = outcome.value;
}

}  // namespace holdout::study
