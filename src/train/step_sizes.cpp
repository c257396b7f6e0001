#include "step_sizes.hpp"

#include <cmath>
#include <optional>
#include <string>

#include <holdout/base/error.hpp>

#include "weights.hpp"

namespace holdout::train {
namespace {

void check_automatic(const LaneConfig& lane) {
  const update::RuleDescription& rule = *lane.training.optimizer.rule();
  const std::string model(lane.model.type()),
      hint = "give a number, or a range such as {min: 1e-4, max: 0.1, scale: log}";
  if (rule.adaptive)
    throw Error("learning_rate auto is 1/L̂, a step size for gd, momentum and nesterov; " + std::string(rule.info.name) +
                    " scales its steps itself",
                hint);
  if (!is_convex(model))
    throw Error("learning_rate auto is 1/L̂, a step size for convex models; " + model + " is not convex", hint);
}

}  // namespace

template <class T>
StepSizes::StepSizes(const Design<T>& design, std::span<const LaneConfig> lanes, bool full_batch, std::size_t batch)
    : steps_(std::ceil(static_cast<double>(design.train.n) / static_cast<double>(batch))),
      epochs_(static_cast<double>(lanes[0].training.epochs)) {
  std::optional<Curvature> curvature;  // all lanes have the same class weights
  for (const LaneConfig& lane : lanes) {
    const LearningRate& rate = rates_.emplace_back(lane.training.learning_rate);
    const bool automatic = rate.start == LearningRate::kAuto;
    if (automatic) check_automatic(lane);
    if (automatic && !curvature) curvature = curvature_of(design, lane.model);
    start_.push_back(automatic ? automatic_rate(*curvature, lane.model, full_batch) : rate.start);
    change_ = change_ || rate.changes();
  }
}

double StepSizes::share(std::size_t lane, std::int64_t step) const {
  return rates_[lane].share(static_cast<double>(step) / steps_, epochs_, 1 / steps_);
}

template StepSizes::StepSizes(const Design<float>&, std::span<const LaneConfig>, bool, std::size_t);
template StepSizes::StepSizes(const Design<double>&, std::span<const LaneConfig>, bool, std::size_t);

}  // namespace holdout::train
