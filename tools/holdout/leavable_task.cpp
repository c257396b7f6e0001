#include "leavable_task.hpp"

#include <unistd.h>

#include <condition_variable>
#include <exception>
#include <iostream>
#include <mutex>
#include <optional>

#include <holdout/base/error.hpp>
#include <holdout/base/thread.hpp>

namespace holdout::cli {

struct LeavableTask::State {
  std::mutex mutex;
  std::condition_variable change;
  bool ended = false;
  std::exception_ptr problem;
  std::optional<Thread> thread;
};

LeavableTask::LeavableTask(std::function<void()> work) : state_(std::make_shared<State>()) {
  // The thread shares the state: it may outlive this object.
  const auto run = [state = state_, work = std::move(work)] {
    std::exception_ptr problem;
    try {
      work();
    } catch (...) {
      problem = std::current_exception();
    }
    const std::lock_guard lock(state->mutex);
    state->ended = true, state->problem = problem;
    state->change.notify_all();
  };
  try {
    state_->thread.emplace(run);
  } catch (const Error&) {  // no thread can be made: then it cannot be left
    run();
  }
}

LeavableTask::~LeavableTask() {
  if (state_->thread) state_->thread->detach();
}

bool LeavableTask::wait(const std::atomic<bool>& interrupted, std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kLook{20};  // a signal wakes nobody here
  std::unique_lock lock(state_->mutex);
  const auto ended = [this] { return state_->ended; };
  while (!interrupted && !state_->change.wait_for(lock, kLook, ended)) continue;
  if (!state_->change.wait_until(lock, Clock::now() + patience, ended)) return false;
  lock.unlock();
  if (state_->thread) state_->thread->join();
  if (state_->problem) std::rethrow_exception(state_->problem);
  return true;
}

void leave(int code) {
  std::cout.flush();
  std::cerr.flush();
  ::_exit(code);
}

}  // namespace holdout::cli
