// Trials of a run trained again, and compared with what is stored.
#pragma once

#include <atomic>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <holdout/base/parallel.hpp>
#include <holdout/study/fingerprint.hpp>

namespace holdout::study {

/// A number that came out differently, as text that reads back exactly.
struct Deviation {
  std::optional<int> trial;  // empty: the study's defaults, where they are the best configuration
  std::string what;          // value, train_loss, holdout at epoch 7; of the winner: winner.test
  std::string stored, now;   // empty: there is none
};

struct Verification {
  std::vector<int> same;                             // to the last bit, in everything that is stored of them
  bool same_defaults = false;                        // the same of the defaults, where they are the best configuration
  bool same_corrected = false;                       // what the best value is without the choice was compared, and is
  std::vector<Deviation> deviations;                 // by trial, those of the defaults first
  std::vector<std::pair<int, std::string>> skipped;  // trials that were never trained, and why
  bool interrupted = false;                          // of the trials that are in none of these nothing is known
};

/// Trains these trials again from their own start, and the winner's refit if the best trial is among them; where the
/// study's defaults are the best configuration, the winner is what they give, trained again. Trials that
/// began where another ended, or were solved in part or with derivatives as the search asked (search: gradient), are
/// compared with those of the whole search run once more, which takes as long as the run did. With the best trial the
/// certificate is computed again, from the stored minima; with all trials, and after a search that was run once more,
/// also what the best value is without the choice.
/// @param trials     of the storage, with outcomes and their curves (Storage::curve)
/// @param interrupt  may become true at any time: what is compared by then stands, the rest is left
Verification verify(const Storage& storage, const StudyFile& file, const data::Prepared& data,
                    std::span<const Trial> trials, const Workers& workers,
                    const std::atomic<bool>* interrupt = nullptr);

/// An outer fold of nested cross-validation, its run trained again and what the nested error took from it.
struct OuterVerification {
  std::size_t fold = 0;
  bool unfinished = false;       // its search has not come to its end
  std::string missing;           // why nothing could be compared though it has
  Verification run;              // of its trials
  std::vector<Deviation> taken;  // numbers that its run and the run around it hold differently
};

/// The runs of the outer folds, as verify() does each; and whether the results that the run holds of them are theirs.
/// @param data    as prepare() gave them; each fold's split is put in its place for a while
/// @param folder  of the run
/// @param all     every trial; else the best one of each fold
/// @return as many as the run has outer folds; those after an interrupted one are left out
std::vector<OuterVerification> verify_outer_folds(const Storage& storage, const StudyFile& file, data::Prepared& data,
                                                  const std::string& folder, bool all, const Workers& workers,
                                                  const std::atomic<bool>* interrupt = nullptr);

/// What could make a training differ from the stored one: data, version of holdout, vectors of the CPU. None: nothing.
std::vector<std::string> reasons_to_differ(const Storage& storage, const StudyRecord& now);

}  // namespace holdout::study
