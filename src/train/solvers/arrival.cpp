#include "arrival.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace holdout::train {

Arrival::Arrival(Values& values, std::size_t parameters, std::span<LaneResult> results, int patience)
    : results_(results),
      patience_(patience),
      norm_(results.size()),
      best_(results.size(), std::numeric_limits<double>::infinity()),
      stalled_(results.size()),
      passes_(results.size(), 2) {
  constexpr double kTiny = 1e-300;
  const LaneTable<double> zeros(parameters, results.size());
  LaneTable<double> gradient(parameters, results.size());
  std::vector<double> loss;
  values.gradient(zeros, gradient, loss);
  first_ = Values::dot(gradient, gradient);
  for (double& x : first_) x = std::max(std::sqrt(x), kTiny);
}

void Arrival::judge(double tolerance, int iteration, const LaneTable<double>& theta, const std::vector<double>& loss,
                    const std::vector<double>& squares) {
  constexpr double kNearRounding = 1e-5;  // of the first norm: before, a norm that does not fall is a long way to go
  for (std::size_t lane = 0; lane < results_.size(); ++lane) {
    norm_[lane] = std::sqrt(squares[lane]);
    if (!open(lane)) continue;
    LaneResult& r = results_[lane];
    stalled_[lane] = norm_[lane] < best_[lane] / 2 ? 0 : stalled_[lane] + 1;
    if (norm_[lane] < best_[lane]) {
      best_[lane] = norm_[lane];
      r.gradient_norm = norm(lane), r.train_loss = loss[lane];
      for (std::size_t p = 0; p < theta.rows(); ++p) r.theta[p] = theta.at(p, lane);
    }
    r.epochs = iteration, r.steps = passes_[lane];
    if (norm_[lane] <= tolerance * first_[lane])
      r.end = LaneEnd::converged;
    else if (!std::isfinite(norm_[lane]))
      r.end = LaneEnd::diverged;
    else if (stalled_[lane] >= patience_ && best_[lane] <= kNearRounding * first_[lane])
      r.end = LaneEnd::rounding;
  }
}

bool Arrival::go_on(bool out_of_iterations, const std::atomic<bool>* interrupt) {
  const bool interrupted = interrupt && interrupt->load();
  bool any = false;
  for (LaneResult& r : results_) {
    if (r.end != LaneEnd::running) continue;
    if (interrupted)
      r.end = LaneEnd::interrupted;
    else if (out_of_iterations)
      r.end = LaneEnd::epochs;
    any = any || r.end == LaneEnd::running;
  }
  return any;
}

}  // namespace holdout::train
