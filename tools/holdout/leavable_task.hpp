// Work that a signal must be able to end within a bounded time, whatever it is doing: some steps are single calls into
// a library that nothing stops (the eigenvalues of 5000 features take minutes). Such work runs on a thread of its own,
// and whoever waits for it can leave.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>

namespace holdout::cli {

class LeavableTask {
 public:
  /// Begins. What the work uses must live until the process ends, if it is left.
  explicit LeavableTask(std::function<void()> work);
  ~LeavableTask();
  LeavableTask(const LeavableTask&) = delete;
  LeavableTask& operator=(const LeavableTask&) = delete;

  /// Waits for the end of the work; once `interrupted` is true, for so long at most.
  /// @return whether it has ended. If not, it still goes on: then the process may only be ended by leave()
  /// @throws what the work threw
  [[nodiscard]] bool wait(const std::atomic<bool>& interrupted, std::chrono::milliseconds patience);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// What a signal may take: training ends at its next step, or is left after the first of these; reports that are not
/// written after the second are not written. Together less than two seconds.
inline constexpr std::chrono::milliseconds kTrainingPatience{1000}, kReportPatience{700};

/// Ends the process at once, while work that was left still goes on. What was printed is flushed.
[[noreturn]] void leave(int code);

}  // namespace holdout::cli
