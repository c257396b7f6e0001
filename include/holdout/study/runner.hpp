// A study at work: data read, space searched, trials trained and stored, the winner trained again.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include <holdout/base/parallel.hpp>
#include <holdout/data/load.hpp>
#include <holdout/study/reader.hpp>
#include <holdout/study/storage.hpp>

namespace holdout::study {

/// Reads the data of a study, and checks what only study and data together can tell: classes against the model. Gives
/// groups of features (model.l2.groups) what belongs to them.
/// @param spill  where dense rows go that are many
/// @throws Error with places in the study or the data file
data::Prepared prepare(StudyFile& file, const data::Spill& spill = {});

/// How far a run is.
struct RunState {
  std::int64_t done = 0, failed = 0;  // trials with an outcome; those of them that failed
  std::int64_t stored = 0;            // those of them that an earlier process trained
  std::int64_t planned = 0;           // 0: not known
  std::int64_t cohorts = 0;           // in training at this moment (k folds: each of a cohort's folds counts)
  std::optional<double> best;         // as the metric counts
  bool winner = false;                // the search is over, the winner is trained again
  struct Certifying {
    double share = 0;            // of the range, as ln λ: its bounds are there
    std::int64_t intervals = 0;  // that were bounded, the open ones too
  };
  std::optional<Certifying> certifying = {};  // the winner is there, and the search's λ is certified
};

/// Is told how far a run is, by one thread at a time.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void changed(const RunState& state) = 0;
  /// Something that the user should know now: another program keeps the database locked.
  virtual void note(const std::string& /*text*/) {}
};

enum class RunEnd { done, interrupted, all_failed };

/// Whether a run has come to its end, and other programs have left its trials as they were.
bool finished(const Storage& storage);

/// The first trial that was stored without the derivatives that the search wanted of it: an earlier holdout did that
/// when it was interrupted. What was asked for after it follows from nothing: `run` trains that trial and all later
/// ones again, also in a run that has come to its end.
std::optional<int> first_without_derivatives(const Storage& storage, const Study& study);

/// Runs a study to its end. What the storage holds already is not trained again: the search is told of it, and goes on
/// as if it had never stopped. A trial that processes died of three times is failed. Trials that other programs added
/// are left alone, those that they changed or deleted are trained again. Where another program keeps the database
/// locked, training goes on and outcomes wait in memory, up to kMaxWaiting.
/// @param interrupt  may become true at any time: what is finished by then is stored, the rest is left
/// @throws Error if the storage has trials that this search would not ask for; if another program deleted or changed
///   trials meanwhile, deleted the study, or the file; if too much waits for a lock
RunEnd run(const StudyFile& file, const data::Prepared& data, Storage& storage, const Workers& workers,
           const std::atomic<bool>& interrupt, Observer& observer);

/// Notes that a run has stopped though a step of its training goes on, which nobody can wait for: what is stored
/// stands, and nothing more can be stored. What the training does then, it does in vain.
/// @param seconds  that this process has worked
/// @return false if another program kept the database locked: outcomes may have waited for it, and are lost
bool stop_storing(Storage& storage, double seconds);

}  // namespace holdout::study
