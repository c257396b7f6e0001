// Which trainer trains a cohort: the loop over epochs, a solver, or several starts of each configuration.
#include <holdout/train/trainer.hpp>

#include <algorithm>

#include <holdout/base/error.hpp>

#include "loop/cohort_trainer.hpp"
#include "solvers.hpp"
#include "starts.hpp"

namespace holdout::train {
namespace {

bool takes_starts(std::span<const LaneConfig> lanes, std::span<const std::vector<double>> start) {
  return start.empty() && lanes[0].training.starts > 1;
}

}  // namespace

std::unique_ptr<Trainer> make_trainer(const Design<double>& design, const Metric& objective,
                                      std::span<const LaneConfig> lanes, Seed seed, std::size_t fold,
                                      std::span<const std::vector<double>> start) {
  const auto takes_basis = [](const LaneConfig& lane) { return takes_ridge_basis(lane, false); };
  if (design.leave_one_out && !std::all_of(lanes.begin(), lanes.end(), takes_basis))
    throw Error("leave_one_out is for ridge regression: model linear, loss squared, one l2, optimizer exact",
                "choose another split, such as kfold");
  if (lanes[0].training.optimizer.is_solver()) return make_solver_trainer(design, objective, lanes, start);
  if (takes_starts(lanes, start)) return make_starts_trainer(design, objective, lanes, seed, fold);
  return std::make_unique<CohortTrainer<double>>(design, objective, lanes, seed, fold, start);
}

std::unique_ptr<Trainer> make_trainer(const Design<float>& design, const Metric& objective,
                                      std::span<const LaneConfig> lanes, Seed seed, std::size_t fold,
                                      std::span<const std::vector<double>> start) {
  if (lanes[0].training.optimizer.is_solver())
    throw Error("optimizer exact works in float64, not in float32", "write precision: float64, or choose a rule");
  if (takes_starts(lanes, start)) return make_starts_trainer(design, objective, lanes, seed, fold);
  return std::make_unique<CohortTrainer<float>>(design, objective, lanes, seed, fold, start);
}

}  // namespace holdout::train
