// Axes of any two numbers: they end, their ticks can be told apart, and every value has a place.
#include "axis.hpp"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include <holdout/base/random.hpp>

using namespace holdout;
using namespace holdout::report;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity(), kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kLargest = std::numeric_limits<double>::max(), kDenormal = std::numeric_limits<double>::denorm_min();

// Numbers of every size, zero, the ends of what a double holds, and what is none.
std::vector<double> numbers_of_every_size() {
  std::vector<double> all{0, 1, 0.1, 3582.0505, kLargest, 1e308, 1e300, kDenormal, 1e-310, 1e-308, kInfinity, kNaN};
  Stream draw = stream(Seed{11}, "axis");
  for (int i = 0; i < 60; ++i) all.push_back(std::pow(10, -320 + 628 * draw.uniform()) * (1 + draw.uniform()));
  for (std::size_t i = all.size(); i-- > 0;) all.push_back(-all[i]);
  return all;
}

void check(double min, double max, bool log, double margin) {
  CAPTURE(min);
  CAPTURE(max);
  CAPTURE(log);
  const Axis axis = Axis::numbers(min, max, log, margin);
  const auto& ticks = axis.ticks();
  REQUIRE(ticks.size() >= 2);
  CHECK(ticks.size() <= 24);
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    CHECK(axis.at(ticks[i].first) > -1e-6);
    CHECK(axis.at(ticks[i].first) < 1 + 1e-6);
    if (i == 0) continue;
    CHECK(ticks[i - 1].first < ticks[i].first);
    CHECK(ticks[i - 1].second != ticks[i].second);
  }
  for (const double x : {min, max, 0.0, kLargest, -kLargest, kInfinity, -kInfinity, kDenormal})
    CHECK(std::isnan(axis.at(x)) == std::isnan(x));
  CHECK(axis.at(kInfinity) > 1);
  CHECK(axis.at(-kInfinity) < 0);
}

}  // namespace

TEST_CASE("axis: any two numbers, and a number with its neighbour, give ticks that can be told apart") {
  const std::vector<double> all = numbers_of_every_size();
  for (const bool log : {false, true})
    for (const double margin : {0.0, 0.04})
      for (std::size_t i = 0; i < all.size(); ++i) {
        const double x = all[i];
        check(x, x, log, margin);
        for (const double to : {kInfinity, -kInfinity, 0.0}) check(x, std::nextafter(x, to), log, margin);
        for (const double share : {1e-15, 1e-12, 1e-9, 1e-6}) check(x, x * (1 + share), log, margin);
        check(x, all[(7 * i + 3) % all.size()], log, margin);
      }
}

TEST_CASE("axis: ordinary ranges keep their round ticks, in six digits") {
  const Axis axis = Axis::numbers(0, 10, false);
  REQUIRE(axis.ticks().size() == 3);
  CHECK(axis.ticks()[1] == std::pair(5.0, std::string("5")));
  const Axis log = Axis::numbers(1e-6, 10, true);
  REQUIRE(log.ticks().size() == 4);
  CHECK(log.ticks().front().second == "1e-06");
  CHECK(axis.at(0) == doctest::Approx(0.04 / 1.08));
}

TEST_CASE("axis: equal values stand in the middle") {
  for (const double x : {0.0, 1.0, -3e7, 1e-310}) CHECK(Axis::numbers(x, x, false).at(x) == doctest::Approx(0.5));
  CHECK(Axis::numbers(5, 5, true).at(5) == doctest::Approx(0.5));
}
