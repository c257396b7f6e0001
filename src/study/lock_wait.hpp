// What a run does while another program keeps the database locked: it tries again and again, says so now and then, and
// gives up soon after it was interrupted. Used by whatever writes to storage during a run.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>

#include <holdout/study/runner.hpp>

namespace holdout::study {

/// One wait after the other, each from the first attempt that found the database locked to one that did not.
class LockWait {
 public:
  LockWait(const std::atomic<bool>& interrupt, Observer& observer) : interrupt_(interrupt), observer_(observer) {}

  /// An attempt found it locked. @param waiting  what to tell of what waits, from time to time
  void locked(const std::string& waiting);
  /// An attempt succeeded. @param stored  what to tell of that, if the wait was told
  void released(const std::string& stored);
  /// Whether not to try again: it has been locked, and the run interrupted, for long enough.
  bool given_up() const;
  /// For how many seconds it has been locked.
  long long seconds() const;

 private:
  using Clock = std::chrono::steady_clock;
  const std::atomic<bool>& interrupt_;
  Observer& observer_;
  std::optional<Clock::time_point> since_, interrupted_, told_;
};

}  // namespace holdout::study
