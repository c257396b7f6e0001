#include "choice_bias.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <holdout/train/row_losses.hpp>

namespace holdout::study {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int kAfterAllTrials = std::numeric_limits<int>::max();  // of equals the defaults are the last

const data::RowList& measuring_rows(const data::Split& split, std::size_t fold) {
  return split.leave_one_out ? split.folds[fold].train : split.folds[fold].holdout;
}

data::RowList pooled_rows(const data::Split& split) {
  data::RowList rows;
  for (std::size_t k = 0; k < split.folds.size(); ++k)
    rows.insert(rows.end(), measuring_rows(split, k).begin(), measuring_rows(split, k).end());
  return rows;
}

// Of equals the first trial is chosen, as best_trial does.
bool beats(double in_bag, int trial, const ChoiceBiasState::Sample& sample) {
  return sample.trial == ChoiceBiasState::kNone || in_bag < sample.in_bag ||
         (in_bag == sample.in_bag && trial < sample.trial);
}

// Linear between the order statistics: Hyndman and Fan, Sample Quantiles in Statistical Packages, 1996, definition 7.
double quantile(std::span<const double> sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

CorrectedValue not_computed(std::int64_t candidates, std::string reason) {
  return {kNaN, kNaN, kNaN, kNaN, 0, candidates, std::move(reason)};
}

}  // namespace

bool ChoiceBiasState::has_seen(int trial) const {
  const auto after =
      std::upper_bound(seen.begin(), seen.end(), trial, [](int t, const auto& run) { return t < run.first; });
  return after != seen.begin() && trial <= std::prev(after)->second;
}

void ChoiceBiasState::see(int trial) {
  if (has_seen(trial)) return;
  auto after = std::upper_bound(seen.begin(), seen.end(), trial, [](int t, const auto& run) { return t < run.first; });
  const bool joins_next = after != seen.end() && after->first == trial + 1;
  const bool joins_last = after != seen.begin() && std::prev(after)->second == trial - 1;
  if (joins_last && joins_next) {
    std::prev(after)->second = after->second;
    seen.erase(after);
  } else if (joins_last) {
    std::prev(after)->second = trial;
  } else if (joins_next) {
    after->first = trial;
  } else {
    seen.insert(after, {trial, trial});
  }
}

std::vector<std::uint32_t> bootstrap_units(const data::Split& split, std::span<const std::uint32_t> group, Seed seed,
                                           std::size_t most) {
  std::vector<std::uint32_t> keys = pooled_rows(split);  // [row]: what is drawn as a whole
  if (!group.empty())
    for (std::uint32_t& key : keys) key = group[key];
  std::vector<std::uint32_t> distinct = keys;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::vector<std::uint32_t> unit_of(distinct.size());
  for (std::size_t i = 0; i < distinct.size(); ++i) unit_of[i] = static_cast<std::uint32_t>(i);
  if (distinct.size() > most) {
    unit_of = stream(seed, "bootstrap units").permutation(static_cast<std::uint32_t>(distinct.size()));
    for (std::uint32_t& unit : unit_of) unit %= static_cast<std::uint32_t>(most);
  }
  std::vector<std::uint32_t> units;
  units.reserve(keys.size());
  for (const std::uint32_t key : keys)
    units.push_back(
        unit_of[static_cast<std::size_t>(std::lower_bound(distinct.begin(), distinct.end(), key) - distinct.begin())]);
  return units;
}

ChoiceBias::ChoiceBias(const Study& study, const train::Metric& metric, const data::Prepared& data,
                       std::optional<ChoiceBiasState> stored)
    : study_(study), metric_(metric) {
  const data::Split& split = data.split;
  const auto samples = static_cast<std::size_t>(study.objective.bias_correction);
  if (samples == 0 || study.space.size() == 0 || !has_row_losses(metric)) return;
  std::size_t rows = 0;
  for (std::size_t k = 0; k < split.folds.size(); ++k) first_.push_back(rows), rows += measuring_rows(split, k).size();
  std::vector<double> weights;
  if (!data.dataset.weights.empty())
    for (const std::uint32_t row : pooled_rows(split)) weights.push_back(data.dataset.weights[row]);
  bootstrap_.emplace(bootstrap_units(split, data.group, study.root(), kMaxUnits), weights, samples, study.root());
  if (stored && stored->samples.size() == samples)
    state_ = std::move(*stored);
  else
    state_.samples.resize(samples);
}

ChoiceBiasState ChoiceBias::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void ChoiceBias::pass_over(std::span<const int> trials) {
  const std::lock_guard lock(mutex_);
  for (const int trial : trials) state_.see(trial);
}

// Of at most kLanes candidates.
train::Bootstrap::Sums ChoiceBias::sums_of(const Designs& designs, std::span<const Candidate> block,
                                           bool in_double) const {
  train::Bootstrap::Sums sums(*bootstrap_);
  std::vector<train::LaneConfig> lanes;
  for (const Candidate& candidate : block) lanes.push_back(candidate.config);
  for (std::size_t fold = 0; fold < first_.size(); ++fold) {
    std::vector<std::span<const double>> theta;
    for (const Candidate& candidate : block) theta.push_back(candidate.theta[fold]);
    const auto add = [&](const auto& design) {
      train::for_each_row_losses(design, metric_, lanes, theta, [&](std::size_t model, std::span<const double> losses) {
        sums.add(model, first_[fold], losses);
      });
    };
    if (lanes[0].training.in_float32() && !in_double)
      add(designs.get<float>(fold, DesignKey(lanes[0])));
    else
      add(designs.get<double>(fold, DesignKey(lanes[0])));
  }
  return sums;
}

// What the samples choose of those chosen before and these.
ChoiceBias::Samples ChoiceBias::chosen(const train::Bootstrap::Sums& sums, std::span<const Candidate> block,
                                       Samples before) const {
  constexpr std::size_t kLanes = train::Bootstrap::kLanes;
  const auto in_bag = bootstrap_->in_bag(sums);
  for (std::size_t b = 0; b < before.size(); ++b) {
    if (!bootstrap_->is_usable(b)) continue;
    std::size_t best = kLanes;
    for (std::size_t i = 0; i < block.size(); ++i) {
      const double error = in_bag[b * kLanes + i];
      if (!beats(error, block[i].trial, before[b])) continue;
      before[b] = {error, 0, block[i].trial};
      best = i;
    }
    if (best < kLanes) before[b].out_of_bag = bootstrap_->out_of_bag(sums, b, best);
  }
  return before;
}

void ChoiceBias::add(const Designs& designs, std::span<const Candidate> candidates, bool in_double) {
  if (!bootstrap_) return;
  for (std::size_t first = 0; first < candidates.size(); first += train::Bootstrap::kLanes) {
    const auto block = candidates.subspan(first, std::min(train::Bootstrap::kLanes, candidates.size() - first));
    const train::Bootstrap::Sums sums = sums_of(designs, block, in_double);
    const Samples now = chosen(sums, block, state().samples);
    const std::lock_guard lock(mutex_);
    for (std::size_t b = 0; b < now.size(); ++b)
      if (now[b].trial != ChoiceBiasState::kNone && beats(now[b].in_bag, now[b].trial, state_.samples[b]))
        state_.samples[b] = now[b];
    for (const Candidate& candidate : block) state_.see(candidate.trial);
  }
}

std::optional<CorrectedValue> ChoiceBias::corrected(std::span<const Trial> trials, const Designs& designs,
                                                    const Candidate* defaults) const {
  if (study_.objective.bias_correction == 0) return {};
  ChoiceBiasState state = this->state();
  std::int64_t candidates = defaults ? 1 : 0, unseen = 0, in_part = 0;
  for (const Trial& trial : trials) {
    in_part += trial.outcome.state == TrialState::pruned && !trial.outcome.full;
    if (!may_be_best(trial.outcome)) continue;
    ++candidates;
    unseen += !state.has_seen(trial.number);
  }
  if (candidates + in_part < 2 || study_.space.size() == 0) return {};
  if (in_part > 0)
    return not_computed(candidates + in_part, "the search solved " + std::to_string(in_part) +
                                                  " of them in part, which cannot be chosen once more");
  if (!bootstrap_)
    return not_computed(candidates, "the metric " + metric_.label() +
                                        (metric_.options.tune_threshold ? " at a tuned threshold" : "") +
                                        " is no mean over rows");
  if (unseen > 0)
    return not_computed(
        candidates, "of " + std::to_string(unseen) +
                        " trials only the values are known: an earlier holdout trained them, or their run was changed");
  const int end = trials.empty() ? 0 : trials.back().number + 1;
  if (defaults) {
    Candidate last = *defaults;
    last.trial = kAfterAllTrials;
    const std::span<const Candidate> block(&last, 1);
    state.samples = chosen(sums_of(designs, block, false), block, std::move(state.samples));
  }
  std::vector<double> values;
  for (const ChoiceBiasState::Sample& sample : state.samples) {
    if (sample.trial == ChoiceBiasState::kNone) continue;
    if (sample.trial >= end && sample.trial != kAfterAllTrials)
      return not_computed(candidates, "the run had more trials before");
    values.push_back(value_of_mean_loss(metric_, sample.out_of_bag));
    if (!std::isfinite(values.back())) return not_computed(candidates, "study.db holds an error that cannot be");
  }
  // With so few rows that many samples hold all of them, the others are no fair choice of samples.
  if (2 * values.size() < state.samples.size())
    return not_computed(candidates, study_.data.split.group.empty() ? "there are too few hold-out rows"
                                                                    : "there are too few groups of hold-out rows");
  const double n = static_cast<double>(values.size());
  CorrectedValue out;
  for (const double x : values) out.value += x / n;
  double squares = 0;
  for (const double x : values) squares += (x - out.value) * (x - out.value);
  std::sort(values.begin(), values.end());
  out.standard_error = std::sqrt(squares / (n - 1));
  out.low = quantile(values, 0.025), out.high = quantile(values, 0.975);
  out.samples = static_cast<std::int64_t>(values.size()), out.candidates = candidates;
  return out;
}

}  // namespace holdout::study
