// How all solvers of a convex J tell which lanes have arrived at the minimum, and which can get no nearer. A lane has
// arrived where its gradient is small and its Newton decrement √(∇Jᵀ H⁻¹ ∇J), half of whose square is what is left of J
// to go down, is small, too: a small gradient alone says little where H has small eigenvalues. A lane in which neither
// J nor the gradient goes down any more ends as stalled. Points are compared by J; gradients are those of the solver's
// coordinates (Conditioning).
#pragma once

#include <atomic>
#include <span>
#include <vector>

#include <holdout/train/trainer.hpp>

#include "problem.hpp"

namespace holdout::train {

/// Everything about a point that a lane can be judged by.
struct PointOfLanes {
  const LaneTable<double>& theta;
  const LaneTable<double>& gradient;       // ∇J; with l1 the subgradient of least norm
  const std::vector<double>&loss, &value;  // [lane] without and with penalty
};

/// When a run ends.
struct DescentLimits {
  int patience;            // iterations without a smaller J and without half the norm, after which a lane has stalled
  int iterations;          // after so many a lane that has not arrived ends as stalled
  bool decrements = true;  // whether the solver knows decrements. If not, a lane whose gradient is small, but whose
                           // decrement no penalty bounds, ends as stalled
  bool last_step = true;   // whether a lane that has arrived by its decrement takes one more step
};

class ConvergenceMonitor {
 public:
  /// Measures J and ‖∇J‖ at zero, to which tolerances are relative.
  /// @param tolerance  of ‖∇J‖; the decrement's is ten times as large, relative to √J
  ConvergenceMonitor(Values& values, const Problem& problem, std::span<LaneResult> results, double tolerance,
                     const DescentLimits& limits);

  /// ∇J and the loss at zero, for a run that starts there.
  const LaneTable<double>& gradient_at_zero() const { return gradient_at_zero_; }
  const std::vector<double>& loss_at_zero() const { return first_value_; }
  bool open(std::size_t lane) const { return results_[lane].end == LaneEnd::running; }
  /// Passes over the rows that the lane itself needed.
  void count_passes(std::size_t lane, std::int64_t passes) { passes_[lane] += passes; }
  void count_pass(std::size_t lane) { count_passes(lane, 1); }
  /// Keeps every lane's best parameters and ends lanes that have converged, diverged or stalled.
  void judge(int iteration, const PointOfLanes& point);
  /// Takes the decrements² of the point judged last. A lane that has arrived takes one more step, to the digits that it
  /// brings for next to nothing, and ends with the next judgement; or ends at once, if there is to be no such step.
  /// @param squares  [lane]: estimates of ∇Jᵀ H⁻¹ ∇J; infinity: not known
  void judge_decrements(std::span<const double> squares);
  /// Ends a lane where it stands: it is accurate enough by another measure.
  void accept(std::size_t lane) { results_[lane].end = LaneEnd::converged; }
  /// ‖∇J‖ of the last judgement, as a share of ‖∇J(0)‖.
  double norm(std::size_t lane) const { return norm_[lane] / first_[lane]; }
  /// Ends the lanes that are still open; returns whether there were any left to go on with.
  bool go_on(bool out_of_iterations, const std::atomic<bool>* interrupt);

 private:
  double target(std::size_t lane) const;
  double bound_of_decrement(std::size_t lane, const LaneTable<double>& gradient) const;
  bool near(std::size_t lane, const LaneTable<double>& gradient) const;
  void keep(std::size_t lane, const PointOfLanes& point);

  const Problem& problem_;
  LaneTable<double> l2_;
  std::span<LaneResult> results_;
  double tolerance_;
  DescentLimits limits_;
  LaneTable<double> gradient_at_zero_;
  std::vector<double> first_, first_value_;  // ‖∇J‖ and J at zero
  std::vector<double> norm_, value_;         // now
  std::vector<double> best_, least_;         // ‖∇J‖ and J of the best point
  std::vector<double> halved_;               // the norm that counts as progress when it is halved
  std::vector<int> stalled_;                 // iterations without progress
  std::vector<double> decrement_;            // ² of the point before, as far as it is known
  std::vector<char> arrived_;                // takes its last step
  std::vector<char> free_;                   // nothing is penalized: J of separated classes has no minimum
  std::vector<std::int64_t> passes_;
};

}  // namespace holdout::train
