// A thread of our own: with a stack of known size, and refused in words where the system gives none.
#pragma once

#include <pthread.h>

#include <functional>

namespace holdout {

/// Runs `body` beside its maker, which waits for the end when the object goes. Its stack is as large as those of the
/// workers, and does not depend on the limit of the shell (ulimit -s), which may be too small or too large for one.
class Thread {
 public:
  /// @param body  must not throw; what it uses must outlive the thread
  /// @throws Error(Fault::failure) with the limits in force, if no thread can be made
  explicit Thread(std::function<void()> body);
  ~Thread();
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  pthread_t handle() const { return handle_; }
  /// Waits for the end now.
  void join();
  /// Leaves it to itself: nobody waits for its end.
  void detach();

 private:
  pthread_t handle_{};
  bool running_ = false;
};

/// How many of `wanted` threads beside the calling one can be made now, all at once, each with a stack of `stack`
/// bytes: makes them, and ends them again.
int count_possible_threads(int wanted, std::size_t stack);

}  // namespace holdout
