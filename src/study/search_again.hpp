// A search run once more from its beginning: for trials that no training on its own repeats.
#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include <holdout/base/parallel.hpp>
#include <holdout/data/load.hpp>
#include <holdout/study/reader.hpp>
#include <holdout/study/run_facts.hpp>
#include <holdout/study/trial.hpp>

namespace holdout::study {

struct Searched {
  std::vector<Trial> trials;  // by number, with their curves
  std::optional<Winner> winner;
};

/// Runs the study to its end in a folder of its own, among the system's temporary ones, and deletes that. Nothing if
/// interrupted.
/// @throws Error if there is no room for it
std::optional<Searched> search_again(const StudyFile& file, const data::Prepared& data, const Workers& workers,
                                     const std::atomic<bool>& interrupt);

}  // namespace holdout::study
