// Newton's method in lanes, for smooth convex losses with l2 and l1.
#pragma once

#include "../solvers.hpp"
#include "arrival.hpp"
#include "problem.hpp"

namespace holdout::train {

/// Line search Newton with conjugate gradients: Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.1.
/// Hessian products are passes over the rows that all lanes share; each lane has step sizes, tolerances and an end of
/// its own. Where features have λ of their own, spread over decades, conjugate gradients are preconditioned by their
/// diagonal. With l1, ∇J is the subgradient of least norm, and a step stays in the orthant to which it points: Byrd,
/// Chin, Nocedal, Oztoprak, A family of second-order methods for convex ℓ1-regularized optimization, Math. Program.
/// 159, 2016, § 3.
class NewtonSolver final : public Solver {
 public:
  explicit NewtonSolver(const Problem& problem);
  void run(double tolerance, std::span<LaneResult> results, const std::atomic<bool>* interrupt) override;

 private:
  LaneTable<double> preconditioned(const LaneTable<double>& residual) const;
  LaneTable<double> subgradient(const LaneTable<double>& theta, const LaneTable<double>& gradient) const;
  double projected(std::size_t row, std::size_t lane, double to) const;
  bool find_direction();  // false if interrupted; so is the other
  bool search_line();
  bool interrupted() const { return interrupt_ && interrupt_->load(); }

  Problem problem_;
  Values values_;
  std::size_t lanes_, parameters_;
  Arrival* arrival_ = nullptr;                              // of the run
  const std::atomic<bool>* interrupt_ = nullptr;            // of the run
  LaneTable<double> theta_, gradient_, slope_, direction_;  // slope_: the subgradient of least norm
  LaneTable<double> preconditioner_;  // its diagonal, where features have λ of their own; else empty
  std::vector<double> loss_, value_;  // of the current theta, without and with penalty
  std::vector<double> squares_;       // ‖slope_‖²
};

}  // namespace holdout::train
