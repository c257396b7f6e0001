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

double mixed_slope(std::string_view a, std::string_view b) {
  return (a == kLambda && b == kRatio) || (a == kRatio && b == kLambda) ? 1 : 0;
}

bool differentiable(const LaneConfig& lane, std::string_view path, Hypergradient method) {
  const bool penalty = penalty_slope(lane.model, path).has_value();
  if (method == Hypergradient::implicit)
    return penalty && is_convex(lane.model.type()) && lane.model.loss.info().smooth;
  return false;
}

}  // namespace holdout::train
