// Nested cross-validation: the whole search once more without each outer fold's rows, which then measure what it chose.
// The error of the best of many configurations is too good, as it was chosen by it; the mean over outer folds is not.
// Stone, JRSS B 36, 1974; Varma and Simon, BMC Bioinformatics 7, 2006.
#pragma once

#include <atomic>
#include <string>

#include <holdout/base/parallel.hpp>
#include <holdout/study/run_folder.hpp>
#include <holdout/study/runner.hpp>

namespace holdout::study {

/// The folder of an outer fold's search in that of the run: outer-0, outer-1 …
std::string outer_folder(std::size_t fold);

/// Whether nothing of it is left to do; also where the study asks for none.
bool nested_finished(const Storage& storage);

/// Runs the search of each outer fold, in a folder of its own in the run's: it is the run that the study with
/// `data.split.outer.fold: K` is, and goes on where it was stopped. Results are noted in the run's storage as they
/// come.
/// @param data    as prepare() gave them; each fold's split is put in its place for a while
/// @param storage  of the run, whose own search has come to its end
/// @return done or interrupted: an outer fold in which every trial failed has no value
RunEnd run_outer_folds(const StudyFile& file, data::Prepared& data, const RunFolder& folder, Storage& storage,
                       const Workers& workers, const std::atomic<bool>& interrupt, Observer& observer);

}  // namespace holdout::study
