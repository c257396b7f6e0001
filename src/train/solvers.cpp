#include "solvers.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include <holdout/base/error.hpp>

#include "measure.hpp"
#include "minimum_bound.hpp"
#include "solvers/conditioning.hpp"
#include "solvers/lbfgs.hpp"
#include "solvers/newton.hpp"
#include "solvers/ridge.hpp"
#include "weights.hpp"

namespace holdout::train {
namespace {

struct Entry {
  Info info;
  bool takes_l1;
  std::unique_ptr<Solver> (*make)(const Problem& problem, bool closed_form);
};

template <class S>
std::unique_ptr<Solver> always(const Problem& problem, bool) {
  return std::make_unique<S>(problem);
}

std::unique_ptr<Solver> what_suits(const Problem& problem, bool closed_form) {
  if (closed_form) return std::make_unique<RidgeSolver>(problem);
  return std::make_unique<NewtonSolver>(problem);
}

// The list: a solver is added here and nowhere else.
constexpr Entry kSolvers[] = {
    {{"exact", "the minimum of a convex J by what suits: closed form for ridge, Newton's method in lanes otherwise"},
     true,
     what_suits},
    {{"newton", "Newton's method with conjugate gradients, in lanes",
      "Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.1"},
     true,
     always<NewtonSolver>},
    {{"lbfgs", "L-BFGS with ten pairs, in lanes", "Liu and Nocedal, Mathematical Programming 45, 1989"},
     false,
     always<LbfgsAndNewton>},
};

constexpr auto kInfos = [] {
  std::array<Info, std::size(kSolvers)> infos;
  for (std::size_t i = 0; i < infos.size(); ++i) infos[i] = kSolvers[i].info;
  return infos;
}();

class SolverTrainer final : public Trainer {
 public:
  SolverTrainer(const Design<double>& design, const Metric& objective, std::span<const LaneConfig> lanes,
                std::span<const std::vector<double>> start)
      : design_(design),
        objective_(objective),
        configs_(lanes.begin(), lanes.end()),
        model_(make_model<double>(configs_[0].model, design.features, design.classes)),
        conditioning_(design),
        results_(lanes.size()) {
    if (!conditioning_.identity()) inner_ = conditioning_.apply(design);
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
      results_[lane].theta = start.empty() ? std::vector<double>(model_->parameters()) : start[lane];
      results_[lane].train_loss = results_[lane].gradient_norm = std::numeric_limits<double>::quiet_NaN();
    }
  }

  void run_to(const Goal& goal, const std::atomic<bool>* interrupt) override {
    if (running() == 0) return;
    const double own = configs_[0].training.stop.gradient_norm;
    const double tolerance = goal.tolerance.value_or(own > 0 ? own : kSolverTolerance);
    for (const bool closed_form : {true, false}) solve(closed_form, tolerance, interrupt);
  }
  void watch(std::vector<std::int64_t>, StepWatcher) override {}
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
    const Link link = configs_[0].model.loss.info().link;
    if (!design_.leave_one_out) {
      measure(*model_, link, design_, objective_, all);
      return all;
    }
    for (std::size_t lane = 0; lane < all.size(); ++lane) {
      const std::vector<double> scores = holdout_scores(design_, configs_[lane].model, all[lane].theta);
      measure(design_.classes, link, objective_, {scores, 1, design_.holdout.target, design_.holdout.weights},
              all[lane]);
    }
    return all;
  }

 private:
  // Which solver a lane gets follows from its own settings, never from its neighbours'.
  bool has_closed_form(const ModelSettings& model) const {
    if (!design_.train.start.empty()) return false;  // ridge would need a matrix features × features of sparse data
    return model.loss.info().quadratic && model.lasso() == 0;
  }

  void solve(bool closed_form, double tolerance, const std::atomic<bool>* interrupt) {
    const ModelSettings& shared = configs_[0].model;
    Problem problem{inner_ ? *inner_ : design_,
                    *model_,
                    shared.loss.loss(),
                    row_weights(design_.train, design_.classes, shared),
                    {},
                    {},
                    {}};
    if (inner_) problem.scale = conditioning_.scale();
    std::vector<std::size_t> lanes;
    std::vector<LaneResult> results;
    for (std::size_t lane = 0; lane < configs_.size(); ++lane) {
      const ModelSettings& model = configs_[lane].model;
      if (has_closed_form(model) != closed_form || results_[lane].end != LaneEnd::running) continue;
      lanes.push_back(lane), results.push_back(results_[lane]);
      conditioning_.to_inner(results.back().theta);
      problem.l2.push_back(conditioning_.to_inner(model.ridges(design_.features)));
      problem.l1.push_back(model.lasso());
      problem.coefficient.push_back(model.loss.coefficient());
    }
    if (lanes.empty()) return;
    const std::size_t solver = configs_[0].training.optimizer.selected() - update::rules().size();
    kSolvers[solver].make(problem, closed_form)->run(tolerance, results, interrupt);
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      results[i].best_epoch = results[i].epochs;
      conditioning_.to_outer(results[i].theta);
      if (falls_for_ever(configs_[lanes[i]].model, results[i])) results[i].end = LaneEnd::no_minimum;
      results_[lanes[i]] = std::move(results[i]);
    }
  }

  // Whether the classes are separated by what a solver ended with, and nothing penalizes the weights.
  bool falls_for_ever(const ModelSettings& model, const LaneResult& result) const {
    const bool ended = result.end == LaneEnd::converged || result.end == LaneEnd::stalled;
    const Ridges l2 = model.ridges(design_.features);
    const bool free = model.lasso() == 0 && std::all_of(l2.begin(), l2.end(), [](double l) { return l == 0; });
    if (!ended || !free || model.loss.info().link != Link::odds) return false;
    return minimum_bound(design_, model, result.theta).separated;
  }

  const Design<double>& design_;
  const Metric& objective_;
  std::vector<LaneConfig> configs_;
  std::unique_ptr<Model<double>> model_;
  Conditioning conditioning_;
  std::optional<Design<double>> inner_;  // the design with columns as solvers want them, if they are not so already
  std::vector<LaneResult> results_;
};

}  // namespace

std::span<const Info> solvers() { return kInfos; }

bool solver_takes_l1(std::size_t solver) { return kSolvers[solver].takes_l1; }

std::unique_ptr<Trainer> make_solver_trainer(const Design<double>& design, const Metric& objective,
                                             std::span<const LaneConfig> lanes,
                                             std::span<const std::vector<double>> start) {
  const std::string model(lanes[0].model.type());
  if (!is_convex(model))
    throw Error("a solver needs a convex J; that of model " + model + " is not", "choose an update rule, such as adam");
  return std::make_unique<SolverTrainer>(design, objective, lanes, start);
}

}  // namespace holdout::train
