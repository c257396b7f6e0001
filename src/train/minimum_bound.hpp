// How far trained parameters can be from the minimum of J, as a proof. J is strongly convex in the weights only, so
// intercepts are treated apart: with p(w) the least J over the intercepts, which is strongly convex with λ,
//     √Σ λ_j (w − w*)_j²  ≤  √Σ (∂p/∂w_j)² / λ_j,    p(w) − J*  ≤  ½ Σ (∂p/∂w_j)² / λ_j,
// and ∂p/∂w is ∂J/∂w at the best intercepts. These are found and enclosed; what is left of the enclosure, and of
// rounding, is added to the gradient. Everything is computed in extended precision, from the formulas of the losses and
// by none of the code that trains.
#pragma once

#include <span>

#include <holdout/train/design.hpp>
#include <holdout/train/settings.hpp>

namespace holdout::train {

struct MinimumBound {
  double distance, gap;    // of the weights ‖w − w*‖, of J(θ) − J*; NaN: nothing could be shown
  double gradient_norm;    // ‖∇J(θ)‖ without l1, rounding counted; NaN: too many rows
  bool separated = false;  // every training row is on its own side at θ: J has no minimum without a penalty
};

/// At most so many numbers (rows · features · outputs) are gone through; else nothing is shown.
inline constexpr double kBoundWork = 3e8;
/// And at most so many of the intercepts' Hessian in each of a few dozen steps (rows · outputs²): a second in all.
inline constexpr double kInterceptWork = 3e7;

/// @param l2  of every feature, as ModelSettings::ridges; distance and gap need all of them to be positive
template <class T>
MinimumBound minimum_bound(const Design<T>& design, const ModelSettings& model, std::span<const double> theta);

}  // namespace holdout::train
