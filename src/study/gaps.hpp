// Gaps between the transactions of a run, so that other programs get their turn.
#pragma once

#include <chrono>
#include <cstdint>

namespace holdout::study {

/// Optuna writes its revision when it opens a file. Where a writer took the lock again without a gap it never got a
/// turn within its 5 s; with gaps of 10 to 20 ms it always did. Short searches, which wait for what they store, need
/// not pause: some transactions may follow one another at once, and time without any earns them back.
class Gaps {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kGap{20};
  static constexpr std::int64_t kAtOnce = 32;  // transactions without a gap

  /// When a transaction may begin that wants to at `now`; asked once for each.
  Clock::time_point next(Clock::time_point now);
  /// The transaction has ended.
  void ended(Clock::time_point now) { last_end_ = now; }

 private:
  Clock::time_point last_end_{};
  std::int64_t at_once_ = 0;  // that may follow without a gap
};

}  // namespace holdout::study
