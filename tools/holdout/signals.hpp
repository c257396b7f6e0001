// SIGINT, SIGTERM and SIGHUP: the first asks a run to end cleanly, the second ends the process at once. One that the
// parent process had ignored (nohup, background jobs of a shell script) stays ignored.
#pragma once

#include <atomic>
#include <csignal>
#include <optional>

#include <holdout/base/thread.hpp>

namespace holdout::cli {

/// Takes signals as long as it lives. Must be made before any other thread starts, so that all inherit its mask.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// From now on the first signal asks. Before, it ends the process: while data are read there is nothing to store.
  void ask_first() { ask_ = true; }
  /// Becomes true at the first signal.
  const std::atomic<bool>& interrupted() const { return interrupted_; }
  /// Its number; 0 if there was none.
  int number() const { return number_; }

 private:
  void wait();

  sigset_t set_, before_;
  std::atomic<bool> interrupted_ = false, done_ = false, ask_ = false;
  std::atomic<int> number_ = 0;
  std::optional<Thread> thread_;
};

}  // namespace holdout::cli
