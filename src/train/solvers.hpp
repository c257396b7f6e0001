// Solvers: they take J of every lane to its minimum, in double.
#pragma once

#include <atomic>
#include <memory>
#include <span>

#include <holdout/train/trainer.hpp>

#include "models.hpp"
#include "objective.hpp"

namespace holdout::train {

/// A cohort's minimization. Lanes do not influence each other, to the last bit.
class Solver {
 public:
  virtual ~Solver() = default;
  /// Goes on until every lane has ended, or `goal` is reached: theta, end, epochs (iterations), steps (passes over the
  /// training rows), train_loss and gradient_norm of the results are filled in.
  /// @param tolerance  of ‖∇J‖, relative to its value at zero
  virtual void run(double tolerance, std::span<LaneResult> results, const std::atomic<bool>* interrupt) = 0;
};

/// Default of stop.gradient_norm for solvers.
inline constexpr double kSolverTolerance = 1e-10;

/// A trainer that runs a solver.
std::unique_ptr<Trainer> make_solver_trainer(const Design<double>& design, const Metric& objective,
                                             std::span<const LaneConfig> lanes,
                                             std::span<const std::vector<double>> start);

}  // namespace holdout::train
