#include <holdout/search/transform.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <map>

namespace holdout::search {
namespace {

double real(const Value& value) { return std::get<double>(value); }
std::int64_t whole(const Value& value) { return std::get<std::int64_t>(value); }
constexpr double kLast = 1 - 0x1p-53;  // the largest draw

}  // namespace

TEST_CASE("linear and log ranges: ends exact, the middle by hand") {
  const Interval linear{.min = -2, .max = 6};
  CHECK(real(value_at(linear, 0)) == -2);
  CHECK(real(value_at(linear, 0.25)) == 0);
  CHECK(real(value_at(linear, 1)) == 6);
  const Interval log{.min = 1e-6, .max = 1e4, .log = true};
  CHECK(real(value_at(log, 0)) == 1e-6);
  CHECK(real(value_at(log, 1)) == 1e4);
  CHECK(real(value_at(log, 0.6)) == doctest::Approx(1.0).epsilon(1e-14));
  CHECK(real(value_at(log, kLast)) <= 1e4);
  // Ends whose difference no double holds.
  const Interval huge{.min = -1.7e308, .max = 1.7e308};
  CHECK(real(value_at(huge, 0.5)) == 0);
  CHECK(position(huge, 0.0) == 0.5);
}

TEST_CASE("a value never leaves its range, and rises with u") {
  for (const Interval& range :
       {Interval{.min = 0.1, .max = 0.3}, Interval{.min = 1e-7, .max = 0.3, .log = true},
        Interval{.min = 3, .max = 3, .log = true}, Interval{.min = 5e-324, .max = 1e308, .log = true},
        Interval{.min = 0, .max = 1, .step = 0.1}}) {
    double before = range.min;
    for (int i = 0; i <= 4096; ++i) {
      const double x = real(value_at(range, i / 4096.0));
      CHECK(x >= before);
      CHECK(x <= range.max);
      before = x;
    }
  }
}

TEST_CASE("steps: how many, and as the decimal numbers that people mean") {
  const Interval tenths{.min = 0, .max = 1, .step = 0.1};
  CHECK(count(tenths) == 11);
  CHECK(real(nth(tenths, 3)) == 0.3);  // 3 * 0.1 is 0.30000000000000004
  CHECK(real(nth(tenths, 7)) == 0.7);
  CHECK(real(nth(tenths, 10)) == 1);
  CHECK(count({.min = 0, .max = 0.3, .step = 0.1}) == 4);        // 0.3 / 0.1 is below 3
  CHECK(count({.min = 1000, .max = 1000.3, .step = 0.1}) == 4);  // and 1000.3 - 1000 even more so
  CHECK(count({.min = 0, .max = 0.29, .step = 0.1}) == 3);
  CHECK(count({.min = 2, .max = 2, .step = 0.1}) == 1);
  CHECK(count({.min = 1, .max = 10, .step = 4, .integer = true}) == 3);
  CHECK(whole(nth({.min = 1, .max = 10, .step = 4, .integer = true}, 2)) == 9);
  const Interval thirds{.min = 0, .max = 1, .step = 1.0 / 3};
  CHECK(real(nth(thirds, 1)) == 1.0 / 3);  // not 0.333333333333333
  CHECK(std::isinf(count({.min = 0, .max = 1})));
}

TEST_CASE("integers: equal shares; on a log scale the share of the half units around") {
  const Interval die{.min = 1, .max = 6, .integer = true};
  for (int n = 1; n <= 6; ++n) {
    CHECK(whole(value_at(die, (n - 1 + 1e-9) / 6)) == n);
    CHECK(whole(value_at(die, (n - 1e-9) / 6)) == n);
  }
  const Interval log{.min = 1, .max = 1000, .log = true, .integer = true};
  CHECK(whole(value_at(log, 0)) == 1);
  CHECK(whole(value_at(log, kLast)) == 1000);
  const double width = std::log(1000.5 / 0.5);
  for (const std::int64_t n : {1, 2, 10, 999, 1000}) {
    CAPTURE(n);
    const double x = static_cast<double>(n), from = std::log((x - 0.5) / 0.5) / width,
                 to = std::log((x + 0.5) / 0.5) / width;
    CHECK(whole(value_at(log, from + 1e-9)) == n);
    CHECK(whole(value_at(log, std::min(to - 1e-9, kLast))) == n);
  }
}

TEST_CASE("position inverts value_at") {
  const Interval ranges[] = {{.min = -3, .max = 5},
                             {.min = 1e-6, .max = 1e4, .log = true},
                             {.min = 0, .max = 1, .step = 0.1},
                             {.min = 4, .max = 4},
                             {.min = 1, .max = 9, .integer = true},
                             {.min = 1, .max = 1000, .log = true, .integer = true},
                             {.min = 10, .max = 100, .step = 5, .integer = true}};
  for (const Interval& range : ranges) {
    for (int i = 0; i < 997; ++i) {
      const Value value = value_at(range, i / 997.0);
      const double u = position(range, value);
      CHECK(u >= 0);
      CHECK(u < 1);
      if (std::isinf(count(range)))
        CHECK(real(value_at(range, u)) == doctest::Approx(real(value)).epsilon(1e-13));
      else
        CHECK(value_at(range, u) == value);
    }
  }
}

TEST_CASE("parameters: every listed value and the range have equal shares") {
  Parameter l2{"model.l2", {0.0, 7.0}, Interval{.min = 1e-3, .max = 1, .log = true}, {}};
  CHECK(value_at(l2, 0.33) == Value(0.0));
  CHECK(value_at(l2, 0.34) == Value(7.0));
  CHECK(real(value_at(l2, 2 / 3.0 + 1e-12)) == doctest::Approx(1e-3));
  CHECK(real(value_at(l2, 1)) == 1);
  CHECK(position(l2, 0.0) == doctest::Approx(1 / 6.0));
  CHECK(position(l2, 0.0316227766016838) == doctest::Approx(5 / 6.0));
  for (const double u : {0.1, 0.5, 0.7, 0.9, 0.999})
    CHECK(real(value_at(l2, position(l2, value_at(l2, u)))) == doctest::Approx(real(value_at(l2, u))).epsilon(1e-13));
}

}  // namespace holdout::search
