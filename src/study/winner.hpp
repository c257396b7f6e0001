// What happens to the best configuration after the search.
#pragma once

#include <atomic>
#include <optional>

#include <holdout/study/runner.hpp>
#include <holdout/study/trial.hpp>
#include <holdout/train/trainer.hpp>

#include "designs.hpp"

namespace holdout::study {

/// The complete trial with the best value; of equals the first. Null if none is complete.
const Trial* best_trial(std::span<const Trial> trials, bool maximize);

/// What the winner says besides its value: its error on the test rows, by the model trained on the training rows, and
/// by the one refitted on training and hold-out rows for as many epochs as were best. Without test rows there are no
/// such errors; the refitted model is there all the same. Nothing if one of its trainings was interrupted, or what is
/// made of them.
/// @param plain    without products of features: they are made as the configuration says
/// @param trained  [fold]: its results, if they are at hand; else it is trained again, alone, with the same ones
std::optional<Winner> crown(const StudyFile& file, const data::Prepared& plain, const Trial& trial, Designs& designs,
                            const train::Metric& metric, const Workers& workers, const std::atomic<bool>& interrupt,
                            std::vector<train::LaneResult> trained = {});

/// Fills in what the study's default configuration gives: the result of the trial that has it, or a training of its
/// own. Its error on the test rows is had as the winner's: by the model of the training rows, k folds: by the refitted
/// one.
/// @return false if interrupted: nothing is filled in then
[[nodiscard]] bool compare_with_default(Winner& winner, const StudyFile& file, const data::Prepared& data,
                                        std::span<const Trial> trials, Designs& designs, const train::Metric& metric,
                                        const Workers& workers, const std::atomic<bool>& interrupt);

/// Fills in how the best trial with one λ for all does on the test rows, where the search had many.
/// @return false if interrupted: nothing is filled in then
[[nodiscard]] bool compare_with_tied(Winner& winner, const StudyFile& file, const data::Prepared& data,
                                     std::span<const Trial> trials, Designs& designs, const train::Metric& metric,
                                     const Workers& workers, const std::atomic<bool>& interrupt);

}  // namespace holdout::study
