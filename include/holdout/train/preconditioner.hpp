// An eigenbasis of the rows, by which solvers take fewer passes over them.
#pragma once

#include <span>

#include <holdout/train/design.hpp>
#include <holdout/train/trainer.hpp>

namespace holdout::train {

/// Whether trainings of this configuration take fewer passes where Design::ridge holds an eigenbasis: by a solver that
/// is not the closed form, with one λ, no l1, dense rows, and not so many features that the decomposition costs more
/// than it saves.
/// @param sparse  whether the rows are
bool takes_preconditioner(const LaneConfig& config, std::size_t features, bool sparse);

/// Gives all designs of classes that have no basis that of the first one's training rows: folds are much alike, and how
/// long solvers take depends on it, the minimum does not. Designs of numbers get their own, which the closed form of
/// ridge regression may use as well.
void add_preconditioners(std::span<Design<double>> designs);

}  // namespace holdout::train
