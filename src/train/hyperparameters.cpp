#include "hyperparameters.hpp"

#include <holdout/train/hypergradient.hpp>

#include "models.hpp"

namespace holdout::train {
namespace {

constexpr std::string_view kLambda = "model.elastic_net.lambda", kRatio = "model.elastic_net.ratio";

}  // namespace

std::optional<PenaltySlope> penalty_slope(const ModelSettings& model, std::string_view path) {
  const ElasticNet& net = model.elastic_net;
  if (path == "model.l2") return PenaltySlope{model.l2, 1, 0};
  if (path == "model.l1") return PenaltySlope{model.l1, 0, 1};
  if (path == kLambda) return PenaltySlope{net.lambda, 1 - net.ratio, net.ratio};
  if (path == kRatio) return PenaltySlope{net.ratio, -net.lambda, net.lambda};
  return {};
}

std::optional<StepSlope> step_slope(const LaneConfig& lane, std::string_view path, double automatic_rate) {
  const TrainingSettings& training = lane.training;
  const bool automatic = training.learning_rate.start == LearningRate::kAuto;
  if (const auto penalty = penalty_slope(lane.model, path)) {
    // γ = 1/(L + λ₂), so dγ/dλ₂ = −γ².
    return StepSlope{*penalty, automatic ? -automatic_rate * automatic_rate * penalty->l2 : 0, {}};
  }
  if (path == "training.learning_rate.start") {
    if (automatic) return {};
    return StepSlope{{}, 1, {}};
  }
  const update::RuleDescription* const rule = training.optimizer.rule();
  if (!rule) return {};
  const std::string prefix = "training.optimizer." + std::string(rule->info.name) + ".";
  for (std::size_t i = 0; i < rule->coefficients.size(); ++i)
    if (path.starts_with(prefix) && path.substr(prefix.size()) == rule->coefficients[i].name &&
        rule->coefficients[i].kind != update::Coefficient::Kind::flag)
      return StepSlope{{}, 0, i};
  return {};
}

double mixed_slope(std::string_view a, std::string_view b) {
  return (a == kLambda && b == kRatio) || (a == kRatio && b == kLambda) ? 1 : 0;
}

bool differentiable(const LaneConfig& lane, std::string_view path, Hypergradient method) {
  const bool penalty = penalty_slope(lane.model, path).has_value();
  if (method == Hypergradient::implicit)
    return penalty && is_convex(lane.model.type()) && lane.model.loss.info().smooth;
  const TrainingSettings& training = lane.training;
  return !training.optimizer.is_solver() && training.precision == "float64" && training.clip_norm == 0 &&
         step_slope(lane, path, 1).has_value();
}

}  // namespace holdout::train
