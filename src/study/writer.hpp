// The one thread that writes to storage, so that training never waits for a disk, nor for another program that keeps
// the database locked.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <vector>

#include <holdout/base/thread.hpp>
#include <holdout/study/storage.hpp>

#include "lock_wait.hpp"

namespace holdout::study {

class ChoiceBias;

/// How much may wait in memory for another program to give up its lock.
struct WaitingLimit {
  std::size_t bytes = std::size_t{256} << 20;  // of trials with their curves and models, estimated
  std::size_t trials = 1'000'000;
};

/// Begun trials are written before outcomes that are handed over later; outcomes that wait together share a
/// transaction, and wait for each other up to half a second unless somebody waits for them (drain).
class Writer {
 public:
  /// @param wait    used by the writer's thread alone, until it ends
  /// @param stored  outcomes that are stored already, for messages
  /// @param bias    stored with the outcomes of trials that it was told of before; null: there is none
  Writer(Storage& storage, LockWait wait, std::int64_t stored = 0, WaitingLimit limit = {},
         const ChoiceBias* bias = nullptr);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void begin(std::vector<Trial> trials);
  void finish(std::vector<Trial> trials);
  /// Whether writing has ended early: training on would be in vain.
  bool failed() const;
  /// Waits until everything is on disk. @return false if it is not, as the run was interrupted while another program
  /// kept the database locked
  /// @throws what writing threw
  bool drain();
  /// Waits until everything is on disk, or has to wait for another program. @throws what writing threw
  void settle();
  /// Outcomes that were given up, after drain() has said so.
  std::size_t unstored() const;

 private:
  void loop();
  void write(std::unique_lock<std::mutex>& lock, std::vector<Trial>& begun, std::vector<Trial>& finished);
  void wait_for_lock(std::unique_lock<std::mutex>& lock, std::vector<Trial>& finished, std::size_t bytes);
  void wait_until_idle(bool or_locked);

  Storage& storage_;
  LockWait wait_;
  const ChoiceBias* bias_;
  WaitingLimit limit_;
  mutable std::mutex mutex_;
  std::condition_variable wake_, idle_;
  std::vector<Trial> begun_, finished_;
  std::exception_ptr problem_;
  std::int64_t stored_ = 0;
  std::size_t unstored_ = 0;
  bool busy_ = false, stop_ = false, locked_ = false, given_up_ = false;
  int draining_ = 0;  // threads that wait
  Thread thread_;     // last: starts when all else is there
};

}  // namespace holdout::study
