// Newton's method in lanes, for smooth convex losses with l2 and l1.
#pragma once

#include "damping.hpp"
#include "descent.hpp"
#include "hessian_system.hpp"

namespace holdout::train {

/// Line search Newton with conjugate gradients: Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.1.
/// Hessian products are passes over the rows that all lanes share; each lane has step sizes, tolerances and an end of
/// its own. Where features have λ of their own, spread over decades, conjugate gradients are preconditioned by their
/// diagonal. Where H vanishes, or says little of J a step away (Huber's loss beyond δ, a squared hinge without active
/// rows, saturated classes), its model is damped (Damping). With l1, ∇J is the subgradient of least norm, and a step
/// stays in the orthant to which it points: Byrd, Chin, Nocedal, Oztoprak, A family of second-order methods for convex
/// ℓ1-regularized optimization, Math. Program. 159, 2016, § 3.
class NewtonSolver final : public DescentSolver {
 public:
  explicit NewtonSolver(const Problem& problem);

  /// The systems of its steps: what they were given to be solved fast by serves others at the minimum.
  HessianSystem& system() { return system_; }

 private:
  void find_direction() override;
  void learn(const LaneTable<double>& theta_before, const LaneTable<double>& gradient_before) override;
  bool inactive(std::size_t parameter, std::size_t lane) const;
  void finish_direction(std::span<const char> reached);

  HessianSystem system_;
  std::vector<Damping> damping_;  // [lane]
};

}  // namespace holdout::train
