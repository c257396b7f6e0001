#include "lbfgs.hpp"

#include <algorithm>
#include <cmath>

#include "hessian_system.hpp"
#include "newton.hpp"

namespace holdout::train {
namespace {

constexpr int kPatience = 50, kMaxIterations = 20'000;

// into[lane] += factor[lane] * what[lane], for every row.
void add(LaneTable<double>& into, const std::vector<double>& factor, const LaneTable<double>& what) {
  for (std::size_t p = 0; p < into.rows(); ++p)
    for (std::size_t lane = 0; lane < into.lanes(); ++lane) into.at(p, lane) += factor[lane] * what.at(p, lane);
}

}  // namespace

LbfgsSolver::LbfgsSolver(const Problem& problem)
    : DescentSolver(problem, {kPatience, kMaxIterations, false}), preconditioner_(diagonal_preconditioner(problem_)) {}

// The two loops. A lane without pairs goes down its gradient, one unit long at most.
void LbfgsSolver::find_direction() {
  direction_ = gradient_;
  std::vector<std::vector<double>> alpha(memory_.size(), std::vector<double>(lanes_));
  std::vector<double> factor(lanes_);
  for (std::size_t k = memory_.size(); k-- > 0;) {
    const Pair& pair = memory_[k];
    const std::vector<double> along = Values::dot(pair.s, direction_);
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      alpha[k][lane] = pair.curvature[lane] > 0 ? along[lane] / pair.curvature[lane] : 0;
      factor[lane] = -alpha[k][lane];
    }
    add(direction_, factor, pair.y);
  }
  scale_direction();
  for (std::size_t k = 0; k < memory_.size(); ++k) {
    const Pair& pair = memory_[k];
    const std::vector<double> along = Values::dot(pair.y, direction_);
    for (std::size_t lane = 0; lane < lanes_; ++lane)
      factor[lane] = pair.curvature[lane] > 0 ? alpha[k][lane] - along[lane] / pair.curvature[lane] : 0;
    add(direction_, factor, pair.s);
  }
  const std::vector<double> rise = Values::dot(gradient_, direction_);
  for (std::size_t p = 0; p < parameters_; ++p)
    for (std::size_t lane = 0; lane < lanes_; ++lane)  // rounding of the loops may turn it uphill
      direction_.at(p, lane) = rise[lane] > 0 ? -direction_.at(p, lane) : -gradient_.at(p, lane);
}

// The first matrix: of the newest pair that counts, s·y / y·Py times the diagonal P.
void LbfgsSolver::scale_direction() {
  std::vector<double> scale(lanes_, 0.0);
  for (std::size_t k = memory_.size(); k-- > 0;) {
    if (std::all_of(scale.begin(), scale.end(), [](double s) { return s > 0; })) break;
    const Pair& pair = memory_[k];
    const std::vector<double> squares = Values::dot(pair.y, times(preconditioner_, pair.y));
    for (std::size_t lane = 0; lane < lanes_; ++lane)
      if (scale[lane] == 0 && pair.curvature[lane] > 0) scale[lane] = pair.curvature[lane] / squares[lane];
  }
  direction_ = times(preconditioner_, direction_);
  const std::vector<double> squares = Values::dot(gradient_, direction_);
  for (std::size_t lane = 0; lane < lanes_; ++lane)
    if (scale[lane] == 0) scale[lane] = 1 / std::max(1.0, std::sqrt(std::max(squares[lane], 0.0)));
  for (std::size_t p = 0; p < parameters_; ++p)
    for (std::size_t lane = 0; lane < lanes_; ++lane) direction_.at(p, lane) *= scale[lane];
}

void LbfgsSolver::learn(const LaneTable<double>& theta_before, const LaneTable<double>& gradient_before) {
  constexpr std::size_t kPairs = 10;
  Pair pair{theta_, gradient_, {}};
  for (std::size_t p = 0; p < parameters_; ++p)
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      pair.s.at(p, lane) -= theta_before.at(p, lane);
      pair.y.at(p, lane) -= gradient_before.at(p, lane);
    }
  pair.curvature = Values::dot(pair.s, pair.y);
  memory_.push_back(std::move(pair));
  if (memory_.size() > kPairs) memory_.pop_front();
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    if (!open(lane)) continue;
    monitor_->count_pass(lane);
    if (step_[lane] > 0) continue;
    for (Pair& old : memory_) old.curvature[lane] = 0;  // they led nowhere: down the gradient once more
  }
}

void LbfgsAndNewton::run(double tolerance, std::span<LaneResult> results, const std::atomic<bool>* interrupt) {
  LbfgsSolver(problem_).run(tolerance, results, interrupt);
  Problem rest{problem_.design, problem_.model, problem_.loss, problem_.weights, {}, {}, {}, problem_.scale};
  std::vector<LaneResult> left;
  std::vector<std::size_t> lanes;
  for (std::size_t lane = 0; lane < results.size(); ++lane) {
    if (results[lane].end != LaneEnd::stalled) continue;
    lanes.push_back(lane), left.push_back(results[lane]);
    left.back().end = LaneEnd::running;
    rest.l2.push_back(problem_.l2[lane]), rest.l1.push_back(problem_.l1[lane]);
    rest.coefficient.push_back(problem_.coefficient[lane]);
  }
  if (lanes.empty()) return;
  NewtonSolver(rest).run(tolerance, left, interrupt);
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const LaneResult before = std::move(results[lanes[i]]);
    results[lanes[i]] = std::move(left[i]);
    results[lanes[i]].epochs += before.epochs, results[lanes[i]].steps += before.steps;
  }
}

}  // namespace holdout::train
