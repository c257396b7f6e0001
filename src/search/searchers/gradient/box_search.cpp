#include "box_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace holdout::search {
namespace {

constexpr std::size_t kRuns = 3;
constexpr std::size_t kKept = 8;            // candidates
constexpr std::size_t kAllCurvatures = 16;  // with more coordinates, second derivatives are learnt from steps
constexpr double kLongest = 2;              // of a step, in every coordinate
constexpr int kFailures = 8, kStale = 3;
constexpr int kSeeds = 7;
constexpr double kSeedTolerance = 3e-3;  // of seeds: basins are told apart by more than that

// The relative error of an evaluation that is worth its cost before a step of that expected gain.
double tolerance_for(double gain, double value, const DescentOptions& options) {
  constexpr double kShare = 0.05, kLoosest = 1e-5;  // looser ones save no work, but slopes would be wrong by percents
  return std::clamp(kShare * gain / std::abs(value), options.tolerance, std::max(kLoosest, options.tolerance));
}

// Point k of the lattice with n coordinates, in [0, 1): multiples of the powers of the root of x^(n+1) = x + 1.
std::vector<double> lattice(std::size_t k, std::size_t n) {
  double root = 2;
  constexpr int kSteps = 60;
  for (int i = 0; i < kSteps; ++i) root = std::pow(1 + root, 1 / (static_cast<double>(n) + 1));
  std::vector<double> u(n);
  double power = 1;
  for (double& x : u) {
    power /= root;
    const double along = 0.5 + static_cast<double>(k) * power;
    x = along - std::floor(along);
  }
  return u;
}

}  // namespace

BoxSearch::BoxSearch(Box box, const DescentOptions& options, std::vector<double> start, bool guarded)
    : box_(std::move(box)),
      options_(options),
      guarded_(guarded),
      want_(box_.size() <= kAllCurvatures ? Want::curvature : Want::gradient),
      best_guard_(std::numeric_limits<double>::infinity()) {
  if (!start.empty()) {
    seeds_.push_back(std::move(start));
    return;
  }
  const int seeds = options_.seeds > 0 ? options_.seeds : kSeeds;
  for (std::size_t k = 0; k < static_cast<std::size_t>(seeds) + box_.size(); ++k) {
    std::vector<double> at = lattice(k, box_.size());  // number 0 is the middle
    for (std::size_t i = 0; i < at.size(); ++i) at[i] = std::lerp(box_.low[i], box_.high[i], at[i]);
    seeds_.push_back(std::move(at));
  }
}

std::vector<double> BoxSearch::target(const Run& run) const {
  std::vector<double> to = run.now.at;
  for (std::size_t i = 0; i < to.size(); ++i)
    to[i] = std::clamp(to[i] + run.share * run.way[i], box_.low[i], box_.high[i]);
  return to;
}

std::vector<Probe> BoxSearch::next() {
  round_.clear(), asked_for_.clear();
  const auto ask = [&](std::vector<double> at, double tolerance, std::vector<NearProbe> near, std::size_t number) {
    if (probes_ + static_cast<int>(round_.size()) >= options_.evaluations) return;
    if (!options_.implicit) tolerance = 0, near.clear();
    round_.push_back({std::move(at), tolerance, std::move(near), want_, guarded_});
    asked_for_.push_back(number);
  };
  if (!running_) {
    for (std::size_t s = 0; s < seeds_.size(); ++s)
      ask(seeds_[s], seeds_.size() > 1 ? kSeedTolerance : options_.tolerance, {}, s);
  } else {
    for (std::size_t r = 0; r < runs_.size(); ++r)
      if (!runs_[r].ended) ask(target(runs_[r]), runs_[r].tolerance, {{runs_[r].now.probe}}, r);
  }
  rounds_ += !round_.empty();
  return round_;
}

void BoxSearch::tell(std::span<const Sight> sights, const Incumbent& incumbent) {
  for (std::size_t i = 0; i < sights.size(); ++i) {
    Point point{round_[i].at, sights[i], round_[i].tolerance, static_cast<std::size_t>(probes_++)};
    const bool usable = !point.sight.failed && point.sight.gradient.size() == box_.size();
    if (!point.sight.failed) keep(point);
    if (!running_) {
      if (usable) seeded_.push_back(std::move(point));
      continue;
    }
    Run& run = runs_[asked_for_[i]];
    double slope = 0;  // over the step as it was made, ends of ranges included
    for (std::size_t k = 0; k < box_.size(); ++k) slope += run.now.sight.gradient[k] * (point.at[k] - run.now.at[k]);
    constexpr double kArmijo = 1e-4;
    const double noise = usable ? point.sight.error + run.now.sight.error : 0;
    if (usable && point.sight.value <= run.now.sight.value + kArmijo * slope + noise) {
      accept(run, std::move(point));
      continue;
    }
    // The minimum of the parabola through what is known, inside what is sensible.
    const double rise = usable ? point.sight.value - run.now.sight.value - slope : 0;
    const double shrink = rise > 0 ? -slope / (2 * rise) : 0;
    run.share *= std::clamp(shrink, 0.1, 0.5);
    run.ended = run.again || ++run.failures > kFailures;
  }
  if (!running_) begin_runs();
  for (Run& run : runs_)
    if (!run.ended) plan(run, incumbent.bound);
}

void BoxSearch::keep(const Point& point) {
  const Sight& s = point.sight;
  const double rank = guarded_ ? s.guard.value_or(s.value) : s.value;
  Candidate candidate{point.at, rank, s.error, point.tolerance == 0 && !guarded_};
  seen_.insert(std::upper_bound(seen_.begin(), seen_.end(), candidate,
                                [](const Candidate& a, const Candidate& b) { return a.value < b.value; }),
               std::move(candidate));
  if (seen_.size() > kKept) seen_.pop_back();
}

// Seeds near a better one lead to the same place.
void BoxSearch::begin_runs() {
  running_ = true;
  std::stable_sort(seeded_.begin(), seeded_.end(),
                   [](const Point& a, const Point& b) { return a.sight.value < b.sight.value; });
  for (Point& seed : seeded_) {
    constexpr double kNear = 0.15;  // of the box, in the coordinate that differs most
    const bool known = std::any_of(runs_.begin(), runs_.end(), [&](const Run& run) {
      double apart = 0;
      for (std::size_t i = 0; i < box_.size(); ++i)
        if (box_.high[i] > box_.low[i])
          apart = std::max(apart, std::abs(seed.at[i] - run.now.at[i]) / (box_.high[i] - box_.low[i]));
      return apart < kNear;
    });
    if (known || runs_.size() == kRuns) continue;
    runs_.emplace_back().now = std::move(seed);
    if (guarded_) best_guard_ = runs_.back().now.sight.guard.value_or(best_guard_);
  }
  seeded_.clear();
}

void BoxSearch::accept(Run& run, Point point) {
  std::vector<double> step(box_.size()), change(box_.size());
  for (std::size_t k = 0; k < box_.size(); ++k) {
    step[k] = point.at[k] - run.now.at[k];
    change[k] = point.sight.gradient[k] - run.now.sight.gradient[k];
  }
  run.model.learn(std::move(step), std::move(change));
  run.now = std::move(point);
  run.share = 1, run.failures = 0;
  if (run.again) run.ended = true;
  if (!guarded_ || !run.now.sight.guard) return;
  run.stale = *run.now.sight.guard < best_guard_ ? 0 : run.stale + 1;
  best_guard_ = std::min(best_guard_, *run.now.sight.guard);
  if (run.stale >= kStale) run.ended = true;
}

void BoxSearch::plan(Run& run, double rival) const {
  const Sight& here = run.now.sight;
  if (run.failures == 0) run.way = run.model.direction(box_, run.now.at, here.gradient, here.curvature, kLongest);
  const std::vector<double> to = target(run);
  double slope = 0;
  for (std::size_t k = 0; k < box_.size(); ++k) slope += here.gradient[k] * (to[k] - run.now.at[k]);
  run.gain = std::abs(slope) / 2;
  run.tolerance = tolerance_for(run.gain, here.value, options_);
  if (run.gain <= options_.tolerance * std::abs(here.value)) {
    run.again = run.now.tolerance > options_.tolerance && slope < 0;
    run.tolerance = options_.tolerance;
    run.ended = !run.again;
  }
  constexpr double kSurely = 10, kHopeless = 0.05;
  if (!guarded_ && here.value - kSurely * run.gain - 2 * here.error > rival + kHopeless * std::abs(rival))
    run.ended = true;
}

std::vector<Candidate> BoxSearch::candidates() const { return seen_; }

// Settled if no step from the best run's end promises more than the tolerance: a local minimum of the box.
DescentEnd BoxSearch::end() const {
  DescentEnd end;
  end.rounds = rounds_;
  const Run* best = nullptr;
  for (const Run& run : runs_)
    if (!best || run.now.sight.value < best->now.sight.value) best = &run;
  if (!best) {
    end.reason = seen_.empty() ? "no evaluation succeeded" : "there are no derivatives";
    return end;
  }
  end.settled = best->gain <= options_.tolerance * std::abs(best->now.sight.value);
  if (end.settled) return end;
  end.reason = guarded_ && best->stale >= kStale
                   ? "the guard rows ended it: more steps lowered the error of the other hold-out rows alone"
                   : "the derivative at the best point promises more";
  return end;
}

}  // namespace holdout::search
