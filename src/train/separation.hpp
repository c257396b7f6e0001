// Whether the classes of training rows can be separated by scores that are linear in the parameters. Where they can, J
// of logistic or softmax regression without a penalty falls for ever as the weights grow: it has no minimum (Albert and
// Anderson, Biometrika 71, 1984).
#pragma once

#include <span>

#include <holdout/train/design.hpp>
#include <holdout/train/settings.hpp>

namespace holdout::train {

/// Whether some weights were found that leave every row, or of several classes every row of one class and every row
/// of the others, on its own side, with the rounding of scores counted. True is a proof. False is none: rows that touch
/// (quasi-separation) are not found, nor classes that can only be separated in groups.
template <class T>
bool separable(const Design<T>& design, const ModelSettings& model);

}  // namespace holdout::train
