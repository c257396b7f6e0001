#include "newton.hpp"

#include <algorithm>
#include <cmath>

namespace holdout::train {
namespace {

using Flags = std::vector<char>;

bool any(const Flags& flags) { return std::find(flags.begin(), flags.end(), 1) != flags.end(); }

// Iterations without progress before a lane has stalled: each of them may raise the damping by decades.
constexpr int kPatience = 5, kMaxIterations = 1000;

}  // namespace

NewtonSolver::NewtonSolver(const Problem& problem)
    : DescentSolver(problem, {kPatience, kMaxIterations}),
      l2_(ridge_table<double>(problem_.l2)),
      preconditioner_(diagonal_preconditioner(problem_)),
      damping_(lanes_) {}

// product += μ D search.
void NewtonSolver::add_damping(const LaneTable<double>& search, LaneTable<double>& product) const {
  if (std::all_of(damping_.begin(), damping_.end(), [](const Damping& d) { return d.mu == 0; })) return;
  for (std::size_t p = 0; p < parameters_; ++p)
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      if (damping_[lane].mu == 0) continue;
      const double d = preconditioner_.rows() > 0 ? 1 / preconditioner_.at(p, lane) : 1;
      product.at(p, lane) += damping_[lane].mu * d * search.at(p, lane);
    }
}

// xᵀDx.
std::vector<double> NewtonSolver::squared_length(const LaneTable<double>& x) const {
  LaneTable<double> scaled = x;
  for (std::size_t p = 0; p < preconditioner_.rows(); ++p)
    for (std::size_t lane = 0; lane < lanes_; ++lane) scaled.at(p, lane) /= preconditioner_.at(p, lane);
  return Values::dot(x, scaled);
}

// Weights that l1 keeps at 0 do not move.
bool NewtonSolver::inactive(std::size_t p, std::size_t lane) const {
  return problem_.l1[lane] > 0 && p < problem_.model.penalized() && theta_.at(p, lane) == 0 &&
         subgradient_.at(p, lane) == 0;
}

// Softmax does not change with what parameters of all classes have in common, so gradients have no such part where
// nothing is penalized. What rounding makes of it would be divided by a curvature that is rounding, too.
void NewtonSolver::remove_common_part(LaneTable<double>& residual) const {
  const std::size_t outputs = problem_.model.outputs(), penalized = problem_.model.penalized();
  if (outputs == 1) return;
  const std::size_t features = penalized / outputs;
  for (std::size_t j = 0; j <= features; ++j)
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      if (j < features && (problem_.l1[lane] > 0 || l2_.at(ridge_row(problem_.model, l2_, j), lane) > 0)) continue;
      const auto place = [&](std::size_t k) { return j < features ? k * features + j : penalized + k; };
      double sum = 0;
      for (std::size_t k = 0; k < outputs; ++k) sum += residual.at(place(k), lane);
      for (std::size_t k = 0; k < outputs; ++k) residual.at(place(k), lane) -= sum / static_cast<double>(outputs);
    }
}

// (H + μ D) d = −g by conjugate gradients, each lane until its residual is small against its gradient.
void NewtonSolver::find_direction() {
  const std::size_t most = 10 * parameters_ + 50;  // rounding makes it more than `parameters`, not much more
  constexpr double kFlat = 1e-16;                  // of the largest curvature met
  constexpr double kRounding = 1e-15;              // of the gradient at zero
  LaneTable<double> residual = subgradient_;
  remove_common_part(residual);
  LaneTable<double> preconditioned_residual = times(preconditioner_, residual), search(parameters_, lanes_),
                    product(parameters_, lanes_);
  direction_ = LaneTable<double>(parameters_, lanes_);
  for (std::size_t p = 0; p < parameters_; ++p)
    for (std::size_t lane = 0; lane < lanes_; ++lane) search.at(p, lane) = -preconditioned_residual.at(p, lane);
  std::vector<double> squares = Values::dot(residual, preconditioned_residual), target(lanes_);
  const std::vector<double> start = Values::dot(residual, residual);
  std::vector<double> most_curved(lanes_);
  Flags going(lanes_), reached(lanes_);
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    going[lane] = open(lane) && squares[lane] > 0;
    reached[lane] = squares[lane] == 0;
    // Superlinear convergence, but no digits that the next step will change (Nocedal and Wright, eq. 7.3), nor any that
    // are rounding of the gradient.
    const double norm = monitor_->norm(lane), forcing = std::min(0.1, std::max(std::sqrt(norm), kRounding / norm));
    target[lane] = forcing * forcing * start[lane];
  }
  for (std::size_t step = 0; any(going) && step < most; ++step) {
    values_.hessian(theta_, search, product);
    add_damping(search, product);
    const std::vector<double> curvature = Values::dot(search, product), length = squared_length(search);
    std::vector<double> alpha(lanes_);
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      if (!going[lane]) continue;
      monitor_->count_pass(lane);
      const double ratio = curvature[lane] / length[lane];
      most_curved[lane] = std::max(most_curved[lane], ratio);
      if (!(ratio > kFlat * most_curved[lane]))
        going[lane] = 0;  // flat to rounding: what is found so far is the direction
      else
        alpha[lane] = squares[lane] / curvature[lane];
    }
    for (std::size_t p = 0; p < parameters_; ++p)
      for (std::size_t lane = 0; lane < lanes_; ++lane) {
        if (!going[lane]) continue;
        direction_.at(p, lane) += alpha[lane] * search.at(p, lane);
        if (!inactive(p, lane)) residual.at(p, lane) += alpha[lane] * product.at(p, lane);
      }
    remove_common_part(residual);
    preconditioned_residual = times(preconditioner_, residual);
    const std::vector<double> left = Values::dot(residual, residual),
                              now = Values::dot(residual, preconditioned_residual);
    std::vector<double> beta(lanes_);
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      if (!going[lane]) continue;
      beta[lane] = now[lane] / squares[lane];
      squares[lane] = now[lane];
      if (left[lane] <= target[lane]) going[lane] = 0, reached[lane] = 1;
    }
    for (std::size_t p = 0; p < parameters_; ++p)
      for (std::size_t lane = 0; lane < lanes_; ++lane)
        search.at(p, lane) = going[lane] ? beta[lane] * search.at(p, lane) - preconditioned_residual.at(p, lane) : 0;
  }
  finish_direction(reached);
}

// What is known of the direction: decrement, curvature, and where H is flat to rounding, the gradient in its place.
// @param reached  [lane] 1: conjugate gradients came down to their tolerance
void NewtonSolver::finish_direction(std::span<const char> reached) {
  std::vector<double> fall = Values::dot(subgradient_, direction_);
  const LaneTable<double> steepest = times(preconditioner_, subgradient_);
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
  const std::vector<double> length = squared_length(direction_);
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
