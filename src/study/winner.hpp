// What happens to the best configuration after the search.
#pragma once

#include <atomic>
#include <optional>

#include <holdout/study/runner.hpp>
#include <holdout/study/trial.hpp>
#include <holdout/train/trainer.hpp>

#include "choice_bias.hpp"
#include "designs.hpp"

namespace holdout::study {

/// The complete trial with the best value; of equals the first. Null if none is complete.
const Trial* best_trial(std::span<const Trial> trials, bool maximize);

/// The winner of a search that has come to its end: the best trial, or the study's default configuration where that is
/// strictly better and lies inside of what is searched. What the defaults give is filled in, by the trial that has them
/// or by a training of their own; and how the best trial with one λ for all does on the test rows, where the search had
/// many. Its errors on the test rows are those of the model trained on the training rows, and of the one refitted on
/// training and hold-out rows for as many epochs as were best; without test rows there are none, and the refitted model
/// all the same. Nothing if interrupted.
/// @param data     without products of features: they are made as the configuration says
/// @param bias     was told of all trials; says what of the best value comes from the choice
/// @param best     of the trials
/// @param trained  [fold]: its results, if they are at hand
std::optional<Winner> finalize_winner(const StudyFile& file, const data::Prepared& data, std::span<const Trial> trials,
                                      const Trial& best, std::vector<train::LaneResult> trained, Designs& designs,
                                      const ChoiceBias& bias, const train::Metric& metric, const Workers& workers,
                                      const std::atomic<bool>& interrupt);

/// The same once more for a stored winner, with its choice between trial and defaults, and as far as it was measured.
/// @param best  the trial that it names
/// @param bias  was told of all trials, or null: what of the best value comes from the choice is left out
std::optional<Winner> repeat_winner(const Winner& stored, const StudyFile& file, const data::Prepared& data,
                                    std::span<const Trial> trials, const Trial& best, Designs& designs,
                                    const ChoiceBias* bias, const train::Metric& metric, const Workers& workers,
                                    const std::atomic<bool>& interrupt);

}  // namespace holdout::study
