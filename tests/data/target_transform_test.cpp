#include <holdout/data/target_transform.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include <holdout/base/error.hpp>

namespace holdout::data {
namespace {

Dataset of(std::vector<double> y) {
  Dataset d;
  d.rows = y.size(), d.y = std::move(y);
  return d;
}

RowList all(const Dataset& d) {
  RowList rows(d.rows);
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

constexpr TargetKind kKinds[] = {TargetKind::none, TargetKind::log,         TargetKind::log1p,
                                 TargetKind::sqrt, TargetKind::standardize, TargetKind::box_cox};

TEST_CASE("property: a target transform and its inverse are each other's, and rise") {
  const Dataset d = of({1e-12, 0.5, 1.25, 2, 2.5, 4, 7, 8.5, 13, 20, 55, 1e5});
  for (const TargetKind kind : kKinds) {
    const TargetTransform t = fit_target(d, all(d), kind);
    CAPTURE(static_cast<int>(kind));
    double before = -std::numeric_limits<double>::infinity();
    for (const double y : d.y) {
      const double f = t.apply(y);
      CHECK(f > before);
      const double digits = kind == TargetKind::standardize ? 1e5 : y;  // that it keeps of small ones
      CHECK(std::abs(t.invert(f) - y) <= 1e-13 * std::max(digits, 1e-12));
      before = f;
    }
  }
}

TEST_CASE("reference: scipy's and scikit-learn's Box-Cox") {
  // By reference/make_preprocessing.py. Their search for λ ends at 1e-8.
  const Dataset d = of({0.5, 1.25, 2, 2.5, 4, 7, 8.5, 13, 20, 55});
  const TargetTransform t = fit_target(d, all(d), TargetKind::box_cox);
  CHECK(t.exponent == doctest::Approx(-0.01616565077531277).epsilon(1e-5));
  const double transformed[] = {-1.7661460319190947, -1.0537206906625685, -0.6923624148945045};
  for (std::size_t i = 0; i < 3; ++i) CHECK(t.apply(d.y[i]) == doctest::Approx(transformed[i]).epsilon(1e-6));
  CHECK(t.invert(-1.5) == doctest::Approx(0.7029793621574285).epsilon(1e-6));
  CHECK(t.invert(2.2) == doctest::Approx(98.45816998212622).epsilon(1e-6));
  const Dataset other = of({900, 1000, 1010, 1100, 1180, 1230, 1300, 1310});
  CHECK(fit_target(other, all(other), TargetKind::box_cox).exponent == doctest::Approx(1.58219332662965).epsilon(1e-5));
}

TEST_CASE("target transform: beyond the range of the transformed target is the end of the target's") {
  CHECK(TargetTransform{TargetKind::sqrt}.invert(-3) == 0);
  CHECK(TargetTransform{TargetKind::log}.invert(-1000) == 0);
  CHECK(TargetTransform{TargetKind::log1p}.invert(-1000) == -1);
  CHECK(TargetTransform{TargetKind::box_cox, 0.5}.invert(-3) == 0);
  CHECK(std::isinf(TargetTransform{TargetKind::box_cox, -0.5}.invert(3)));
  for (const TargetKind kind : kKinds)
    CHECK(std::isnan(TargetTransform{kind, 0.5}.invert(std::numeric_limits<double>::quiet_NaN())));
}

TEST_CASE("target transform: rows of weight 2 count as two rows, and what is constant has scale 1") {
  Dataset weighted = of({1, 3, 10, 7, 2}), copies = of({1, 1, 3, 10, 7, 7, 2});
  weighted.weights = {1, 0.5, 0.5, 1, 0.5};
  for (const TargetKind kind : {TargetKind::standardize, TargetKind::box_cox}) {
    const TargetTransform a = fit_target(weighted, all(weighted), kind), b = fit_target(copies, all(copies), kind);
    CHECK(a.exponent == doctest::Approx(b.exponent).epsilon(1e-6));
    CHECK(a.mean == doctest::Approx(b.mean).epsilon(1e-6));
    CHECK(a.scale == doctest::Approx(b.scale).epsilon(1e-6));
    const Dataset constant = of({0.1, 0.1, 0.1});
    const TargetTransform c = fit_target(constant, all(constant), kind);
    CHECK(c.apply(0.1) == 0);
    CHECK(c.scale == 1);
    CHECK(c.invert(0) == doctest::Approx(0.1).epsilon(1e-15));
  }
}

TEST_CASE("target transform: targets that have none are named") {
  CHECK(target_problem(TargetKind::log, 0) == "data.target_transform: log is for targets > 0, and a row has 0");
  CHECK(target_problem(TargetKind::box_cox, -2) ==
        "data.target_transform: box_cox is for targets > 0, and a row has -2");
  CHECK(target_problem(TargetKind::log1p, -1) == "data.target_transform: log1p is for targets > -1, and a row has -1");
  CHECK(!target_problem(TargetKind::sqrt, -1e-9).empty());
  CHECK(target_problem(TargetKind::sqrt, 0).empty());
  CHECK(target_problem(TargetKind::standardize, -5).empty());
}

}  // namespace
}  // namespace holdout::data
