// Gives a number of a lane's settings a value by its path in a study.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <holdout/train/trainer.hpp>

#include "support/set_field.hpp"

namespace holdout::testing {

/// The number at that path, for reading and writing; coefficients of rules only for reading.
inline double get_path(const train::LaneConfig& lane, std::string_view path) {
  if (path == "model.l2") return lane.model.l2;
  if (path == "model.l1") return lane.model.l1;
  if (path == "model.elastic_net.lambda") return lane.model.elastic_net.lambda;
  if (path == "model.elastic_net.ratio") return lane.model.elastic_net.ratio;
  if (path == "training.learning_rate.start") return lane.training.learning_rate.start;
  for (const train::PenaltyGroup& group : lane.model.l2_groups)
    if (path == "model.l2.groups." + group.name) return group.l2;
  const update::RuleDescription& rule = *lane.training.optimizer.rule();
  for (std::size_t i = 0; i < rule.coefficients.size(); ++i)
    if (path.ends_with("." + std::string(rule.coefficients[i].name))) return lane.training.optimizer.coefficients()[i];
  throw std::invalid_argument(std::string(path));
}

inline train::LaneConfig with_path(train::LaneConfig lane, std::string_view path, double value) {
  for (train::PenaltyGroup& group : lane.model.l2_groups)
    if (path == "model.l2.groups." + group.name) return group.l2 = value, lane;
  if (path == "model.l2")
    lane.model.l2 = value;
  else if (path == "model.l1")
    lane.model.l1 = value;
  else if (path == "model.elastic_net.lambda")
    lane.model.elastic_net.lambda = value;
  else if (path == "model.elastic_net.ratio")
    lane.model.elastic_net.ratio = value;
  else if (path == "training.learning_rate.start")
    lane.training.learning_rate.start = value;
  else
    set_field(lane.training.optimizer, path.substr(path.rfind('.') + 1), value);
  return lane;
}

/// With λ of its own for every feature, in groups named 0, 1, …; or for some only.
inline train::LaneConfig with_groups(train::LaneConfig lane, std::size_t features, std::size_t first, double l2) {
  for (std::size_t j = first; j < features; ++j)
    lane.model.l2_groups.push_back(
        {std::to_string(j), {}, l2 * (1 + static_cast<double>(j)), {static_cast<std::uint32_t>(j)}});
  return lane;
}

}  // namespace holdout::testing
