// What solvers that go downhill have in common: a point for every lane, the line search along a direction, and the loop
// of both. A solver adds how its direction is found; Newton's method, L-BFGS, the closed form of ridge regression and
// the factored solver of the search by gradient are such.
#pragma once

#include "../solvers.hpp"
#include "convergence_monitor.hpp"
#include "problem.hpp"

namespace holdout::train {

class DescentSolver : public Solver {
 public:
  void run(double tolerance, std::span<LaneResult> results, const std::atomic<bool>* interrupt) final;

  /// Where the last run left its lanes: mostly what the results are, and then nobody need go through the rows again.
  const LaneTable<double>& theta() const { return theta_; }
  const LaneTable<double>& gradient() const { return gradient_; }  // of J without l1
  const AlignedVector<double>& scores() const { return scores_; }  // as LossSum gives them; empty: not known

 protected:
  DescentSolver(const Problem& problem, const DescentLimits& limits);

  /// Sets direction_ of the lanes that are open, and decrement_ where it is known. May come back early if interrupted.
  virtual void find_direction() = 0;
  /// After a step: theta_, gradient_ and step_ are those that it led to.
  virtual void learn(const LaneTable<double>& /*theta_before*/, const LaneTable<double>& /*gradient_before*/) {}

  /// From now on scores_ are those of theta_.
  void keep_scores() { keeps_scores_ = true; }
  bool interrupted() const { return interrupt_ && interrupt_->load(); }
  bool open(std::size_t lane) const { return monitor_->open(lane); }
  double l1_of(std::size_t parameter, std::size_t lane) const;

  Problem problem_;
  Values values_;
  std::size_t lanes_, parameters_;
  ConvergenceMonitor* monitor_ = nullptr;         // of the run
  const std::atomic<bool>* interrupt_ = nullptr;  // of the run
  LaneTable<double> theta_, gradient_;            // gradient_: without l1
  LaneTable<double> subgradient_;                 // of least norm; without l1 the gradient
  LaneTable<double> direction_;
  AlignedVector<double> scores_;      // at theta_, if they are kept and there is room; else empty
  std::vector<double> loss_, value_;  // [lane] of theta_, without and with penalty
  std::vector<double> decrement_;     // [lane] an estimate of ∇Jᵀ H⁻¹ ∇J; infinity: not known
  std::vector<double> step_;          // [lane] the last step's length along the direction; 0: none was found

 private:
  struct LaneSearch;
  LaneTable<double> subgradient(const LaneTable<double>& theta, const LaneTable<double>& gradient) const;
  double projected(std::size_t row, std::size_t lane, double to) const;
  void evaluate(const std::vector<std::size_t>& lanes, const LaneTable<double>& point, LaneTable<double>& gradient,
                std::vector<double>& loss);
  void take_scores(const std::vector<std::size_t>& tried, const std::vector<char>& taken);
  void search_line();

  DescentLimits limits_;
  bool keeps_scores_ = false;
  AlignedVector<double> tried_;  // scores of the points evaluated last
};

}  // namespace holdout::train
