#include <holdout/base/parallel.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <holdout/base/error.hpp>
#include <holdout/base/limits.hpp>
#include <holdout/base/thread.hpp>

// ThreadSanitizer does not see the order that TBB makes (Debian's library is not instrumented), so it is told of it.
// The marks are globals: a body must not read anything of its caller's before it has acquired them.
#if defined(__SANITIZE_THREAD__)
extern "C" void __tsan_acquire(void*);
extern "C" void __tsan_release(void*);
namespace {
char start_mark, end_mark;
}
#define MARK_ACQUIRE(x) __tsan_acquire(&x)
#define MARK_RELEASE(x) __tsan_release(&x)
#define UNWATCHED __attribute__((no_sanitize("thread")))
#else
#define MARK_ACQUIRE(x) static_cast<void>(0)
#define MARK_RELEASE(x) static_cast<void>(0)
#define UNWATCHED
#endif

namespace holdout {
namespace {

// Beside the workers: the one that stores, and the one that waits for signals while a run trains.
constexpr int kOthers = 2;

// Of `wanted` threads, the calling one among them, how many there can be. TBB ends the process where it cannot make
// one, so it is never asked for more.
int possible_threads(int wanted) {
  if (wanted == 1) return 1;
  // What a thread takes that does nothing yet, of the system and of TBB (58 kB measured, with 1000 of them). They get
  // half of what is free at most: that a control group's memory is used up is not said, its processes are killed.
  constexpr double kBytes = 64 * 1024;
  const std::optional<double> free = free_bytes();
  const int fit = free ? static_cast<int>(std::min(*free / 2 / kBytes, static_cast<double>(wanted))) : wanted;
  const int others = std::min(wanted - 1, fit) + kOthers;
  const std::size_t stack = tbb::global_control::active_value(tbb::global_control::thread_stack_size);
  return std::max(1, 1 + count_possible_threads(others, stack) - kOthers);
}

}  // namespace

struct Workers::Arena {
  explicit Arena(int threads)
      : limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads)), arena(threads) {}
  tbb::global_control limit;
  tbb::task_arena arena;
};

Workers::Workers(int threads) {
  constexpr int kMax = 1024;
  if (threads < 0 || threads > kMax)
    throw Error("threads: " + std::to_string(threads) + " is not a number from 1 to " + std::to_string(kMax),
                "leave --threads away to use every CPU");
  const int wanted = threads > 0 ? threads : tbb::info::default_concurrency();
  threads_ = possible_threads(wanted);
  if (threads_ < wanted) {
    shortage_ = std::to_string(wanted) + " threads cannot be made, only " + std::to_string(threads_) +
                in_brackets(thread_limits());
    if (threads > 0)
      throw Error(shortage_, "use --threads " + std::to_string(threads_) + ", or raise the limit; results are the same",
                  Fault::failure);
  }
  arena_ = std::make_unique<Arena>(threads_);
  start_all();
}

// TBB makes threads when it first needs them. What they need may be gone by then, and it would end the process.
void Workers::start_all() const {
  constexpr std::chrono::milliseconds kPatience(1000);
  const auto until = std::chrono::steady_clock::now() + kPatience;
  std::mutex mutex;
  std::condition_variable all_there;
  int there = 0;
  try {
    for_each(static_cast<std::size_t>(threads_), [&](std::size_t) {
      std::unique_lock lock(mutex);
      if (++there == threads_) all_there.notify_all();
      all_there.wait_until(lock, until, [&] { return there == threads_; });
    });
  } catch (const std::runtime_error& problem) {  // TBB's, if others took what was there a moment before
    throw Error(std::to_string(threads_) + " threads cannot be made: " + problem.what() + in_brackets(thread_limits()),
                "raise the limit, or use fewer threads: --threads", Fault::failure);
  }
}

Workers::~Workers() = default;

void Workers::for_each(std::size_t n, const std::function<void(std::size_t)>& body) const {
  std::vector<std::exception_ptr> problems(n);
  const auto guarded = [&](std::size_t i) {
    try {
      body(i);
    } catch (...) {
      problems[i] = std::current_exception();
    }
    MARK_RELEASE(end_mark);
  };
  MARK_RELEASE(start_mark);
  if (n == 1 || threads_ == 1) {
    for (std::size_t i = 0; i < n; ++i) guarded(i);
  } else if (n > 1) {
    arena_->arena.execute([&] {
      tbb::this_task_arena::isolate([&] {
        tbb::parallel_for(
            tbb::blocked_range<std::size_t>(0, n, 1),
            // TBB copies this closure from task to task, after the mark: reading it is its business.
            [&](const tbb::blocked_range<std::size_t>& part) UNWATCHED {
              MARK_ACQUIRE(start_mark);
              for (std::size_t i = part.begin(); i != part.end(); ++i) guarded(i);
            },
            tbb::simple_partitioner());
      });
    });
  }
  MARK_ACQUIRE(end_mark);
  for (const std::exception_ptr& problem : problems)
    if (problem) std::rethrow_exception(problem);
}

}  // namespace holdout
