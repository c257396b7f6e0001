// Hypergradients of the leave-one-out error of ridge regression, in closed form.
#pragma once

#include <holdout/train/hypergradient.hpp>

namespace holdout::train {

/// There is nothing to solve loosely: whatever tolerance is asked for, E and its derivatives are exact.
class LeaveOneOutHyperSolver final : public HyperSolver {
 public:
  /// @param design  with a LeaveOneOut
  LeaveOneOutHyperSolver(const Design<double>& design, const Metric& metric) : design_(design), metric_(metric) {}
  std::vector<HyperDerivatives> solve(const HyperRequest& request) override;
  std::size_t parameters() const override { return design_.features + 1; }

 private:
  const Design<double>& design_;
  const Metric& metric_;
};

}  // namespace holdout::train
