// L-BFGS in lanes, for smooth losses with l2.
#pragma once

#include <deque>

#include "descent.hpp"

namespace holdout::train {

/// Limited-memory BFGS: Liu and Nocedal, Mathematical Programming 45, 1989; Nocedal and Wright, Numerical Optimization,
/// 2006, algorithms 7.4 and 7.5. A pass over the rows serves all lanes. Where features have λ of their own, the first
/// matrix is diagonal. Its pairs tell little of the Newton decrement: a lane whose gradient is small enough, but
/// without a penalty that bounds the decrement, ends as stalled, as does one that rounding or a bad condition stops.
/// Such lanes are for LbfgsAndNewton.
class LbfgsSolver final : public DescentSolver {
 public:
  explicit LbfgsSolver(const Problem& problem);

 private:
  struct Pair {
    LaneTable<double> s, y;         // change of theta, and of the gradient; 0 where a lane learned nothing
    std::vector<double> curvature;  // [lane] s · y; 0: the pair does not count
  };
  void find_direction() override;
  void learn(const LaneTable<double>& theta_before, const LaneTable<double>& gradient_before) override;
  void scale_direction();

  std::deque<Pair> memory_;           // oldest first
  LaneTable<double> preconditioner_;  // the diagonal of the first matrix, where features have λ of their own
};

/// L-BFGS, and Newton's method for the lanes that it leaves as stalled: it checks their decrement, and makes the last
/// steps where that is too large.
class LbfgsAndNewton final : public Solver {
 public:
  explicit LbfgsAndNewton(const Problem& problem) : problem_(problem) {}
  void run(double tolerance, std::span<LaneResult> results, const std::atomic<bool>* interrupt) override;

 private:
  Problem problem_;
};

}  // namespace holdout::train
