#include "convergence_monitor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace holdout::train {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kTiny = 1e-300;

}  // namespace

ConvergenceMonitor::ConvergenceMonitor(Values& values, const Problem& problem, std::span<LaneResult> results,
                                       double tolerance, const DescentLimits& limits)
    : problem_(problem),
      l2_(ridge_table<double>(problem.l2)),
      results_(results),
      tolerance_(tolerance),
      limits_(limits),
      gradient_at_zero_(problem.model.parameters(), results.size()),
      norm_(results.size()),
      value_(results.size()),
      best_(results.size(), kInfinity),
      least_(results.size(), kInfinity),
      halved_(results.size(), kInfinity),
      stalled_(results.size()),
      decrement_(results.size(), kInfinity),
      arrived_(results.size()),
      free_(results.size()),
      passes_(results.size(), 2) {
  values.gradient_at_zero(gradient_at_zero_, first_value_);
  first_ = Values::dot(gradient_at_zero_, gradient_at_zero_);
  for (double& x : first_) x = std::max(std::sqrt(x), kTiny);
  const bool odds = losses()[problem.loss].link == Link::odds;
  for (std::size_t lane = 0; lane < free_.size(); ++lane) {
    const Ridges& l2 = problem.l2[lane];
    free_[lane] = odds && problem.l1[lane] == 0 && *std::max_element(l2.begin(), l2.end()) == 0;
  }
}

// Of √(∇Jᵀ H⁻¹ ∇J). Where the model fits without error J is 0 at the minimum: then what J was at zero counts.
double ConvergenceMonitor::target(std::size_t lane) const {
  constexpr double kOfTolerance = 10, kFloor = 1e-10;
  return kOfTolerance * tolerance_ * std::sqrt(std::max(std::abs(value_[lane]), kFloor * std::abs(first_value_[lane])));
}

// With H no smaller than the penalties' part, and in the intercepts than a share of the loss's curvature that models
// which are not at the end of their saturation have. An estimate, not a proof; infinity without penalties.
double ConvergenceMonitor::bound_of_decrement(std::size_t lane, const LaneTable<double>& gradient) const {
  constexpr double kOfIntercepts = 1e-4;
  double squares = 0;
  for (std::size_t p = 0; p < gradient.rows(); ++p) {
    const double g = gradient.at(p, lane);
    if (g == 0) continue;
    const bool penalized = p < problem_.model.penalized();
    squares += g * g / (penalized ? l2_.at(ridge_row(problem_.model, l2_, p), lane) : kOfIntercepts);
  }
  return squares;
}

// Whether a lane that rounding holds is at the minimum, but for digits that it takes from J: a decrement of a hundred
// times the target is less than 10⁻¹⁴ of J.
bool ConvergenceMonitor::near(std::size_t lane, const LaneTable<double>& gradient) const {
  constexpr double kTimes = 100;
  const double squares = std::min(bound_of_decrement(lane, gradient), std::abs(decrement_[lane]));
  return squares <= kTimes * kTimes * target(lane) * target(lane);
}

void ConvergenceMonitor::keep(std::size_t lane, const PointOfLanes& point) {
  LaneResult& r = results_[lane];
  best_[lane] = norm_[lane], least_[lane] = value_[lane];
  r.gradient_norm = norm(lane), r.train_loss = point.loss[lane];
  for (std::size_t p = 0; p < point.theta.rows(); ++p) r.theta[p] = point.theta.at(p, lane);
}

void ConvergenceMonitor::judge(int iteration, const PointOfLanes& point) {
  constexpr double kRounding = 1e-14;  // of J: a fall that is none
  const std::vector<double> squares = Values::dot(point.gradient, point.gradient);
  for (std::size_t lane = 0; lane < results_.size(); ++lane) {
    norm_[lane] = std::sqrt(squares[lane]), value_[lane] = point.value[lane];
    if (!open(lane)) continue;
    LaneResult& r = results_[lane];
    const bool halved = norm_[lane] < halved_[lane] / 2;
    const bool falls = value_[lane] < least_[lane] - kRounding * std::abs(least_[lane]);
    const bool level = value_[lane] <= least_[lane] + 10 * kRounding * std::abs(least_[lane]);
    if (halved) halved_[lane] = norm_[lane];
    stalled_[lane] = halved || falls ? 0 : stalled_[lane] + 1;
    if (falls || (level && norm_[lane] < best_[lane])) keep(lane, point);
    r.epochs = iteration, r.steps = passes_[lane];
    const bool flat = norm_[lane] <= tolerance_ * first_[lane];
    if (!std::isfinite(norm_[lane]) || !std::isfinite(value_[lane]))
      r.end = LaneEnd::diverged;
    else if (arrived_[lane] || (flat && bound_of_decrement(lane, point.gradient) <= target(lane) * target(lane)))
      r.end = LaneEnd::converged;
    else if (stalled_[lane] >= limits_.patience || (flat && !limits_.decrements))
      r.end = flat && near(lane, point.gradient) ? LaneEnd::converged : LaneEnd::stalled;
  }
}

void ConvergenceMonitor::judge_decrements(std::span<const double> squares) {
  constexpr double kShare = 1e-3;
  for (std::size_t lane = 0; lane < results_.size(); ++lane) {
    const bool flat = norm_[lane] <= tolerance_ * first_[lane];
    decrement_[lane] = squares[lane];
    if (!open(lane) || !flat) continue;
    // Each step takes the same share of J away: the classes are separated, and nothing ends it.
    if (free_[lane] && std::isfinite(squares[lane]) && squares[lane] > kShare * value_[lane])
      results_[lane].end = LaneEnd::stalled;
    if (!(std::abs(squares[lane]) <= target(lane) * target(lane))) continue;
    arrived_[lane] = 1;
    if (!limits_.last_step) accept(lane);
  }
}

bool ConvergenceMonitor::go_on(bool out_of_iterations, const std::atomic<bool>* interrupt) {
  const bool interrupted = interrupt && interrupt->load();
  bool any = false;
  for (LaneResult& r : results_) {
    if (r.end != LaneEnd::running) continue;
    if (interrupted)
      r.end = LaneEnd::interrupted;
    else if (out_of_iterations)
      r.end = LaneEnd::stalled;
    any = any || r.end == LaneEnd::running;
  }
  return any;
}

}  // namespace holdout::train
