#include "hyperparameters.hpp"

#include <algorithm>
#include <unordered_map>

#include <holdout/train/hypergradient.hpp>

#include "models.hpp"

namespace holdout::train {
namespace {

constexpr std::string_view kLambda = "model.elastic_net.lambda", kRatio = "model.elastic_net.ratio",
                           kGroups = "model.l2.groups.";

}  // namespace

std::optional<PenaltySlope> penalty_slope(const ModelSettings& model, std::string_view path) {
  const ElasticNet& net = model.elastic_net;
  if (path == "model.l2") return PenaltySlope{model.l2, 1, 0};
  if (path == "model.l1") return PenaltySlope{model.l1, 0, 1};
  if (path == kLambda) return PenaltySlope{net.lambda, 1 - net.ratio, net.ratio};
  if (path == kRatio) return PenaltySlope{net.ratio, -net.lambda, net.lambda};
  if (!path.starts_with(kGroups)) return {};
  for (const PenaltyGroup& group : model.l2_groups)
    if (group.name == path.substr(kGroups.size())) return PenaltySlope{group.l2, 1, 0, &group};
  return {};
}

std::vector<PenaltySlope> penalty_slopes(const ModelSettings& model, std::span<const std::string> paths) {
  std::unordered_map<std::string_view, const PenaltyGroup*> groups;
  for (const PenaltyGroup& group : model.l2_groups) groups.emplace(group.name, &group);
  std::vector<PenaltySlope> out;
  for (const std::string_view path : paths) {
    const auto group = path.starts_with(kGroups) ? groups.find(path.substr(kGroups.size())) : groups.end();
    out.push_back(group == groups.end() ? penalty_slope(model, path).value()
                                        : PenaltySlope{group->second->l2, 1, 0, group->second});
  }
  return out;
}

Ridges ridge_slopes(const ModelSettings& model, const PenaltySlope& slope, std::size_t features) {
  if (model.l2_groups.empty()) return {slope.l2};
  Ridges all(features + 1, slope.group ? 0 : slope.l2);
  for (const PenaltyGroup& group : model.l2_groups)
    for (const std::uint32_t feature : group.features)
      if (feature < features) all[feature] = &group == slope.group ? slope.l2 : 0;
  return all;
}

double along(const ModelSettings& model, const PenaltySlope& slope, std::span<const double> by_feature,
             double by_sign) {
  double sum = slope.l1 * by_sign;
  if (slope.group) {
    for (const std::uint32_t feature : slope.group->features) sum += slope.l2 * by_feature[feature];
    return sum;
  }
  const Ridges slopes = ridge_slopes(model, slope, by_feature.size());
  for (std::size_t j = 0; j < by_feature.size(); ++j) sum += slopes[slopes.size() == 1 ? 0 : j] * by_feature[j];
  return sum;
}

std::optional<StepSlope> step_slope(const LaneConfig& lane, std::string_view path, double automatic_rate) {
  const TrainingSettings& training = lane.training;
  const bool automatic = training.learning_rate.start == LearningRate::kAuto;
  if (const auto penalty = penalty_slope(lane.model, path)) {
    // γ = 1/(L + λ₂) with the largest λ₂, so dγ/dλ₂ = −γ² for that one.
    double largest = lane.model.ridge();
    for (const PenaltyGroup& group : lane.model.l2_groups) largest = std::max(largest, group.l2);
    const bool counts = automatic && largest == (penalty->group ? penalty->group->l2 : lane.model.ridge());
    return StepSlope{*penalty, counts ? -automatic_rate * automatic_rate * penalty->l2 : 0, {}};
  }
  if (path == "training.learning_rate" || path == "training.learning_rate.start") {  // the former is short for it
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

std::vector<std::string_view> not_followed(const LaneConfig& lane) {
  std::vector<std::string_view> paths;
  if (lane.model.dropout > 0) paths.push_back("model.dropout");
  if (lane.training.clip_norm > 0) paths.push_back("training.clip_norm");
  if (lane.training.average.selected() != AverageChoice::none) paths.push_back("training.average");
  if (lane.training.starts > 1) paths.push_back("training.starts");
  return paths;
}

bool differentiable(const LaneConfig& lane, std::string_view path, Hypergradient method) {
  const bool penalty = penalty_slope(lane.model, path).has_value();
  if (method == Hypergradient::implicit)
    return penalty && is_convex(lane.model.type()) && lane.model.loss.info().smooth;
  const TrainingSettings& training = lane.training;
  return !training.optimizer.is_solver() && !training.in_float32() && not_followed(lane).empty() &&
         step_slope(lane, path, 1).has_value();
}

}  // namespace holdout::train
