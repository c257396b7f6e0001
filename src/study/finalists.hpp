// Trainings at the end of a search: the best configuration, those that are compared with it, and their refits. Whatever
// agrees in its design and in the fields of a cohort is trained side by side.
#pragma once

#include <atomic>
#include <exception>
#include <optional>
#include <span>
#include <vector>

#include <holdout/data/load.hpp>
#include <holdout/study/reader.hpp>
#include <holdout/study/study.hpp>
#include <holdout/train/trainer.hpp>

#include "designs.hpp"

namespace holdout::study {

/// One configuration, trained.
struct Trained {
  train::LaneConfig config;
  std::vector<train::LaneResult> folds;  // [fold]; of a refit the only one
  std::exception_ptr failure;            // what its training threw; there are no results then
  std::optional<double> threshold = {};  // tuned on the hold-out rows of the folds; of a refit the one it was given

  bool interrupted() const;
};

/// Trains configurations on the folds of a study, each as the search trains it. One that throws takes no other with it.
/// @return as many, in their order
std::vector<Trained> train_on_folds(const Study& study, std::span<const train::LaneConfig> configs, Designs& designs,
                                    const data::Dataset& dataset, const train::Metric& metric, const Workers& workers,
                                    const std::atomic<bool>& interrupt);

/// Trains configurations on the training and hold-out rows of all folds together, for as many epochs as were best on
/// average; the test rows measure, if there are any, at the threshold of the trainings on the folds.
/// @param data    with all features of the configurations, products of features included
/// @param trained  their trainings on the folds, without failures
/// @return as many, in their order
std::vector<Trained> refit(const StudyFile& file, const data::Prepared& data, std::span<const Trained* const> trained,
                           const train::Metric& metric, const Workers& workers, const std::atomic<bool>& interrupt);

/// What the tuned model is trained on: the training and the hold-out rows of all folds, or what a split by time says;
/// ascending.
data::RowList refit_rows(const data::Split& split);

}  // namespace holdout::study
