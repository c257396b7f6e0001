// Whether a training fits into memory, told before it starts.
#pragma once

#include <cstdint>
#include <span>

#include <holdout/data/load.hpp>
#include <holdout/study/study.hpp>

namespace holdout::study {

/// Bytes that training such configurations takes beside the data as read: the folds, standardized, in every precision
/// that occurs; the winner's refit; and a cohort on each thread.
double training_bytes(const data::Prepared& data, std::span<const train::LaneConfig> configs, int threads);

/// @throws Error(Fault::failure) with both numbers if the training needs more than is free
void check_memory(const data::Prepared& data, std::span<const train::LaneConfig> configs, int threads);

}  // namespace holdout::study
