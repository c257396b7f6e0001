#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <holdout/base/error.hpp>
#include <holdout/base/parallel.hpp>

namespace holdout {

TEST_CASE("property: every body runs once, whatever the threads") {
  for (int threads = 1; threads <= 8; ++threads) {
    const Workers workers(threads);
    CHECK(workers.threads() == threads);
    for (const std::size_t n : {0, 1, 2, 7, 1000}) {
      std::vector<int> runs(n);
      workers.for_each(n, [&](std::size_t i) { ++runs[i]; });
      CHECK(runs == std::vector<int>(n, 1));
    }
  }
  CHECK(Workers().threads() >= 1);
}

TEST_CASE("property: an exception stops nobody, and the smallest index is thrown") {
  for (const int threads : {1, 2, 8}) {
    const Workers workers(threads);
    std::atomic<int> ran = 0;
    const auto body = [&](std::size_t i) {
      ++ran;
      if (i % 10 == 3) throw std::runtime_error(std::to_string(i));
    };
    CHECK_THROWS_WITH_AS(workers.for_each(200, body), "3", std::runtime_error);
    CHECK(ran == 200);
    CHECK_THROWS_AS(workers.for_each(1, [](std::size_t) { throw 7; }), int);
    ran = 0;
    workers.for_each(5, [&](std::size_t) { ++ran; });  // they work on
    CHECK(ran == 5);
  }
}

// A body that waits for its own inner work must not find itself below a piece of outer work on the same stack.
TEST_CASE("property: calls nest, and a waiting body takes no other outer work") {
  for (const int threads : {1, 2, 4}) {
    const Workers workers(threads);
    std::atomic<int> inner = 0, nested = 0, taken = 0;
    thread_local int depth = 0;
    workers.for_each(60, [&](std::size_t) {
      if (++depth > 1) ++nested;
      const auto owner = std::this_thread::get_id();
      workers.for_each(6, [&](std::size_t) {
        // Pieces taken by another thread last long, so that their owner has to wait.
        const int most = std::this_thread::get_id() == owner ? 100000 : taken++ < 20 ? 5000000 : 0;
        volatile int work = 0;
        while (work < most && nested == 0) work = work + 1;
        ++inner;
      });
      --depth;
    });
    CHECK(inner == 360);
    CHECK(nested == 0);
    CHECK_THROWS_WITH_AS(workers.for_each(4,
                                          [&](std::size_t i) {
                                            workers.for_each(4, [&](std::size_t j) {
                                              if (i >= 2 && j >= 1)
                                                throw std::runtime_error(std::to_string(10 * i + j));
                                            });
                                          }),
                         "21", std::runtime_error);
  }
}

TEST_CASE("hostile: an impossible number of threads is refused with the number") {
  for (const int threads : {-1, 1025, 2000000000}) {
    try {
      const Workers workers(threads);
      FAIL("accepted " << threads);
    } catch (const Error& e) {
      CHECK(std::string(e.what()).find(std::to_string(threads)) != std::string::npos);
    }
  }
}

}  // namespace holdout
