#include <holdout/train/ridge_path.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include "support/differences.hpp"
#include "support/ridge.hpp"
#include "support/toys.hpp"

namespace holdout::train {

TEST_CASE("closed form: the path is that of the normal equations, and derives as differences say") {
  const auto design = testing::toy_design<double>(Seed{3}, "linear", 120, 7);
  const RidgePath path(design);
  for (const double l2 : {1e-6, 0.01, 0.5, 30.0}) {
    CAPTURE(l2);
    const Eigen::VectorXd expected = testing::ridge_solution(design, l2);
    const std::vector<double> theta = path.theta(l2);
    for (Eigen::Index j = 0; j < expected.size(); ++j)
      CHECK(theta[static_cast<std::size_t>(j)] == doctest::Approx(expected[j]).epsilon(1e-10));
    const RidgePath::Point at = path.holdout(l2);
    CHECK(at.value == doctest::Approx(testing::ridge_mse(design, expected)).epsilon(1e-11));
    const double h = 1e-3 * l2;
    CHECK(std::abs(l2 * (at.first - testing::richardson([&](double x) { return path.holdout(x).value; }, l2, h))) <=
          1e-8 * at.value);
    CHECK(
        std::abs(l2 * l2 * (at.second - testing::richardson([&](double x) { return path.holdout(x).first; }, l2, h))) <=
        1e-8 * at.value);
  }
}

TEST_CASE("closed form: leave-one-out is what so many trainings without a row give") {
  constexpr std::size_t kRows = 40, kFeatures = 4;
  const auto design = testing::toy_design<double>(Seed{3}, "linear", kRows, kFeatures);
  const RidgePath path(design);
  for (const double l2 : {1e-4, 0.1, 3.0}) {
    CAPTURE(l2);
    double sum = 0;
    for (std::size_t out = 0; out < kRows; ++out) {
      Design<double> without = design;
      Part<double>& part = without.train;
      part.n = kRows - 1;
      const auto from = part.x.begin() + static_cast<std::ptrdiff_t>(out * kFeatures);
      part.x.erase(from, from + kFeatures);
      part.y.erase(part.y.begin() + static_cast<std::ptrdiff_t>(out));
      const Eigen::VectorXd theta = testing::ridge_solution(without, l2);
      const double f = testing::with_ones(design.train, kFeatures).row(static_cast<Eigen::Index>(out)).dot(theta);
      sum += std::pow(design.train.y[out] - f, 2);
    }
    const RidgePath::Point at = path.leave_one_out(l2);
    CHECK(at.value == doctest::Approx(sum / kRows).epsilon(1e-11));
    const double h = 1e-3 * l2;
    CHECK(std::abs(l2 * (at.first - testing::richardson([&](double x) { return path.leave_one_out(x).value; }, l2,
                                                        h))) <= 1e-8 * at.value);
    CHECK(std::abs(l2 * l2 *
                   (at.second - testing::richardson([&](double x) { return path.leave_one_out(x).first; }, l2, h))) <=
          1e-8 * at.value);
  }
}

}  // namespace holdout::train
