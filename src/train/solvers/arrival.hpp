// How iterative solvers tell who has arrived at the minimum, and who can get no nearer.
#pragma once

#include <atomic>
#include <span>
#include <vector>

#include <holdout/train/trainer.hpp>

#include "problem.hpp"

namespace holdout::train {

class Arrival {
 public:
  /// Measures ‖∇J(0)‖, to which tolerances are relative.
  /// @param patience  iterations without half the norm, near the minimum, after which rounding is all that is left
  Arrival(Values& values, std::size_t parameters, std::span<LaneResult> results, int patience);

  bool open(std::size_t lane) const { return results_[lane].end == LaneEnd::running; }
  /// One more pass over the rows that the lane itself needed.
  void count_pass(std::size_t lane) { ++passes_[lane]; }
  /// Keeps every lane's best parameters and ends lanes that have converged, diverged or come down to rounding.
  /// @param squares  [lane]: ‖∇J(theta)‖²
  void judge(double tolerance, int iteration, const LaneTable<double>& theta, const std::vector<double>& loss,
             const std::vector<double>& squares);
  /// ‖∇J‖ of the last judgement, as a share of ‖∇J(0)‖.
  double norm(std::size_t lane) const { return norm_[lane] / first_[lane]; }
  /// Ends the lanes that are still open; returns whether there were any left to go on with.
  bool go_on(bool out_of_iterations, const std::atomic<bool>* interrupt);

 private:
  std::span<LaneResult> results_;
  int patience_;
  std::vector<double> first_, norm_, best_;  // ‖∇J‖ at zero, now, and at its least
  std::vector<int> stalled_;                 // iterations without a smaller norm
  std::vector<std::int64_t> passes_;
};

}  // namespace holdout::train
