// How much each training row counts.
#pragma once

#include <string_view>

#include <holdout/train/design.hpp>
#include <holdout/train/settings.hpp>

namespace holdout::train {

/// Weights of the rows of a part, of mean 1: the part's own, times those of classes. Empty where all count the same.
/// balanced: N / (K · N_c) for the rows of class c, as scikit-learn has it (King and Zeng, Political Analysis 9, 2001);
/// N_c is the sum of the weights of its rows.
/// @param class_weight  none or balanced
template <class T>
AlignedVector<T> row_weights(const Part<T>& part, std::size_t classes, std::string_view class_weight);

/// The curvature of the training rows as a model counts them: with the weights of classes, if it has any.
template <class T>
Curvature curvature_of(const Design<T>& design, const ModelSettings& model);

}  // namespace holdout::train
