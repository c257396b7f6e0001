#include <holdout/base/parallel.hpp>

#include <exception>
#include <string>
#include <vector>

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <holdout/base/error.hpp>

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

struct Workers::Arena {
  explicit Arena(int threads)
      : limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads)), arena(threads) {}
  tbb::global_control limit;
  tbb::task_arena arena;
};

Workers::Workers(int threads) {
  constexpr int kMost = 1024;
  if (threads < 0 || threads > kMost)
    throw Error("threads: " + std::to_string(threads) + " is not a number from 1 to " + std::to_string(kMost),
                "leave --threads away to use every CPU");
  threads_ = threads > 0 ? threads : tbb::info::default_concurrency();
  arena_ = std::make_unique<Arena>(threads_);
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
