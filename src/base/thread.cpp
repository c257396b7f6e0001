#include <holdout/base/thread.hpp>

#include <sched.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include <holdout/base/error.hpp>
#include <holdout/base/limits.hpp>

namespace holdout {
namespace {

// As TBB gives its workers. It is reserved, not used.
constexpr std::size_t kStack = std::size_t{4} << 20;

// @return 0, or an errno
int make(pthread_t& thread, std::size_t stack, void* (*body)(void*), void* argument) {
  pthread_attr_t attributes;
  if (const int problem = pthread_attr_init(&attributes); problem != 0) return problem;
  int problem = pthread_attr_setstacksize(&attributes, stack);
  if (problem == 0) problem = pthread_create(&thread, &attributes, body, argument);
  pthread_attr_destroy(&attributes);
  return problem;
}

// Threads of this process, of which the system has not yet forgotten any; 0 where it does not say.
std::size_t threads_counted() {
  constexpr std::size_t kOthers = 2;  // links of an empty folder
  struct stat tasks {};
  return ::stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink > kOthers ? tasks.st_nlink - kOthers : 0;
}

}  // namespace

Thread::Thread(std::function<void()> body) {
  using Body = std::function<void()>;
  auto owned = std::make_unique<Body>(std::move(body));  // by the thread, which may outlive this object
  const int problem = make(
      handle_, kStack,
      [](void* given) -> void* {
        const std::unique_ptr<Body> mine(static_cast<Body*>(given));
        (*mine)();
        return nullptr;
      },
      owned.get());
  if (problem != 0)
    throw Error("a thread cannot be made: " + system_words(problem) + in_brackets(thread_limits()),
                "raise the limit, or use fewer threads: --threads", Fault::failure);
  static_cast<void>(owned.release());
  running_ = true;
}

Thread::~Thread() { join(); }

void Thread::join() {
  if (running_) pthread_join(handle_, nullptr);
  running_ = false;
}

void Thread::detach() {
  if (running_) pthread_detach(handle_);
  running_ = false;
}

int count_possible_threads(int wanted, std::size_t stack) {
  const std::size_t before = threads_counted();
  std::mutex gate;  // they all wait here, so that all are there at once
  std::vector<pthread_t> made;
  try {
    made.reserve(static_cast<std::size_t>(wanted));
  } catch (const std::bad_alloc&) {
    return 0;
  }
  {
    const std::lock_guard closed(gate);
    const auto wait = [](void* g) -> void* {
      const std::lock_guard passed(*static_cast<std::mutex*>(g));
      return nullptr;
    };
    while (static_cast<int>(made.size()) < wanted) {
      pthread_t thread{};
      if (make(thread, stack, wait, &gate) != 0) break;
      made.push_back(thread);
    }
  }
  for (const pthread_t thread : made) pthread_join(thread, nullptr);
  // The system counts a thread until a moment after its end: the next ones could be refused for its sake.
  constexpr std::chrono::milliseconds kPatience(500);
  const auto start = std::chrono::steady_clock::now();
  while (threads_counted() > before && std::chrono::steady_clock::now() - start < kPatience) ::sched_yield();
  return static_cast<int>(made.size());
}

}  // namespace holdout
