#include "lbfgs.hpp"

#include <algorithm>
#include <cmath>

namespace holdout::train {
namespace {

// into[lane] += factor[lane] * what[lane], for every row.
void add(LaneTable<double>& into, const std::vector<double>& factor, const LaneTable<double>& what) {
  for (std::size_t p = 0; p < into.rows(); ++p)
    for (std::size_t lane = 0; lane < into.lanes(); ++lane) into.at(p, lane) += factor[lane] * what.at(p, lane);
}

}  // namespace

LbfgsSolver::LbfgsSolver(const Problem& problem)
    : problem_(problem),
      values_(problem_),
      lanes_(problem.l2.size()),
      parameters_(problem.model.parameters()),
      theta_(parameters_, lanes_),
      gradient_(parameters_, lanes_),
      direction_(parameters_, lanes_) {}

void LbfgsSolver::run(double tolerance, std::span<LaneResult> results, const std::atomic<bool>* interrupt) {
  constexpr int kMostIterations = 20'000, kPatience = 50;
  Arrival arrival(values_, parameters_, results, kPatience);
  for (std::size_t lane = 0; lane < lanes_; ++lane)
    for (std::size_t r = 0; r < parameters_; ++r) theta_.at(r, lane) = results[lane].theta[r];
  values_.gradient(theta_, gradient_, loss_);
  value_ = values_.penalty(theta_);
  for (std::size_t lane = 0; lane < lanes_; ++lane) value_[lane] += loss_[lane], arrival.count_pass(lane);
  for (int iteration = 0;; ++iteration) {
    arrival.judge(tolerance, iteration, theta_, loss_, Values::dot(gradient_, gradient_));
    if (!arrival.go_on(iteration == kMostIterations, interrupt)) return;
    find_direction();
    if (!search_line(arrival, interrupt)) {
      arrival.go_on(false, interrupt);
      return;
    }
    for (std::size_t lane = 0; lane < lanes_; ++lane)
      if (arrival.open(lane)) arrival.count_pass(lane);
  }
}

// The two loops. A lane without pairs goes down its gradient, one unit long at most.
void LbfgsSolver::find_direction() {
  direction_ = gradient_;
  std::vector<std::vector<double>> alpha(memory_.size(), std::vector<double>(lanes_));
  std::vector<double> factor(lanes_), scale(lanes_, 0.0);
  for (std::size_t k = memory_.size(); k-- > 0;) {
    const Pair& pair = memory_[k];
    const std::vector<double> along = Values::dot(pair.s, direction_);
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      alpha[k][lane] = pair.curvature[lane] > 0 ? along[lane] / pair.curvature[lane] : 0;
      factor[lane] = -alpha[k][lane];
    }
    add(direction_, factor, pair.y);
    const std::vector<double> squares = Values::dot(pair.y, pair.y);
    for (std::size_t lane = 0; lane < lanes_; ++lane)  // of the newest pair that counts
      if (scale[lane] == 0 && pair.curvature[lane] > 0) scale[lane] = pair.curvature[lane] / squares[lane];
  }
  const std::vector<double> squares = Values::dot(gradient_, gradient_);
  for (std::size_t lane = 0; lane < lanes_; ++lane)
    if (scale[lane] == 0) scale[lane] = 1 / std::max(1.0, std::sqrt(squares[lane]));
  for (std::size_t p = 0; p < parameters_; ++p)
    for (std::size_t lane = 0; lane < lanes_; ++lane) direction_.at(p, lane) *= scale[lane];
  for (std::size_t k = 0; k < memory_.size(); ++k) {
    const Pair& pair = memory_[k];
    const std::vector<double> along = Values::dot(pair.y, direction_);
    for (std::size_t lane = 0; lane < lanes_; ++lane)
      factor[lane] = pair.curvature[lane] > 0 ? alpha[k][lane] - along[lane] / pair.curvature[lane] : 0;
    add(direction_, factor, pair.s);
  }
  for (std::size_t p = 0; p < parameters_; ++p)
    for (std::size_t lane = 0; lane < lanes_; ++lane) direction_.at(p, lane) = -direction_.at(p, lane);
}

// Halves each lane's step until J falls enough (Armijo), or, where J is flat to rounding, until the gradient shrinks.
bool LbfgsSolver::search_line(const Arrival& arrival, const std::atomic<bool>* interrupt) {
  constexpr double kEnough = 1e-4, kRounding = 1e-13;
  constexpr int kMostHalvings = 40, kPairs = 10;
  const std::vector<double> slope = Values::dot(gradient_, direction_), now = Values::dot(gradient_, gradient_);
  std::vector<double> t(lanes_, 1.0), loss;
  std::vector<char> searching(lanes_);
  for (std::size_t lane = 0; lane < lanes_; ++lane) searching[lane] = arrival.open(lane);
  Pair pair{theta_, gradient_, {}};  // made differences below
  LaneTable<double> point = theta_, gradient(parameters_, lanes_);
  for (int halving = 0; std::find(searching.begin(), searching.end(), 1) != searching.end(); ++halving) {
    if (interrupt && interrupt->load()) return false;
    for (std::size_t p = 0; p < parameters_; ++p)
      for (std::size_t lane = 0; lane < lanes_; ++lane)
        if (searching[lane]) point.at(p, lane) = theta_.at(p, lane) + t[lane] * direction_.at(p, lane);
    values_.gradient(point, gradient, loss);
    const std::vector<double> penalty = values_.penalty(point), squares = Values::dot(gradient, gradient);
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      if (!searching[lane]) continue;
      const double value = loss[lane] + penalty[lane];
      const bool falls = value <= value_[lane] + kEnough * t[lane] * slope[lane];
      const bool flat = value <= value_[lane] + kRounding * std::abs(value_[lane]) && squares[lane] < now[lane];
      if (!falls && !flat && halving < kMostHalvings) {
        t[lane] /= 2;
        continue;
      }
      searching[lane] = 0;
      loss_[lane] = loss[lane], value_[lane] = value;
      for (std::size_t p = 0; p < parameters_; ++p) gradient_.at(p, lane) = gradient.at(p, lane);
    }
  }
  for (std::size_t p = 0; p < parameters_; ++p)
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      pair.s.at(p, lane) = point.at(p, lane) - theta_.at(p, lane);
      pair.y.at(p, lane) = gradient_.at(p, lane) - pair.y.at(p, lane);
    }
  pair.curvature = Values::dot(pair.s, pair.y);
  theta_ = std::move(point);
  memory_.push_back(std::move(pair));
  if (memory_.size() > kPairs) memory_.pop_front();
  return true;
}

}  // namespace holdout::train
