// J of a model as a function of its parameters: the surface on which a training moves.
#pragma once

#include <span>
#include <vector>

#include <holdout/train/design.hpp>
#include <holdout/train/settings.hpp>

namespace holdout::train {

struct ObjectiveValue {
  double value = 0;          // J = (1/N) Σ L + (λ₂/2)‖w‖² + λ₁‖w‖₁, over all training rows
  double gradient_norm = 0;  // ‖∇J‖; with l1, of the shortest subgradient
};

/// J at many points, by the kernels that train. Class weights count as they do in training.
/// @param thetas  [point][parameter], as LaneResult::theta has them
/// @return one for each point; values that are not finite where J overflows
std::vector<ObjectiveValue> objective_at(const Design<double>& design, const ModelSettings& model,
                                         std::span<const std::vector<double>> thetas);

}  // namespace holdout::train
