#include "newton.hpp"

#include <algorithm>
#include <cmath>

namespace holdout::train {
namespace {

// Iterations without progress before a lane has stalled: each of them may raise the damping by decades.
constexpr int kPatience = 5, kMaxIterations = 1000;

}  // namespace

NewtonSolver::NewtonSolver(const Problem& problem)
    : DescentSolver(problem, {kPatience, kMaxIterations}), system_(problem_, values_), damping_(lanes_) {
  keep_scores();
}

// Weights that l1 keeps at 0 do not move.
bool NewtonSolver::inactive(std::size_t p, std::size_t lane) const {
  return problem_.l1[lane] > 0 && p < problem_.model.penalized() && theta_.at(p, lane) == 0 &&
         subgradient_.at(p, lane) == 0;
}

// (H + μ D) d = −g by conjugate gradients, each lane until its residual is small against its gradient.
void NewtonSolver::find_direction() {
  constexpr double kRounding = 1e-15;  // of the gradient at zero
  const std::vector<double> start = Values::dot(subgradient_, subgradient_);
  std::vector<double> target(lanes_), damping(lanes_);
  std::vector<char> lanes(lanes_);
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    // Superlinear convergence, but no digits that the next step will change (Nocedal and Wright, eq. 7.3), nor any that
    // are rounding of the gradient.
    const double norm = monitor_->norm(lane), forcing = std::min(0.1, std::max(std::sqrt(norm), kRounding / norm));
    target[lane] = forcing * forcing * start[lane];
    damping[lane] = damping_[lane].mu, lanes[lane] = open(lane);
  }
  LaneTable<double> down = subgradient_, held;
  if (std::any_of(problem_.l1.begin(), problem_.l1.end(), [](double l1) { return l1 > 0; }))
    held = LaneTable<double>(parameters_, lanes_);
  for (std::size_t p = 0; p < parameters_; ++p)
    for (std::size_t lane = 0; lane < lanes_; ++lane) down.at(p, lane) = -down.at(p, lane);
  for (std::size_t p = 0; p < held.rows(); ++p)
    for (std::size_t lane = 0; lane < lanes_; ++lane) held.at(p, lane) = inactive(p, lane);
  HessianSystem::Solution solution = system_.solve({theta_, down, held, damping, target, lanes, interrupt_, &scores_});
  for (std::size_t lane = 0; lane < lanes_; ++lane) monitor_->count_passes(lane, solution.products[lane]);
  direction_ = std::move(solution.x);
  finish_direction(solution.reached);
}

// What is known of the direction: decrement, curvature, and where H is flat to rounding, the gradient in its place.
// @param reached  [lane] 1: conjugate gradients came down to their tolerance
void NewtonSolver::finish_direction(std::span<const char> reached) {
  std::vector<double> fall = Values::dot(subgradient_, direction_);
  const LaneTable<double> steepest = system_.preconditioned(subgradient_);
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    if (!open(lane) || fall[lane] < 0) continue;
    for (std::size_t p = 0; p < parameters_; ++p) direction_.at(p, lane) = -steepest.at(p, lane);
    damping_[lane].begin();
  }
  // A weight at 0 may only leave it downhill.
  for (std::size_t p = 0; p < problem_.model.penalized(); ++p)
    for (std::size_t lane = 0; lane < lanes_; ++lane)
      if (problem_.l1[lane] > 0 && theta_.at(p, lane) == 0 && direction_.at(p, lane) * subgradient_.at(p, lane) >= 0)
        direction_.at(p, lane) = 0;
  fall = Values::dot(subgradient_, direction_);
  const std::vector<double> length = system_.squared_length(direction_);
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    damping_[lane].measure(fall[lane], length[lane]);
    if (reached[lane] && damping_[lane].mu == 0) decrement_[lane] = -fall[lane];
  }
}

void NewtonSolver::learn(const LaneTable<double>&, const LaneTable<double>&) {
  for (std::size_t lane = 0; lane < lanes_; ++lane)
    if (open(lane)) damping_[lane].learn(step_[lane]);
}

}  // namespace holdout::train
