// Hyperparameters as derivatives see them: how each enters J.
#pragma once

#include <optional>
#include <string_view>

#include <holdout/train/trainer.hpp>

namespace holdout::train {

/// How a hyperparameter h changes the penalties: ∂λ₂/∂h and ∂λ₁/∂h.
struct PenaltySlope {
  double value = 0;  // of h
  double l2 = 0, l1 = 0;
};

/// None if the path is not that of a penalty.
std::optional<PenaltySlope> penalty_slope(const ModelSettings& model, std::string_view path);

/// ∂²λ₁/∂a∂b of two penalties; that of λ₂ is its negative, since only the ratio of an elastic net multiplies.
double mixed_slope(std::string_view a, std::string_view b);

}  // namespace holdout::train
