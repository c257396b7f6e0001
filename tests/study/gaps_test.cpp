// Gaps between transactions, by a clock of the test's own.
#include "gaps.hpp"

#include <doctest/doctest.h>

using holdout::study::Gaps;
using namespace std::chrono_literals;

namespace {

constexpr Gaps::Clock::time_point kStart{std::chrono::hours(1)};

// Transactions of 1 ms, each wanted as soon as the last one has ended. How many of them waited for a gap.
int waited(Gaps& gaps, Gaps::Clock::time_point& now, int transactions) {
  int count = 0;
  for (int i = 0; i < transactions; ++i) {
    const auto begin = gaps.next(now);
    CHECK(begin >= now);
    CHECK(begin <= now + Gaps::kGap);
    count += begin > now;
    now = begin + 1ms;
    gaps.ended(now);
  }
  return count;
}

}  // namespace

TEST_CASE("gaps: a burst goes without, then there is one before every transaction") {
  Gaps gaps;
  auto now = kStart;
  CHECK(waited(gaps, now, 1 + Gaps::kAtOnce) == 0);
  CHECK(waited(gaps, now, 100) == 100);
}

TEST_CASE("gaps: time without transactions earns them back, no more than a burst") {
  Gaps gaps;
  auto now = kStart;
  waited(gaps, now, 200);
  now += 5 * Gaps::kGap;
  CHECK(waited(gaps, now, 1 + 5) == 0);
  CHECK(waited(gaps, now, 10) == 10);
  now += 1h;
  CHECK(waited(gaps, now, 1 + Gaps::kAtOnce) == 0);
  CHECK(waited(gaps, now, 10) == 10);
}

TEST_CASE("gaps: a gap is counted from the end of the transaction before") {
  Gaps gaps;
  auto now = kStart;
  waited(gaps, now, 200);
  now += Gaps::kGap / 4;
  CHECK(gaps.next(now) == now + 3 * (Gaps::kGap / 4));
}
