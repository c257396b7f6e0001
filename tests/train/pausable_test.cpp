// What searches will ask of a trainer: to stop, drop, go on (halving), and to start where a neighbour ended (gradient
// search on log λ). Fake searchers on real trainers.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "support/algebra.hpp"
#include "support/lane_results.hpp"
#include "support/ridge.hpp"
#include "support/varied_lanes.hpp"

namespace holdout::train {
namespace {

constexpr std::int64_t kFull = TrainingSettings::kFullBatch;

TEST_CASE_TEMPLATE("property: survivors of successive halving are as if trained alone, to the last bit", T, double,
                   float) {
  for (const std::int64_t batch : {std::int64_t{16}, kFull})
    for (std::size_t rule = 0; rule < update::rules().size(); ++rule) {
      CAPTURE(update::rules()[rule].info.name);
      CAPTURE(batch);
      const auto design = testing::toy_design<T>(Seed{51}, "logistic", 130, 6);
      const auto lanes = testing::varied_lanes(27, "logistic", rule, 2, batch, 27);
      const auto trainer = make_trainer(design, testing::metric_of("logistic"), lanes, Seed{3}, 0);
      std::vector<std::size_t> alive(27);
      std::iota(alive.begin(), alive.end(), std::size_t{0});
      std::vector<std::int64_t> last(27);
      for (std::int64_t epochs = 1; epochs <= 27; epochs *= 3) {
        trainer->run_to({epochs});
        const auto results = trainer->results();
        for (const std::size_t i : alive) last[i] = epochs;
        // NaN is worse than anything.
        const auto better = [&](std::size_t a, std::size_t b) {
          return results[a].value < results[b].value || (std::isnan(results[b].value) && !std::isnan(results[a].value));
        };
        std::sort(alive.begin(), alive.end(), better);
        const std::size_t keep = std::max<std::size_t>(alive.size() / 3, 1);
        for (std::size_t k = keep; k < alive.size(); ++k) trainer->drop(alive[k]);
        alive.resize(keep);
        CHECK(trainer->running() <= keep);
      }
      const auto results = trainer->results();
      CHECK(results[alive[0]].end == LaneEnd::epochs);
      CHECK(std::count(last.begin(), last.end(), 27) == 1);
      for (std::size_t i = 0; i < 27; ++i) {
        CAPTURE(i);
        std::vector<LaneConfig> only{lanes[i]};
        const auto alone = make_trainer(design, testing::metric_of("logistic"), only, Seed{3}, 0);
        alone->run_to({last[i]});
        LaneResult r = alone->results()[0];
        if (r.end == LaneEnd::running) r.end = LaneEnd::dropped;
        CHECK(testing::difference(results[i], r) == "");
      }
    }
}

/// Few rows, many features, strong noise: the best λ is inside the range.
Design<double> shrinkable() {
  auto design = testing::toy_design<double>(Seed{52}, "linear", 60, 20);
  Stream noise = stream(Seed{52}, "noise");
  for (Part<double>* part : {&design.train, &design.holdout})
    for (std::size_t i = 0; i < part->n; ++i) part->target[i] = part->y[i] += 8 * noise.normal();
  return design;
}

// Newton's method on E(log λ). One request is a cohort of three lanes, λe^{−h}, λ, λe^{h}, solved to a tolerance from
// where the nearest request before ended; differences give slope and curvature.
TEST_CASE("closed form: a gradient search on log λ with warm starts finds the best λ") {
  const auto design = shrinkable();
  const auto exact = [&](double log_l2) {
    return testing::ridge_mse(design, testing::ridge_solution(design, std::exp(log_l2)));
  };
  // Golden section on the closed form.
  double low = std::log(1e-3), high = std::log(1e2);
  for (int i = 0; i < 60; ++i) {
    const double third = (high - low) * 0.381966;
    if (exact(low + third) < exact(high - third))
      high -= third;
    else
      low += third;
  }
  const double best = (low + high) / 2;
  REQUIRE(best > std::log(2e-3));
  REQUIRE(best < std::log(50.0));

  constexpr double kStep = 1e-2;
  double at = best + 1;  // E is convex around here
  std::vector<std::vector<double>> near;
  std::int64_t warm_epochs = 0, cold_epochs = 0;
  for (int request = 0; request < 6; ++request) {
    std::vector<LaneConfig> lanes;
    for (const double offset : {-kStep, 0.0, kStep})
      lanes.push_back(testing::lane("linear", "nesterov", LearningRate::kAuto, std::exp(at + offset), kFull, 100000));
    const auto trainer = make_trainer(design, testing::metric_of("linear"), lanes, Seed{1}, 0, near);
    trainer->run_to({100000, 1e-13});
    const auto r = trainer->results();
    for (const LaneResult& lane : r) REQUIRE(lane.end == LaneEnd::converged);
    CHECK(r[1].value == doctest::Approx(exact(at)).epsilon(1e-11));
    const auto cold = make_trainer(design, testing::metric_of("linear"), lanes, Seed{1}, 0);
    cold->run_to({100000, 1e-13});
    warm_epochs += r[1].epochs, cold_epochs += cold->results()[1].epochs;
    const double slope = (r[2].value - r[0].value) / (2 * kStep);
    const double curvature = (r[2].value - 2 * r[1].value + r[0].value) / (kStep * kStep);
    near = {r[0].theta, r[1].theta, r[2].theta};
    at -= std::clamp(slope / std::abs(curvature), -1.0, 1.0);
  }
  // The differences' own error: h²/6 of E‴ moves the zero of the slope by about h².
  CHECK(std::abs(at - best) < 10 * kStep * kStep);
  CHECK(exact(at) <= exact(best) * (1 + 1e-6));
  CHECK(warm_epochs < cold_epochs);
}

TEST_CASE("differences: the implicit gradient at a trained θ is dE/d log λ") {
  const auto design = shrinkable();
  const double l2 = 0.4;
  const std::vector<LaneConfig> lanes{testing::lane("linear", "nesterov", LearningRate::kAuto, l2, kFull, 100000)};
  const auto trainer = make_trainer(design, testing::metric_of("linear"), lanes, Seed{1}, 0);
  trainer->run_to({100000, 1e-13});
  const auto r = trainer->results()[0];
  const Eigen::Map<const Eigen::VectorXd> theta(r.theta.data(), static_cast<Eigen::Index>(r.theta.size()));
  // dE/dλ = −(∂²J/∂λ∂θ)ᵀ H⁻¹ ∇E, with ∂²J/∂λ∂θ = (w, 0).
  const Eigen::MatrixXd x = testing::with_ones(design.train, 20), held = testing::with_ones(design.holdout, 20);
  const Eigen::MatrixXd h = testing::second_moments(x) + testing::penalty_matrix(20, l2);
  const Eigen::Map<const Eigen::VectorXd> y(design.holdout.y.data(), held.rows());
  const Eigen::VectorXd residual = testing::times(held, theta) - y;
  const Eigen::VectorXd of_error = 2 * testing::transposed_times(held, residual) / static_cast<double>(held.rows());
  const double gradient = -l2 * testing::times(testing::penalty_matrix(20, 1), theta).dot(testing::solve(h, of_error));
  const auto value = [&](double offset) {
    return testing::ridge_mse(design, testing::ridge_solution(design, l2 * std::exp(offset)));
  };
  const auto difference = [&](double step) { return (value(step) - value(-step)) / (2 * step); };
  CHECK(gradient == doctest::Approx((4 * difference(5e-3) - difference(1e-2)) / 3).epsilon(1e-8));
}

}  // namespace
}  // namespace holdout::train
