#include "newton.hpp"

#include <algorithm>
#include <cmath>

namespace holdout::train {
namespace {

using Flags = std::vector<char>;

bool any(const Flags& flags) { return std::find(flags.begin(), flags.end(), 1) != flags.end(); }

}  // namespace

NewtonSolver::NewtonSolver(const Problem& problem)
    : problem_(problem),
      values_(problem_),
      lanes_(problem.l2.size()),
      parameters_(problem.model.parameters()),
      theta_(parameters_, lanes_),
      gradient_(parameters_, lanes_),
      slope_(parameters_, lanes_),
      direction_(parameters_, lanes_) {
  const LaneTable<double> l2 = ridge_table<double>(problem_.l2);
  if (l2.rows() == 1) return;
  // Of the loss a diagonal of κ is taken: what counts is that large λ do not spread the eigenvalues.
  const double kappa = std::min(1.0, losses()[problem_.loss].curvature);
  preconditioner_ = LaneTable<double>(parameters_, lanes_);
  for (std::size_t p = 0; p < parameters_; ++p)
    for (std::size_t lane = 0; lane < lanes_; ++lane)
      preconditioner_.at(p, lane) =
          p < problem_.model.penalized() ? 1 / (kappa + l2.at(ridge_row(problem_.model, l2, p), lane)) : 1 / kappa;
}

LaneTable<double> NewtonSolver::preconditioned(const LaneTable<double>& residual) const {
  LaneTable<double> out = residual;
  for (std::size_t p = 0; p < preconditioner_.rows(); ++p)
    for (std::size_t lane = 0; lane < lanes_; ++lane) out.at(p, lane) *= preconditioner_.at(p, lane);
  return out;
}

void NewtonSolver::run(double tolerance, std::span<LaneResult> results, const std::atomic<bool>* interrupt) {
  constexpr int kMostIterations = 200, kPatience = 3;
  Arrival arrival(values_, parameters_, results, kPatience);
  arrival_ = &arrival, interrupt_ = interrupt;
  for (std::size_t lane = 0; lane < lanes_; ++lane)
    for (std::size_t r = 0; r < parameters_; ++r) theta_.at(r, lane) = results[lane].theta[r];
  values_.gradient(theta_, gradient_, loss_);
  value_ = values_.penalty(theta_);
  for (std::size_t lane = 0; lane < lanes_; ++lane) value_[lane] += loss_[lane];
  slope_ = subgradient(theta_, gradient_);
  for (int iteration = 0;; ++iteration) {
    squares_ = Values::dot(slope_, slope_);
    arrival.judge(tolerance, iteration, theta_, loss_, squares_);
    if (!arrival.go_on(iteration == kMostIterations, interrupt)) return;
    if (find_direction() && search_line()) continue;
    arrival.go_on(false, interrupt);
    return;
  }
}

// Of J with l1: where a weight is 0, what of its slope l1 does not hold back.
LaneTable<double> NewtonSolver::subgradient(const LaneTable<double>& theta, const LaneTable<double>& gradient) const {
  LaneTable<double> out = gradient;
  for (std::size_t p = 0; p < problem_.model.penalized(); ++p)
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      const double l1 = problem_.l1[lane], w = theta.at(p, lane), g = gradient.at(p, lane);
      if (l1 == 0) continue;
      if (w != 0)
        out.at(p, lane) = w > 0 ? g + l1 : g - l1;
      else
        out.at(p, lane) = g > l1 ? g - l1 : (g < -l1 ? g + l1 : 0);
    }
  return out;
}

// Where a step to `to` ends: a weight that would change its sign stops at 0.
double NewtonSolver::projected(std::size_t row, std::size_t lane, double to) const {
  if (problem_.l1[lane] == 0 || row >= problem_.model.penalized()) return to;
  const double w = theta_.at(row, lane), side = w != 0 ? w : -slope_.at(row, lane);
  return to * side > 0 ? to : 0;
}

// H d = −g by conjugate gradients, each lane until its residual is small against its gradient.
bool NewtonSolver::find_direction() {
  const std::size_t most = 10 * parameters_ + 50;  // rounding makes it more than `parameters`, not much more
  LaneTable<double> residual = slope_, steered = preconditioned(residual), search(parameters_, lanes_),
                    product(parameters_, lanes_);
  direction_ = LaneTable<double>(parameters_, lanes_);
  // Weights that l1 holds at 0 do not move.
  const auto held = [this](std::size_t p, std::size_t lane) {
    return problem_.l1[lane] > 0 && p < problem_.model.penalized() && theta_.at(p, lane) == 0 &&
           slope_.at(p, lane) == 0;
  };
  for (std::size_t p = 0; p < parameters_; ++p)
    for (std::size_t lane = 0; lane < lanes_; ++lane) search.at(p, lane) = -steered.at(p, lane);
  std::vector<double> squares = Values::dot(residual, steered), target(lanes_);
  const std::vector<double> start = Values::dot(residual, residual);
  Flags going(lanes_);
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    going[lane] = arrival_->open(lane);
    // Superlinear convergence, but no digits that the next step will change (Nocedal and Wright, eq. 7.3).
    const double forcing = std::min(0.1, std::sqrt(arrival_->norm(lane)));
    target[lane] = forcing * forcing * start[lane];
  }
  for (std::size_t step = 0; any(going) && step < most; ++step) {
    if (interrupted()) return false;
    values_.hessian(theta_, search, product);
    const std::vector<double> curvature = Values::dot(search, product);
    std::vector<double> alpha(lanes_);
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      if (!going[lane]) continue;
      arrival_->count_pass(lane);
      if (!(curvature[lane] > 0))
        going[lane] = 0;  // flat to rounding: what is found so far is the direction
      else
        alpha[lane] = squares[lane] / curvature[lane];
    }
    for (std::size_t p = 0; p < parameters_; ++p)
      for (std::size_t lane = 0; lane < lanes_; ++lane) {
        if (!going[lane]) continue;
        direction_.at(p, lane) += alpha[lane] * search.at(p, lane);
        if (!held(p, lane)) residual.at(p, lane) += alpha[lane] * product.at(p, lane);
      }
    steered = preconditioned(residual);
    const std::vector<double> left = Values::dot(residual, residual), now = Values::dot(residual, steered);
    std::vector<double> beta(lanes_);
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      if (!going[lane]) continue;
      beta[lane] = now[lane] / squares[lane];
      squares[lane] = now[lane];
      if (left[lane] <= target[lane]) going[lane] = 0;
    }
    for (std::size_t p = 0; p < parameters_; ++p)
      for (std::size_t lane = 0; lane < lanes_; ++lane)
        search.at(p, lane) = going[lane] ? beta[lane] * search.at(p, lane) - steered.at(p, lane) : 0;
  }
  // A weight at 0 may only leave it downhill.
  for (std::size_t p = 0; p < problem_.model.penalized(); ++p)
    for (std::size_t lane = 0; lane < lanes_; ++lane)
      if (problem_.l1[lane] > 0 && theta_.at(p, lane) == 0 && direction_.at(p, lane) * slope_.at(p, lane) >= 0)
        direction_.at(p, lane) = 0;
  return true;
}

// Halves each lane's step until J falls enough (Armijo), or, where J is flat to rounding, until the gradient shrinks.
bool NewtonSolver::search_line() {
  constexpr double kEnough = 1e-4, kRounding = 1e-13;
  constexpr int kMostHalvings = 40;
  std::vector<double> t(lanes_, 1.0), loss;
  Flags searching(lanes_);
  for (std::size_t lane = 0; lane < lanes_; ++lane) searching[lane] = arrival_->open(lane);
  LaneTable<double> point = theta_, gradient(parameters_, lanes_);
  for (int halving = 0; any(searching); ++halving) {
    if (interrupted()) return false;
    for (std::size_t p = 0; p < parameters_; ++p)
      for (std::size_t lane = 0; lane < lanes_; ++lane)
        if (searching[lane])
          point.at(p, lane) = projected(p, lane, theta_.at(p, lane) + t[lane] * direction_.at(p, lane));
    LaneTable<double> way = point;
    for (std::size_t p = 0; p < parameters_; ++p)
      for (std::size_t lane = 0; lane < lanes_; ++lane) way.at(p, lane) -= theta_.at(p, lane);
    const std::vector<double> fall = Values::dot(slope_, way);
    values_.gradient(point, gradient, loss);
    std::vector<double> value = values_.penalty(point);
    const LaneTable<double> after = subgradient(point, gradient);
    const std::vector<double> squares = Values::dot(after, after);
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      if (!searching[lane]) continue;
      arrival_->count_pass(lane);
      value[lane] += loss[lane];
      const bool falls = value[lane] <= value_[lane] + kEnough * fall[lane];
      const bool flat =
          value[lane] <= value_[lane] + kRounding * std::abs(value_[lane]) && squares[lane] < squares_[lane];
      if (!falls && !flat && halving < kMostHalvings) {
        t[lane] /= 2;
        continue;
      }
      searching[lane] = 0;
      loss_[lane] = loss[lane], value_[lane] = value[lane];
      for (std::size_t p = 0; p < parameters_; ++p) gradient_.at(p, lane) = gradient.at(p, lane);
    }
  }
  theta_ = std::move(point);
  slope_ = subgradient(theta_, gradient_);
  return true;
}

}  // namespace holdout::train
