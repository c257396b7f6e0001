// Why a lane's training ends, and what is kept then.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <Eigen/Core>

#include "support/algebra.hpp"
#include "support/lane_results.hpp"
#include "support/ridge.hpp"
#include "support/toys.hpp"

namespace holdout::train {
namespace {

using testing::lane;
using testing::toy_design;

constexpr std::int64_t kFull = TrainingSettings::kFullBatch;

std::vector<LaneResult> train_to(const Design<double>& design, const std::vector<LaneConfig>& lanes, const Goal& goal,
                                 std::span<const std::vector<double>> start = {}) {
  const auto trainer = make_trainer(design, testing::metric_of(lanes[0].model.type()), lanes, Seed{3}, 0, start);
  trainer->run_to(goal);
  return trainer->results();
}

/// ‖∇J(θ)‖ of ridge regression.
double ridge_gradient(const Design<double>& design, double l2, const std::vector<double>& theta) {
  const Eigen::MatrixXd x = testing::with_ones(design.train, design.features);
  const Eigen::Map<const Eigen::VectorXd> y(design.train.y.data(), x.rows()), at(theta.data(), x.cols());
  const Eigen::VectorXd residual = testing::times(x, at) - y;
  const Eigen::VectorXd penalty = testing::times(testing::penalty_matrix(design.features, l2), at);
  return (testing::transposed_times(x, residual) / static_cast<double>(x.rows()) + penalty).norm();
}

TEST_CASE("gradient_norm: a lane ends where its gradient has fallen to that share of ‖∇J(0)‖") {
  const auto design = toy_design<double>(Seed{2}, "linear", 90, 4);
  const double at_zero[] = {ridge_gradient(design, 0.1, std::vector<double>(5)),
                            ridge_gradient(design, 3, std::vector<double>(5))};
  const double l2[] = {0.1, 3};
  // A start elsewhere changes nothing in what the norm is relative to.
  const std::vector<std::vector<double>> elsewhere(2, std::vector<double>{100, -100, 100, 100, 100});
  for (const std::string_view rule : {"gd", "momentum", "nesterov"})
    for (const std::int64_t batch : {kFull, std::int64_t{30}})
      for (const bool warm : {false, true}) {
        CAPTURE(rule);
        CAPTURE(batch);
        CAPTURE(warm);
        const double share = batch == kFull ? 1e-6 : 0.02;  // a constant step keeps its noise
        const double rate = batch == kFull ? LearningRate::kAuto : 0.005;
        std::vector<LaneConfig> lanes;
        for (const double lambda : l2) {
          lanes.push_back(lane("linear", rule, rate, lambda, batch, 5000));
          lanes.back().training.stop.gradient_norm = share;
        }
        const auto results = train_to(design, lanes, {5000}, warm ? elsewhere : std::span<const std::vector<double>>());
        for (std::size_t i = 0; i < 2; ++i) {
          const LaneResult& r = results[i];
          CHECK(r.end == LaneEnd::converged);
          CHECK(r.epochs < 5000);
          CHECK(r.gradient_norm <= share);
          // Between what was measured and this: rounding of a gradient of parts of size ‖∇J(0)‖.
          CHECK(std::abs(ridge_gradient(design, l2[i], r.theta) / at_zero[i] - r.gradient_norm) < 1e-13);
          // It did not go on for longer than it had to.
          lanes[i].training.epochs = r.epochs - 1;
          CHECK(train_to(design, {lanes[i]}, {r.epochs - 1},
                         warm ? std::span(elsewhere).first(1) : std::span<const std::vector<double>>())[0]
                    .end == LaneEnd::epochs);
          lanes[i].training.epochs = 5000;
        }
      }
}

TEST_CASE("a goal's tolerance is one for this run; the study's own stays in force") {
  const auto design = toy_design<double>(Seed{2}, "linear", 90, 4);
  LaneConfig config = lane("linear", "gd", LearningRate::kAuto, 0.1, kFull, 100000);
  const auto loose = train_to(design, {config}, {100000, 1e-3})[0];
  const auto tight = train_to(design, {config}, {100000, 1e-9})[0];
  CHECK(loose.end == LaneEnd::converged);
  CHECK(loose.gradient_norm <= 1e-3);
  CHECK(loose.gradient_norm > 1e-4);  // gradient descent with 1/L̂ does not leap
  CHECK(tight.gradient_norm <= 1e-9);
  CHECK(tight.epochs > loose.epochs);
  config.training.stop.gradient_norm = 1e-3;
  CHECK(testing::difference(train_to(design, {config}, {100000, 1e-9})[0], loose) == "");
  CHECK(train_to(design, {config}, {2, 1e-9})[0].end == LaneEnd::running);
}

TEST_CASE("a start at the minimum ends before the first step") {
  const auto design = toy_design<double>(Seed{2}, "linear", 90, 4);
  LaneConfig config = lane("linear", "nesterov", LearningRate::kAuto, 0.1, kFull, 10000);
  config.training.stop.gradient_norm = 1e-8;
  const auto cold = train_to(design, {config}, {10000})[0];
  const std::vector<std::vector<double>> start{cold.theta};
  const auto warm = train_to(design, {config}, {10000}, start)[0];
  CHECK(warm.end == LaneEnd::converged);
  CHECK(warm.epochs == 0);
  CHECK(warm.steps == 0);
  CHECK(warm.theta == cold.theta);
}

/// 40 rows, 30 features and much noise: without a penalty, the hold-out error falls, then rises.
Design<double> noisy_design() {
  auto design = toy_design<double>(Seed{7}, "linear", 40, 30);
  Stream noise = stream(Seed{7}, "noise");
  for (std::size_t i = 0; i < 40; ++i) design.train.target[i] = design.train.y[i] += 6 * noise.normal();
  return design;
}

TEST_CASE("patience: the best epoch's parameters and value are kept") {
  for (const std::string_view metric : {"mse", "r2"})  // one to minimize, one to maximize
    for (const std::int64_t batch : {kFull, std::int64_t{10}}) {
      const auto design = noisy_design();
      const Metric& objective = *find_metric(metric);
      LaneConfig config = lane("linear", "gd", 0.005, 0, batch, 900);
      const auto run = [&](std::int64_t patience, std::int64_t epochs) {
        config.training.stop.patience = patience;
        const std::vector<LaneConfig> lanes{config};
        const auto trainer = make_trainer(design, objective, lanes, Seed{3}, 0);
        trainer->run_to({epochs});
        return trainer->results()[0];
      };
      CAPTURE(metric);
      CAPTURE(batch);
      const LaneResult kept = run(7, 900);
      REQUIRE(kept.end == LaneEnd::patience);
      CHECK(kept.epochs == kept.best_epoch + 7);
      CHECK(kept.best_epoch > 1);
      CHECK(kept.epochs < 900);
      const LaneResult there = run(0, kept.best_epoch);  // paused at the best epoch
      CHECK(kept.theta == there.theta);
      CHECK(kept.value == there.value);
      for (std::int64_t e = kept.best_epoch + 1; e <= kept.epochs; ++e)
        CHECK((objective.maximize ? run(0, e).value <= kept.value : run(0, e).value >= kept.value));
      // The curve says what the hold-out error was at the end, not what was kept.
      CHECK(kept.curve.back().epoch == kept.epochs);
      CHECK(kept.curve.back().holdout == run(0, kept.epochs).value);
    }
}

TEST_CASE("patience: a training that ends for another reason keeps its best epoch too") {
  const auto design = noisy_design();
  LaneConfig config = lane("linear", "gd", 0.005, 0, 10, 60);
  config.training.stop.patience = 1000;
  const LaneResult r = train_to(design, {config}, {60})[0];
  REQUIRE(r.end == LaneEnd::epochs);
  double best = r.curve[0].holdout;
  std::int64_t at = 1;
  for (const LanePoint& p : r.curve)
    if (p.holdout < best) best = p.holdout, at = p.epoch;
  REQUIRE(at < 60);
  CHECK(r.best_epoch == at);
  CHECK(r.value == best);
  CHECK(r.epochs == 60);
}

TEST_CASE("divergence: the lane ends at its epoch with its best parameters; the others do not notice") {
  const auto design = toy_design<double>(Seed{2}, "linear", 90, 4);
  for (const std::int64_t batch : {kFull, std::int64_t{20}})
    for (const std::int64_t patience : {0, 100}) {
      std::vector<LaneConfig> lanes;
      for (const double rate : {0.01, 5.0, 0.02, 1e150}) {
        lanes.push_back(lane("linear", "gd", rate, 0.01, batch, 40));
        lanes.back().training.stop.patience = patience;
      }
      const auto results = train_to(design, lanes, {40});
      CAPTURE(batch);
      CAPTURE(patience);
      CHECK(results[1].end == LaneEnd::diverged);
      CHECK(results[3].end == LaneEnd::diverged);
      CHECK(results[1].epochs > (batch == kFull ? 1 : 0));
      CHECK(results[1].epochs < 40);
      CHECK(results[3].epochs <= 2);
      CHECK(to_text(results[3].end) == "diverged");
      if (patience) CHECK(results[1].best_epoch < results[1].epochs);
      for (const std::size_t i : {0u, 2u}) {
        CHECK(results[i].end == LaneEnd::epochs);
        CHECK(testing::difference(results[i], train_to(design, {lanes[i]}, {40})[0]) == "");
      }
    }
}

// All metrics of a lane whose parameters are not numbers: none may look good, and none may hang.
TEST_CASE("hostile: a logistic lane that overflows has no metrics") {
  const auto design = toy_design<double>(Seed{2}, "logistic", 90, 4);
  const auto r = train_to(design, {lane("logistic", "gd", 1e308, 1e3, 10, 40)}, {40})[0];
  CHECK(r.end == LaneEnd::diverged);
  CHECK(std::isnan(r.value));
  CHECK(r.metrics.size() >= 5);
  for (const auto& [name, value] : r.metrics) {
    CAPTURE(name);
    CHECK(!std::isfinite(value));
  }
}

}  // namespace
}  // namespace holdout::train
