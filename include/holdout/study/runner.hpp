// A study at work: data read, space searched, trials trained and stored, the winner trained again.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include <holdout/base/parallel.hpp>
#include <holdout/data/load.hpp>
#include <holdout/study/reader.hpp>
#include <holdout/study/storage.hpp>

namespace holdout::study {

/// Reads the data of a study, and checks what only study and data together can tell: classes against the model.
/// @throws Error with places in the study or the data file
data::Prepared prepare(const StudyFile& file);

/// What storage keeps of a study. Its fingerprint holds the study's text and the marks of its files.
StudyRecord record_of(const StudyFile& file, const data::Prepared& data);

/// Why a run with one fingerprint cannot go on as another; empty if it can.
std::string difference(const std::string& stored_fingerprint, const std::string& fingerprint);

/// How far a run is.
struct RunState {
  std::int64_t done = 0, failed = 0;   // trials with an outcome; those of them that failed
  std::int64_t planned = 0;            // 0: not known
  std::optional<double> best;          // as the metric counts
  bool winner = false;                 // the search is over, the winner is trained again
};

/// Is told how far a run is, by one thread at a time.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void changed(const RunState& state) = 0;
};

enum class RunEnd { done, interrupted, all_failed };

/// Runs a study to its end into a new storage.
/// @param interrupt  may become true at any time: what is finished by then is stored, the rest is left
RunEnd run(const StudyFile& file, const data::Prepared& data, Storage& storage, const Workers& workers,
           const std::atomic<bool>& interrupt, Observer& observer);

}  // namespace holdout::study
