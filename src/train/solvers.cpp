#include "solvers.hpp"

#include <array>
#include <cmath>
#include <limits>

#include <holdout/base/error.hpp>

#include "measure.hpp"
#include "solvers/newton.hpp"
#include "solvers/ridge.hpp"

namespace holdout::train {
namespace {

// The list: a solver is added here and nowhere else.
constexpr std::array<Info, 1> kSolvers{
    {{"exact", "the minimum of a smooth convex J: closed form for squared loss, Newton's method in lanes otherwise",
      "Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.1"}}};

std::unique_ptr<Solver> make_solver(const Problem& problem) {
  if (problem.kind.loss == LossKind::squared) return std::make_unique<RidgeSolver>(problem);
  return std::make_unique<NewtonSolver>(problem);
}

class SolverTrainer final : public Trainer {
 public:
  SolverTrainer(const Design<double>& design, const Metric& objective, std::span<const LaneConfig> lanes,
                std::span<const std::vector<double>> start)
      : design_(design),
        objective_(objective),
        configs_(lanes.begin(), lanes.end()),
        kind_(model_kind(configs_[0].model.type())),
        model_(make_model<double>(kind_, design.features, design.classes)),
        results_(lanes.size()) {
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
      results_[lane].theta = start.empty() ? std::vector<double>(model_->parameters()) : start[lane];
      results_[lane].train_loss = results_[lane].gradient_norm = std::numeric_limits<double>::quiet_NaN();
    }
  }

  void run_to(const Goal& goal, const std::atomic<bool>* interrupt) override {
    if (running() == 0) return;
    const double own = configs_[0].training.stop.gradient_norm;
    const double tolerance = goal.tolerance.value_or(own > 0 ? own : kSolverTolerance);
    std::vector<double> l2;
    for (const LaneConfig& config : configs_) l2.push_back(config.model.l2);
    make_solver({design_, *model_, kind_, l2})->run(tolerance, results_, interrupt);
    for (LaneResult& r : results_) r.best_epoch = r.epochs;
  }
  void drop(std::size_t lane) override {
    if (results_[lane].end == LaneEnd::running) results_[lane].end = LaneEnd::dropped;
  }
  std::size_t lanes() const override { return results_.size(); }
  std::size_t running() const override {
    std::size_t n = 0;
    for (const LaneResult& r : results_) n += r.end == LaneEnd::running;
    return n;
  }
  std::vector<LaneResult> results() const override {
    std::vector<LaneResult> all = results_;
    measure(*model_, design_, objective_, all);
    return all;
  }

 private:
  const Design<double>& design_;
  const Metric& objective_;
  std::vector<LaneConfig> configs_;
  const ModelKind& kind_;
  std::unique_ptr<Model<double>> model_;
  std::vector<LaneResult> results_;
};

}  // namespace

std::span<const Info> solvers() { return kSolvers; }

std::unique_ptr<Trainer> make_solver_trainer(const Design<double>& design, const Metric& objective,
                                             std::span<const LaneConfig> lanes,
                                             std::span<const std::vector<double>> start) {
  return std::make_unique<SolverTrainer>(design, objective, lanes, start);
}

}  // namespace holdout::train
