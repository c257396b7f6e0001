#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "data_files.hpp"

namespace holdout::data {
namespace {

using namespace testing;

Dataset columns(const std::vector<std::vector<double>>& by_column) {
  Dataset d;
  d.features = by_column.size(), d.rows = by_column[0].size();
  for (std::size_t i = 0; i < d.rows; ++i)
    for (const auto& c : by_column) d.x.push_back(c[i]);
  d.y.assign(d.rows, 0);
  return d;
}

RowList all(const Dataset& d) {
  RowList rows(d.rows);
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST_CASE("reference: means and population standard deviations of iris") {
  // Exact rational arithmetic in Python (fractions, then decimal's square root with 40 digits).
  DataSettings s = settings("iris.csv");
  s.target = "target";
  const Dataset d = load(s, kCsv, Task::classification, Seed{}).dataset;
  const Scaling scaling = fit_scaling(d, all(d), true);
  const double mean[] = {5.843333333333334, 3.0573333333333332, 3.758, 1.1993333333333334};
  const double deviation[] = {0.8253012917851408659, 0.4344109677354945522, 1.7594040657753029833,
                              0.7596926279021594602};
  for (std::size_t j = 0; j < 4; ++j) {
    CHECK(std::abs(scaling.mean[j] - mean[j]) <= 4e-16 * mean[j]);  // two roundings
    CHECK(std::abs(scaling.scale[j] - deviation[j]) <= 1e-15 * deviation[j]);
    CHECK(scaling.fill[j] == scaling.mean[j]);
  }
}

TEST_CASE("standardize: only the given rows count") {
  const Dataset d = columns({{1, 100, 3, 100}});
  const Scaling s = fit_scaling(d, {0, 2}, true);
  CHECK(s.mean[0] == 2);
  CHECK(s.scale[0] == 1);  // population: √(((−1)² + 1²)/2)
  CHECK(s.apply(0, 100) == 98);
}

TEST_CASE("standardize: constant columns have scale 1 and become exact zeros") {
  // 0.1 · n summed and divided is not 0.1: 0.1 + 0.1 + 0.1 = 0.30000000000000004.
  const Dataset d = columns({{0.1, 0.1, 0.1},
                             {0, 0, 0},
                             {-7, -7, -7},
                             {12345678901234567890.0, 12345678901234567890.0, 12345678901234567890.0}});
  const Scaling s = fit_scaling(d, all(d), true);
  for (std::size_t j = 0; j < 4; ++j) {
    CHECK(s.scale[j] == 1);
    CHECK(s.mean[j] == d.x[j]);
    CHECK(s.apply(j, d.x[j]) == 0);
  }
}

TEST_CASE("standardize: a spread of rounding noise is no spread") {
  const double next = std::nextafter(1.0, 2.0);
  const Dataset d = columns({{1, next, 1, next}, {1e9, 1e9 + 1, 1e9, 1e9 + 1}});
  const Scaling s = fit_scaling(d, all(d), true);
  CHECK(s.scale[0] == 1);
  CHECK(std::abs(s.apply(0, next)) < 1e-15);
  CHECK(s.scale[1] == 0.5);
  CHECK(s.apply(1, 1e9) == -1);
}

TEST_CASE("standardize: numbers whose squares are no doubles") {
  for (const double unit : {1e-200, 1e-300, 1e200, 1e300}) {
    CAPTURE(unit);
    const Dataset d = columns({{1 * unit, 2 * unit, 3 * unit, 4 * unit}, {-unit, unit, -unit, unit}});
    const Scaling s = fit_scaling(d, all(d), true);
    CHECK(s.mean[0] == doctest::Approx(2.5 * unit).epsilon(1e-14));
    CHECK(s.scale[0] / unit == doctest::Approx(std::sqrt(1.25)).epsilon(1e-14));
    CHECK(s.apply(1, unit) == doctest::Approx(1).epsilon(1e-14));
    for (const std::size_t i : {0, 1, 2, 3}) CHECK(std::isfinite(s.apply(0, d.x[i * 2])));
  }
}

TEST_CASE("standardize: missing cells count for nothing and are filled with the mean") {
  const Dataset d = columns({{1, kNaN, 3, kNaN}, {kNaN, kNaN, kNaN, kNaN}, {kNaN, 5, 5, 5}});
  const Scaling s = fit_scaling(d, all(d), true);
  CHECK(s.mean[0] == 2);
  CHECK(s.scale[0] == 1);
  CHECK(s.fill[0] == 2);
  CHECK(s.apply(0, kNaN) == 0);
  CHECK(s.apply(1, kNaN) == 0);
  CHECK(s.apply(2, kNaN) == 0);
  const Scaling plain = fit_scaling(d, all(d), false);
  CHECK(plain.mean[0] == 0);
  CHECK(plain.scale[0] == 1);
  CHECK(plain.apply(0, kNaN) == 2);
  CHECK(plain.apply(0, 3) == 3);
}

TEST_CASE("standardize: a large mean costs no digits of the deviation") {
  // 1e9 + {1, 2, …, 1000}: variance (n² − 1)/12, by hand.
  std::vector<double> x;
  for (int i = 1; i <= 1000; ++i) x.push_back(1e9 + i);
  const Dataset d = columns({x});
  const Scaling s = fit_scaling(d, all(d), true);
  CHECK(s.mean[0] == 1e9 + 500.5);
  CHECK(s.scale[0] == doctest::Approx(std::sqrt((1000.0 * 1000.0 - 1) / 12)).epsilon(1e-15));
}

}  // namespace
}  // namespace holdout::data
