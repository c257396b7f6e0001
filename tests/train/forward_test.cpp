// Derivatives of trainings: against differences of the same trainings, and against themselves in other company.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <holdout/train/cpu.hpp>
#include <holdout/train/hypergradient.hpp>

#include "forward/tangent_cohort.hpp"
#include "support/differences.hpp"
#include "support/lane_results.hpp"
#include "support/set_path.hpp"
#include "support/thin.hpp"
#include "support/toys.hpp"

namespace holdout::train {
namespace {

constexpr std::size_t kRows = 100, kFeatures = 5;
const char* const kModels[] = {"linear", "logistic", "softmax", "mlp"};

// Every hyperparameter that a training with this rule can be differentiated in.
std::vector<std::string> paths_of(const LaneConfig& lane) {
  std::vector<std::string> out = {"model.l2", "training.learning_rate.start"};
  if (lane.model.l1 > 0) out.push_back("model.l1");
  if (lane.model.elastic_net.lambda > 0) out = {"model.elastic_net.lambda", "model.elastic_net.ratio"};
  for (const PenaltyGroup& group : lane.model.l2_groups) out.push_back("model.l2.groups." + group.name);
  const update::RuleDescription& rule = *lane.training.optimizer.rule();
  for (const update::Coefficient& c : rule.coefficients)
    if (c.kind != update::Coefficient::Kind::flag)
      out.push_back("training.optimizer." + std::string(rule.info.name) + "." + std::string(c.name));
  return out;
}

// 5 epochs of 4 steps, away from the kinks of relu, of losses and of coefficients that are 0.
LaneConfig lane_of(std::string_view model, std::size_t rule, double l1) {
  LaneConfig lane = testing::lane(model, update::rules()[rule].info.name, 0.03, 0.05, 32, 5);
  lane.model.activation = rule % 2 == 0 ? "tanh" : "sigmoid";
  lane.model.l1 = l1;
  for (const update::Coefficient& c : lane.training.optimizer.rule()->coefficients)
    if (c.value == 0 && c.kind == update::Coefficient::Kind::real)
      testing::set_field(lane.training.optimizer, c.name, 0.02);
  return lane;
}

double value_of(const Design<double>& design, const LaneConfig& lane) {
  const auto trainer = make_trainer(design, testing::metric_of(lane.model.type()), std::span(&lane, 1), Seed{3}, 0);
  trainer->run_to({lane.training.epochs, {}});
  return trainer->results()[0].value;
}

void check_differences(const Design<double>& design, const LaneConfig& lane) {
  const std::vector<std::string> paths = paths_of(lane);
  const HyperDerivatives d =
      forward_derivatives(design, testing::metric_of(lane.model.type()), std::span(&lane, 1), paths, Seed{3}, 0)[0];
  CHECK(testing::same_bits(d.value, value_of(design, lane)));
  for (std::size_t h = 0; h < paths.size(); ++h) {
    CAPTURE(paths[h]);
    CHECK(differentiable(lane, paths[h], Hypergradient::forward));
    // Steps so small that hardly any weight crosses a threshold of l1, and no sign changes in lion.
    const double x = testing::get_path(lane, paths[h]), size = x < 0.5 ? x : 1 - x;
    const auto f = [&](double at) { return value_of(design, testing::with_path(lane, paths[h], at)); };
    const double expected = size * testing::richardson(f, x, 1e-6 * size), got = size * d.gradient[h];
    CHECK(std::abs(got - expected) <= 1e-7 * std::max(std::abs(expected), d.value));
  }
}

}  // namespace

TEST_CASE("differences: dE/dh of every hyperparameter of every rule, model and penalty, in mini-batches") {
  for (const char* model : kModels) {
    const auto design = testing::toy_design<double>(Seed{6}, model, kRows, kFeatures);
    for (std::size_t rule = 0; rule < update::rules().size(); ++rule)
      for (const double l1 : {0.0, 0.03}) {
        if (l1 > 0 && !update::rules()[rule].proximal) continue;
        CAPTURE(model);
        CAPTURE(update::rules()[rule].info.name);
        CAPTURE(l1);
        check_differences(design, lane_of(model, rule, l1));
      }
  }
}

TEST_CASE("differences: full batch, schedules, elastic net, class weights, automatic step sizes, sparse rows") {
  const auto design = testing::toy_design<double>(Seed{7}, "logistic", 1500, kFeatures);
  LaneConfig lane = lane_of("logistic", 1, 0);
  lane.training.batch_size = TrainingSettings::kFullBatch, lane.training.epochs = 20;
  check_differences(design, lane);
  lane.training.learning_rate.schedule.select(4), lane.training.learning_rate.warmup = 3;
  check_differences(design, lane);
  lane.model.class_weight = "balanced";
  lane.model.l2 = 0, lane.model.elastic_net = {0.02, 0.4};
  check_differences(design, lane);
  check_differences(testing::sparse_toy_design<double>(Seed{7}, "logistic", 300, 12), lane);
  lane.model.elastic_net.lambda = 0, lane.model.l2 = 0.1;
  lane.training.learning_rate = {};
  const std::vector<std::string> paths = {"model.l2"};
  CHECK(!differentiable(lane, "training.learning_rate.start", Hypergradient::forward));
  const HyperDerivatives d =
      forward_derivatives(design, testing::metric_of("logistic"), std::span(&lane, 1), paths, Seed{3}, 0)[0];
  const auto f = [&](double l2) { return value_of(design, testing::with_path(lane, "model.l2", l2)); };
  CHECK(0.1 * d.gradient[0] == doctest::Approx(0.1 * testing::richardson(f, 0.1, 1e-4)).epsilon(1e-7));
}

TEST_CASE("differences: groups of features with λ of their own") {
  for (const char* model : kModels) {
    CAPTURE(model);
    const auto design = testing::toy_design<double>(Seed{6}, model, kRows, kFeatures);
    check_differences(design, testing::with_groups(lane_of(model, 1, 0.01), kFeatures, 2, 0.03));
  }
}

TEST_CASE("property: with tangents beside them, trainings keep every bit") {
  std::size_t turn = 0;
  for (const char* model : kModels) {
    const auto design = testing::toy_design<double>(Seed{8}, model, 2100, 7);
    ++turn;
    for (std::size_t rule = 0; rule < update::rules().size(); ++rule) {
      if (testing::left_out(rule + turn)) continue;
      CAPTURE(model);
      CAPTURE(update::rules()[rule].info.name);
      LaneConfig lane = lane_of(model, rule, update::rules()[rule].proximal ? 0.01 : 0);
      lane.training.batch_size = rule % 2 == 0 ? TrainingSettings::kFullBatch : 500, lane.training.epochs = 3;
      const std::vector<std::string> paths = paths_of(lane);
      TangentCohort cohort(design, std::span(&lane, 1), paths, Seed{3}, 0, {});
      for (int epoch = 0; epoch < 3; ++epoch) REQUIRE(cohort.epoch());
      const auto trainer = make_trainer(design, testing::metric_of(model), std::span(&lane, 1), Seed{3}, 0);
      trainer->run_to({3, {}});
      const std::vector<double> theta = trainer->results()[0].theta;
      std::size_t different = 0;
      for (std::size_t r = 0; r < theta.size(); ++r) different += !testing::same_bits(theta[r], cohort.theta(r, 0));
      CHECK(different == 0);
    }
  }
}

TEST_CASE("property: derivatives alone = in a cohort = on every SIMD target with FMA, to the last bit") {
  for (const char* model : {"linear", "softmax", "mlp"}) {
    const auto design = testing::toy_design<double>(Seed{9}, model, kRows, kFeatures);
    std::vector<LaneConfig> lanes;
    for (int i = 0; i < 11; ++i) {
      lanes.push_back(lane_of(model, 5, 0));
      lanes.back().model.l2 = 1e-3 * std::pow(2, i), lanes.back().training.learning_rate.start = 0.01 + 0.01 * i;
    }
    const std::vector<std::string> paths = paths_of(lanes[0]);
    const auto run = [&](std::span<const LaneConfig> some) {
      return forward_derivatives(design, testing::metric_of(model), some, paths, Seed{3}, 0);
    };
    const auto together = run(lanes);
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      const auto alone = run(std::span(&lanes[i], 1));
      for (std::size_t h = 0; h < paths.size(); ++h)
        CHECK(testing::same_bits(alone[0].gradient[h], together[i].gradient[h]));
    }
    for (const std::int64_t target : simd_targets().first(simd_targets().size() - 1)) {
      force_simd_target(target);
      const auto other = run(lanes);
      force_simd_target(0);
      for (std::size_t i = 0; i < lanes.size(); ++i)
        for (std::size_t h = 0; h < paths.size(); ++h)
          CHECK(testing::same_bits(other[i].gradient[h], together[i].gradient[h]));
    }
  }
}

TEST_CASE("the derivative is that of the parameters which early stopping keeps; a lane that diverges has none") {
  const auto design = testing::toy_design<double>(Seed{6}, "logistic", kRows, kFeatures);
  LaneConfig lane = lane_of("logistic", 0, 0), short_lane = lane;
  lane.training.learning_rate.start = 1, lane.training.epochs = 60, lane.training.stop.patience = 4;
  const std::vector<std::string> paths = {"model.l2"};
  const auto derive = [&](const LaneConfig& config) {
    return forward_derivatives(design, testing::metric_of("logistic"), std::span(&config, 1), paths, Seed{3}, 0)[0];
  };
  const HyperDerivatives patient = derive(lane);
  REQUIRE(patient.result.end == LaneEnd::patience);
  short_lane = lane;
  short_lane.training.epochs = patient.result.best_epoch, short_lane.training.stop.patience = 0;
  CHECK(testing::same_bits(derive(short_lane).gradient[0], patient.gradient[0]));
  LaneConfig wild = testing::lane("linear", "gd", 1e6, 0.1, 32, 50);
  const auto numbers = testing::toy_design<double>(Seed{6}, "linear", kRows, kFeatures);
  const HyperDerivatives none =
      forward_derivatives(numbers, testing::metric_of("linear"), std::span(&wild, 1), paths, Seed{3}, 0)[0];
  CHECK(none.result.end == LaneEnd::diverged);
  CHECK(std::isnan(none.gradient[0]));
}

}  // namespace holdout::train
