// Hyperparameters as derivatives see them: how each enters J.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <holdout/train/trainer.hpp>

namespace holdout::train {

/// How a hyperparameter h changes the penalties: ∂λ₂/∂h and ∂λ₁/∂h.
struct PenaltySlope {
  double value = 0;  // of h
  double l2 = 0, l1 = 0;
  const PenaltyGroup* group = nullptr;  // whose λ₂ alone it changes; null: that of all weights in no group
};

/// None if the path is not that of a penalty.
std::optional<PenaltySlope> penalty_slope(const ModelSettings& model, std::string_view path);

/// The same of many paths, each that of a penalty.
std::vector<PenaltySlope> penalty_slopes(const ModelSettings& model, std::span<const std::string> paths);

/// ∂λ₂/∂h of all weights, as ModelSettings::ridges has λ₂.
Ridges ridge_slopes(const ModelSettings& model, const PenaltySlope& slope, std::size_t features);

/// Σ_j ∂λ₂ⱼ/∂h · by_feature[j] + ∂λ₁/∂h · by_sign.
double along(const ModelSettings& model, const PenaltySlope& slope, std::span<const double> by_feature, double by_sign);

/// How a hyperparameter h enters the steps of a training.
struct StepSlope {
  PenaltySlope penalty;
  double rate = 0;                         // ∂γ/∂h at the start of the schedule
  std::optional<std::size_t> coefficient;  // of the rule: h is this one
};

/// None if the path is that of no number which the steps depend on smoothly.
/// @param automatic_rate  γ of `learning_rate: auto`; not used where the learning rate is a number
std::optional<StepSlope> step_slope(const LaneConfig& lane, std::string_view path, double automatic_rate);

/// ∂²λ₁/∂a∂b of two penalties; that of λ₂ is its negative, since only the ratio of an elastic net multiplies.
double mixed_slope(std::string_view a, std::string_view b);

}  // namespace holdout::train
