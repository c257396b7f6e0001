// What trained lanes are worth on the hold-out rows.
#pragma once

#include <vector>

#include <holdout/train/trainer.hpp>

#include "models.hpp"

namespace holdout::train {

/// Fills in metrics, value and the last point of the curve of a lane, from what it says of the hold-out rows.
/// @param classes  Design::classes
void measure(std::size_t classes, Link link, const Metric& objective, const Predictions& predictions,
             LaneResult& result);

/// The same of every lane, from its theta: one pass over the hold-out rows.
template <class T>
void measure(const Model<T>& model, Link link, const Design<T>& design, const Metric& objective,
             std::vector<LaneResult>& results);

}  // namespace holdout::train
