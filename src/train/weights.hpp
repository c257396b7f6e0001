// How much each training row counts.
#pragma once

#include <holdout/train/design.hpp>
#include <holdout/train/settings.hpp>

namespace holdout::train {

/// The weights that the rows of a part have by themselves, of mean 1. Empty where all count the same.
template <class T>
AlignedVector<T> own_weights(const Part<T>& part) {
  return AlignedVector<T>(part.weights.begin(), part.weights.end());
}

/// Weights of the rows of a part, of mean 1: the part's own, times those of classes. Empty where all count the same.
/// balanced: N / (K · N_c) for the rows of class c, as scikit-learn has it (King and Zeng, Political Analysis 9, 2001);
/// N_c is the sum of the weights of its rows. Weights v of classes by name: N · v_c / Σ_c v_c N_c, so that λ and step
/// sizes mean what they mean without them.
/// @param model  its class_weight, or its class_weights
template <class T>
AlignedVector<T> row_weights(const Part<T>& part, std::size_t classes, const ModelSettings& model);

/// The curvature of the training rows as a model counts them: with the weights of classes, if it has any.
template <class T>
Curvature curvature_of(const Design<T>& design, const ModelSettings& model);

}  // namespace holdout::train
