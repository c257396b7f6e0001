// Part of every test executable, so that it sees what each layer links: one library linked with -ffast-math switches
// denormal numbers off for the whole process (GCC 12).
#include <doctest/doctest.h>

#include <limits>

TEST_CASE("denormal numbers survive") {
  volatile double smallest =
      std::numeric_limits<double>::min();  // 2.2e-308; volatile: divided here, not by the compiler
  volatile double half = smallest / 2;
  CHECK(half > 0);
  CHECK(half * 2 == smallest);
}
