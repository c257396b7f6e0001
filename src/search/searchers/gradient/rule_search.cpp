#include "rule_search.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace holdout::search {

RuleSearch::RuleSearch(Box box, const DescentOptions& options, const update::RuleChoice& rule, double rate, int starts)
    : box_(std::move(box)), options_(options), rate_(rate) {
  for (int k = 0; k < starts; ++k) {
    const double share = (k + 1.0) / (starts + 1.0);
    std::vector<double> at(box_.size());
    for (std::size_t i = 0; i < at.size(); ++i) at[i] = std::lerp(box_.low[i], box_.high[i], share);
    runs_.push_back({std::move(at), update::Stepper(rule, box_.size()), {}, false});
  }
}

std::vector<Probe> RuleSearch::next() {
  round_.clear(), asked_for_.clear();
  for (std::size_t r = 0; r < runs_.size(); ++r) {
    if (runs_[r].ended || probes_ + static_cast<int>(round_.size()) >= options_.evaluations) continue;
    std::vector<double> at = runs_[r].stepper.look_ahead(runs_[r].at, rate_);
    for (std::size_t i = 0; i < at.size(); ++i) at[i] = std::clamp(at[i], box_.low[i], box_.high[i]);
    // Plain rules have no line search to forgive a wrong gradient: every evaluation is a tight one.
    Probe probe{std::move(at), options_.implicit ? options_.tolerance : 0, {}, Want::gradient};
    if (options_.implicit && runs_[r].last) probe.near.push_back({*runs_[r].last});
    round_.push_back(std::move(probe));
    asked_for_.push_back(r);
  }
  rounds_ += !round_.empty();
  return round_;
}

// Plain rules look for nothing but the end of their own way.
DescentEnd RuleSearch::end() const {
  const bool arrived =
      !runs_.empty() && std::all_of(runs_.begin(), runs_.end(), [](const Run& r) { return r.arrived; });
  return {arrived, arrived ? "" : "not every start ended where its steps gain nothing", {}, rounds_};
}

void RuleSearch::tell(std::span<const Sight> sights, const Incumbent&) {
  for (std::size_t i = 0; i < sights.size(); ++i) {
    const Sight& sight = sights[i];
    Run& run = runs_[asked_for_[i]];
    const std::size_t probe = static_cast<std::size_t>(probes_++);
    if (!sight.failed) {
      Candidate candidate{round_[i].at, sight.value, sight.error, round_[i].tolerance == 0};
      seen_.insert(std::upper_bound(seen_.begin(), seen_.end(), candidate,
                                    [](const Candidate& a, const Candidate& b) { return a.value < b.value; }),
                   std::move(candidate));
    }
    if (sight.failed || sight.gradient.size() != box_.size() || sight.value == 0) {
      run.ended = true;
      continue;
    }
    run.last = probe;
    std::vector<double> relative = sight.gradient;
    for (double& g : relative) g /= std::abs(sight.value);
    const std::vector<double> before = run.at;
    run.stepper.step(run.at, relative, rate_);
    double gain = 0;
    for (std::size_t k = 0; k < run.at.size(); ++k) {
      run.at[k] = std::clamp(run.at[k], box_.low[k], box_.high[k]);
      gain += std::abs(relative[k] * (run.at[k] - before[k]));
    }
    if (gain <= options_.tolerance) run.ended = run.arrived = true;
  }
}

}  // namespace holdout::search
