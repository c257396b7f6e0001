// One split of a data set, and the hold-out error of a model on it as a function of λ: every method of gradient_search
// asks for it here, on the same inner solver, and all work is counted.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include <holdout/data/load.hpp>
#include <holdout/train/hypergradient.hpp>

#include "cpu_seconds.hpp"
#include "select.hpp"

namespace holdout::bench {

inline const double kLow = std::log(1e-6), kHigh = std::log(1e4);  // of log λ

/// λ that a method looked at, and all the work it had done by then.
struct Look {
  double log_l2;
  train::HyperWork work;
  double seconds;  // of CPU
};

class GradientProblem {
 public:
  GradientProblem(std::string name, const data::Prepared& data, const std::string& model, const std::string& metric)
      : name_(std::move(name)), metric_(*train::find_metric(metric)) {
    select(lane_.model, model);
    const data::Fold& fold = data.split.folds[0];
    design_ = train::make_design<double>(
        data.dataset, data::fit_scaling(data.dataset, fold.train, data::Standardize::deviation), fold);
    reset();
  }

  GradientProblem(const GradientProblem&) = delete;  // its solver knows where it is
  GradientProblem& operator=(const GradientProblem&) = delete;

  const std::string& name() const { return name_; }
  const train::Design<double>& design() const { return design_; }
  const train::Metric& metric() const { return metric_; }
  train::LaneConfig lane(double log_l2) const {
    train::LaneConfig lane = lane_;
    lane.model.l2 = std::exp(log_l2);
    return lane;
  }

  /// Forgets the looks, and makes a solver that has seen nothing: a method begins.
  void reset() {
    looks_.clear(), work_ = {}, began_ = cpu_seconds();
    solver_ = train::make_hyper_solver(design_, metric_, lane_.model);
  }

  /// @param tolerance  of E, relative; 0: as far as it goes
  train::HyperDerivatives solve(double log_l2, double tolerance, train::HyperWant want,
                                const train::HyperStart& start = {}) {
    const train::LaneConfig lane = this->lane(log_l2);
    static const std::vector<std::string> wrt{"model.l2"};
    auto d = solver_->solve({std::span(&lane, 1), wrt, tolerance, want, std::span(&start, 1), nullptr}).front();
    work_.passes += d.work.passes, work_.products += d.work.products, work_.factorizations += d.work.factorizations;
    looks_.push_back({log_l2, work_, cpu_seconds() - began_});
    return d;
  }

  const std::vector<Look>& looks() const { return looks_; }
  const train::HyperWork& work() const { return work_; }

 private:
  std::string name_;
  const train::Metric& metric_;
  train::LaneConfig lane_;
  train::Design<double> design_;
  std::unique_ptr<train::HyperSolver> solver_;
  std::vector<Look> looks_;
  train::HyperWork work_;
  double began_ = 0;
};

}  // namespace holdout::bench
