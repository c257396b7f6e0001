#include <holdout/train/objective_at.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include "support/toys.hpp"

namespace holdout::train {
namespace {

using testing::lane;
using testing::toy_design;

// J and its partial derivatives for one feature, row by row in long double, as the formulas say.
struct Naive {
  long double value = 0, slope[2] = {0, 0};
};

Naive naive(const Design<double>& design, bool logistic, const std::vector<double>& theta) {
  Naive out;
  const Part<double>& part = design.train;
  for (std::size_t i = 0; i < part.n; ++i) {
    const long double x = part.x[i], y = part.y[i], f = x * theta[0] + theta[1];
    const long double slope = logistic ? -y / (1 + std::exp(y * f)) : f - y;
    out.value += logistic ? std::log1p(std::exp(-y * f)) : (y - f) * (y - f) / 2;
    out.slope[0] += slope * x, out.slope[1] += slope;
  }
  const auto n = static_cast<long double>(part.n);
  out.value /= n, out.slope[0] /= n, out.slope[1] /= n;
  return out;
}

}  // namespace

TEST_CASE("reference: J and its gradient norm with l2, at more points than lanes, as the formulas say") {
  for (const char* type : {"linear", "logistic"}) {
    CAPTURE(type);
    const bool logistic = std::string(type) == "logistic";
    const auto design = toy_design<double>(Seed{3}, type, 1500, 1);
    ModelSettings model = lane(type, "gd", 0.1, 0.3, 0, 1).model;
    std::vector<std::vector<double>> points;
    for (int i = 0; i < 100; ++i) points.push_back({-2 + 0.05 * i, 1.5 - 0.03 * i});
    const auto values = objective_at(design, model, points);
    REQUIRE(values.size() == points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
      CAPTURE(i);
      const double w = points[i][0];
      const Naive expected = naive(design, logistic, points[i]);
      CHECK(values[i].value == doctest::Approx(static_cast<double>(expected.value) + 0.15 * w * w).epsilon(1e-12));
      const double norm =
          std::hypot(static_cast<double>(expected.slope[0]) + 0.3 * w, static_cast<double>(expected.slope[1]));
      CHECK(values[i].gradient_norm == doctest::Approx(norm).epsilon(1e-11));
    }
  }
}

TEST_CASE("with l1 the norm is that of the shortest subgradient: at w = 0 it may be less than the gradient's") {
  const auto design = toy_design<double>(Seed{3}, "linear", 200, 1);
  ModelSettings model = lane("linear", "gd", 0.1, 0, 0, 1).model;
  const std::vector<std::vector<double>> points{{0, 0.2}, {0.4, 0.2}, {-0.4, 0.2}};
  const double slopes[2] = {static_cast<double>(naive(design, false, points[0]).slope[0]),
                            static_cast<double>(naive(design, false, points[0]).slope[1])};
  model.l1 = std::abs(slopes[0]) / 2;
  CHECK(objective_at(design, model, points)[0].gradient_norm ==
        doctest::Approx(std::hypot(slopes[0] / 2, slopes[1])).epsilon(1e-12));
  model.l1 = std::abs(slopes[0]) * 2;  // the intercept's slope is all that is left
  const auto values = objective_at(design, model, points);
  CHECK(values[0].gradient_norm == doctest::Approx(std::abs(slopes[1])).epsilon(1e-12));
  for (const std::size_t i : {1u, 2u}) {
    const Naive at = naive(design, false, points[i]);
    const double sign = points[i][0] > 0 ? 1 : -1;
    CHECK(values[i].value == doctest::Approx(static_cast<double>(at.value) + 0.4 * model.l1).epsilon(1e-12));
    CHECK(values[i].gradient_norm == doctest::Approx(std::hypot(static_cast<double>(at.slope[0]) + sign * model.l1,
                                                                static_cast<double>(at.slope[1])))
                                         .epsilon(1e-12));
  }
}

TEST_CASE("watch: every step of every lane, the same parameters as without, and none of a lane that has ended") {
  const auto design = toy_design<double>(Seed{5}, "linear", 70, 2);
  const std::vector<LaneConfig> lanes{lane("linear", "momentum", 0.01, 0, 16, 6),
                                      lane("linear", "momentum", 1e200, 0, 16, 6)};
  const Metric& metric = testing::metric_of("linear");
  const auto trainer = make_trainer(design, metric, lanes, Seed{7}, 0);
  std::vector<std::int64_t> seen;
  std::vector<std::vector<double>> thetas;
  std::int64_t last_of_diverging = 0;
  trainer->watch({1, 2, 5, 10, 29, 30}, [&](std::int64_t step, std::size_t lane, std::span<const double> theta) {
    if (lane == 1)
      last_of_diverging = step;
    else
      seen.push_back(step), thetas.emplace_back(theta.begin(), theta.end());
  });
  trainer->run_to({6, {}});
  CHECK(seen == std::vector<std::int64_t>{1, 2, 5, 10, 29, 30});
  CHECK(trainer->results()[1].end == LaneEnd::diverged);
  CHECK(last_of_diverging == 5);  // five steps an epoch; a lane ends at an epoch's end
  for (const std::int64_t epochs : {1, 2, 6}) {
    const auto plain = make_trainer(design, metric, lanes, Seed{7}, 0);
    plain->run_to({epochs, {}});
    const auto at = std::find(seen.begin(), seen.end(), 5 * epochs) - seen.begin();
    CHECK(plain->results()[0].theta == thetas[static_cast<std::size_t>(at)]);
  }
  CHECK(trainer->results()[0].theta == thetas.back());
}

TEST_CASE("watch: one step of gd is the formula's, from the full gradient") {
  const auto design = toy_design<double>(Seed{5}, "linear", 70, 1);
  const auto trainer =
      make_trainer(design, testing::metric_of("linear"), {{lane("linear", "gd", 0.25, 0, 0, 3)}}, Seed{7}, 0);
  std::vector<double> expected{0, 0};
  trainer->watch({1, 2, 3}, [&](std::int64_t, std::size_t, std::span<const double> theta) {
    const Naive at = naive(design, false, expected);
    for (const std::size_t i : {0u, 1u}) {
      expected[i] -= 0.25 * static_cast<double>(at.slope[i]);
      CHECK(theta[i] == doctest::Approx(expected[i]).epsilon(1e-13));
    }
  });
  trainer->run_to({3, {}});
  CHECK(expected[0] != 0);
}

}  // namespace holdout::train
