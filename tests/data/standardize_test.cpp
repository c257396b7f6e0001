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
  const Scaling scaling = fit_scaling(d, all(d), Standardize::deviation);
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
  const Scaling s = fit_scaling(d, {0, 2}, Standardize::deviation);
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
  const Scaling s = fit_scaling(d, all(d), Standardize::deviation);
  for (std::size_t j = 0; j < 4; ++j) {
    CHECK(s.scale[j] == 1);
    CHECK(s.mean[j] == d.x[j]);
    CHECK(s.apply(j, d.x[j]) == 0);
  }
}

TEST_CASE("standardize: a spread of rounding noise is no spread") {
  const double next = std::nextafter(1.0, 2.0);
  const Dataset d = columns({{1, next, 1, next}, {1e9, 1e9 + 1, 1e9, 1e9 + 1}});
  const Scaling s = fit_scaling(d, all(d), Standardize::deviation);
  CHECK(s.scale[0] == 1);
  CHECK(std::abs(s.apply(0, next)) < 1e-15);
  CHECK(s.scale[1] == 0.5);
  CHECK(s.apply(1, 1e9) == -1);
}

TEST_CASE("standardize: numbers whose squares are no doubles") {
  for (const double unit : {1e-200, 1e-300, 1e200, 1e300}) {
    CAPTURE(unit);
    const Dataset d = columns({{1 * unit, 2 * unit, 3 * unit, 4 * unit}, {-unit, unit, -unit, unit}});
    const Scaling s = fit_scaling(d, all(d), Standardize::deviation);
    CHECK(s.mean[0] == doctest::Approx(2.5 * unit).epsilon(1e-14));
    CHECK(s.scale[0] / unit == doctest::Approx(std::sqrt(1.25)).epsilon(1e-14));
    CHECK(s.apply(1, unit) == doctest::Approx(1).epsilon(1e-14));
    for (const std::size_t i : {0, 1, 2, 3}) CHECK(std::isfinite(s.apply(0, d.x[i * 2])));
  }
}

TEST_CASE("standardize: missing cells count for nothing and are filled with the mean") {
  const Dataset d = columns({{1, kNaN, 3, kNaN}, {kNaN, kNaN, kNaN, kNaN}, {kNaN, 5, 5, 5}});
  const Scaling s = fit_scaling(d, all(d), Standardize::deviation);
  CHECK(s.mean[0] == 2);
  CHECK(s.scale[0] == 1);
  CHECK(s.fill[0] == 2);
  CHECK(s.apply(0, kNaN) == 0);
  CHECK(s.apply(1, kNaN) == 0);
  CHECK(s.apply(2, kNaN) == 0);
  const Scaling plain = fit_scaling(d, all(d), Standardize::none);
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
  const Scaling s = fit_scaling(d, all(d), Standardize::deviation);
  CHECK(s.mean[0] == 1e9 + 500.5);
  CHECK(s.scale[0] == doctest::Approx(std::sqrt((1000.0 * 1000.0 - 1) / 12)).epsilon(1e-15));
}

TEST_CASE("reference: scikit-learn's RobustScaler and MaxAbsScaler, with missing cells") {
  // RobustScaler().fit(X).center_, .scale_ and MaxAbsScaler().fit(X).scale_ of scikit-learn 1.2.1.
  const Dataset d = columns({{1.5, 2.5, kNaN, -8, 0.25, 3, 11},
                             {0, 0, 1, 0, 0, 0, 1},
                             {-3, 10, 4, 4.25, 1e6, -2, 0},
                             {2, kNaN, 7, 7, -1, 0.5, 3}});
  const Scaling robust = fit_scaling(d, all(d), Standardize::robust);
  CHECK(robust.mean == std::vector<double>{2, 0, 4, 2.5});
  CHECK(robust.scale == std::vector<double>{2.3125, 0.5, 8.125, 5.125});
  CHECK(robust.fill[0] ==
        doctest::Approx(10.25 / 6).epsilon(1e-15));  // what is missing counts as the mean all the same
  const Scaling largest = fit_scaling(d, all(d), Standardize::max_abs);
  CHECK(largest.mean == std::vector<double>(4, 0));
  CHECK(largest.scale == std::vector<double>{11, 1, 1e6, 7});
  CHECK(largest.fill == robust.fill);

  DataSettings s = settings("iris.csv");
  s.target = "target";
  const Dataset iris = load(s, kCsv, Task::classification, Seed{}).dataset;
  RowList rows = all(iris);
  rows.pop_back();
  const Scaling quartiles = fit_scaling(iris, rows, Standardize::robust);
  const double distance[] = {1.3000000000000007, 0.5, 3.4999999999999996, 1.5};
  CHECK(quartiles.mean == std::vector<double>{5.8, 3.0, 4.3, 1.3});
  for (std::size_t j = 0; j < 4; ++j) CHECK(quartiles.scale[j] == doctest::Approx(distance[j]).epsilon(1e-15));
  CHECK(fit_scaling(iris, rows, Standardize::max_abs).scale == std::vector<double>{7.9, 4.4, 6.9, 2.5});
}

TEST_CASE("standardize: robust and max_abs of columns without spread") {
  const Dataset d = columns({{7, 7, 7, 7, 7}, {0, 0, 0, 0, 0}, {kNaN, kNaN, kNaN, kNaN, kNaN}, {0, 0, 0, 0, 9}});
  const Scaling robust = fit_scaling(d, all(d), Standardize::robust);
  CHECK(robust.mean == std::vector<double>{7, 0, 0, 0});
  CHECK(robust.scale == std::vector<double>(4, 1));  // of the last the quartiles are equal
  CHECK(fit_scaling(d, all(d), Standardize::max_abs).scale == std::vector<double>{7, 1, 1, 9});
}

TEST_CASE("property: weights of robust and max_abs: their unit does not matter, and rows of weight 0 do not count") {
  Dataset d = columns({{3, -40, 1, 5, 2, 8, 1000}});
  const Scaling plain = fit_scaling(d, {0, 1, 2, 3, 4, 5}, Standardize::robust);
  d.weights = {0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0};
  CHECK(fit_scaling(d, all(d), Standardize::robust).scale == plain.scale);
  CHECK(fit_scaling(d, all(d), Standardize::robust).mean == plain.mean);
  CHECK(fit_scaling(d, all(d), Standardize::max_abs).scale[0] == 40);
  // −40 1 2 3 5 8 with weights 1 1 1 2 1 2: places 0 1 2 3.5 5 6.5 of 6.5; quartiles at 1.625 and 4.875.
  d.weights = {2, 1, 1, 1, 1, 2, 0};
  CHECK(fit_scaling(d, all(d), Standardize::robust).scale[0] ==
        doctest::Approx((3 + 2 * 1.375 / 1.5) - 1.625).epsilon(1e-14));
}

}  // namespace
}  // namespace holdout::data
