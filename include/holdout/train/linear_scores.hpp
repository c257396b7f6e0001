// Scores before a loss's link, which are linear in the parameters of a model without layers: those of models that are
// put together from others follow from theirs.
#pragma once

#include <span>
#include <vector>

#include <holdout/train/design.hpp>
#include <holdout/train/trainer.hpp>

namespace holdout::train {

/// [row][outputs] what predict() makes predictions of.
std::vector<double> linear_scores(const Part<double>& part, const Shape& shape, std::span<const double> theta);
/// Makes predictions of them, in place: with a log link e^f, else what they are.
void predict_from_scores(const Shape& shape, std::span<double> scores);

}  // namespace holdout::train
