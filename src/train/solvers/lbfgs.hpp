// L-BFGS in lanes, for smooth losses with l2.
#pragma once

#include <deque>

#include "../solvers.hpp"
#include "arrival.hpp"
#include "problem.hpp"

namespace holdout::train {

/// Limited-memory BFGS: Liu and Nocedal, Mathematical Programming 45, 1989; Nocedal and Wright, Numerical Optimization,
/// 2006, algorithms 7.4 and 7.5, with a backtracking line search. A pass over the rows serves all lanes.
class LbfgsSolver final : public Solver {
 public:
  explicit LbfgsSolver(const Problem& problem);
  void run(double tolerance, std::span<LaneResult> results, const std::atomic<bool>* interrupt) override;

 private:
  struct Pair {
    LaneTable<double> s, y;         // change of theta, and of the gradient; 0 where a lane learned nothing
    std::vector<double> curvature;  // [lane] s · y; 0: the pair does not count
  };
  void find_direction();
  bool search_line(const Arrival& arrival, const std::atomic<bool>* interrupt);  // false if interrupted

  Problem problem_;
  Values values_;
  std::size_t lanes_, parameters_;
  std::deque<Pair> memory_;  // oldest first
  LaneTable<double> theta_, gradient_, direction_;
  std::vector<double> loss_, value_;  // of the current theta, without and with penalty
};

}  // namespace holdout::train
