// Averages of iterates against averages taken outside.
#include <holdout/train/average.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "support/lane_results.hpp"
#include "support/varied_lanes.hpp"

namespace holdout::train {
namespace {

using testing::index_of;

LaneConfig averaged(LaneConfig config, std::string_view name) {
  AverageChoice& average = config.training.average;
  average.select(index_of(average.alternatives(), name));
  return config;
}

// All iterates of a lane, by step.
template <class T>
std::vector<std::vector<double>> iterates(const Design<T>& design, const LaneConfig& config, std::size_t steps) {
  std::vector<std::int64_t> all;
  for (std::size_t s = 1; s <= steps; ++s) all.push_back(static_cast<std::int64_t>(s));
  const auto trainer = make_trainer(design, testing::metric_of(config.model.type()), {{config}}, Seed{3}, 0);
  std::vector<std::vector<double>> out;
  trainer->watch(all, [&](std::int64_t, std::size_t, std::span<const double> theta) {
    out.emplace_back(theta.begin(), theta.end());
  });
  trainer->run_to({config.training.epochs, {}});
  return out;
}

constexpr std::size_t kRows = 96, kBatch = 16, kEpochs = 5, kSteps = kRows / kBatch * kEpochs;

}  // namespace

TEST_CASE("closed form: the result is the average of the iterates that were watched") {
  for (const char* rule : {"gd", "nesterov", "adam"}) {
    CAPTURE(rule);
    const auto design = testing::toy_design<double>(Seed{41}, "softmax", kRows, 4);
    const LaneConfig plain = testing::lane("softmax", rule, 0.1, 0.01, kBatch, kEpochs);
    LaneConfig late = averaged(plain, "polyak"), all = late, moving = averaged(plain, "exponential");
    late.training.average.from = 2, moving.training.average.decay = 0.8;
    const auto theta = iterates(design, plain, kSteps);
    REQUIRE(theta.size() == kSteps);
    CHECK(iterates(design, late, kSteps) == theta);  // steps do not know of the average
    const std::vector<LaneConfig> lanes{all, late};
    const auto results = testing::train_lanes(design, lanes, {0, 1});
    const LaneResult exponential = testing::train_lanes(design, {moving}, {0})[0];
    for (std::size_t p = 0; p < theta[0].size(); ++p) {
      double mean = 0, tail = 0, weighted = 0, weights = 0;
      for (std::size_t s = 0; s < kSteps; ++s) {
        mean += theta[s][p] / kSteps;
        if (s >= 2 * kRows / kBatch) tail += theta[s][p] / (kSteps - 2.0 * kRows / kBatch);
        const double weight = std::pow(0.8, static_cast<double>(kSteps - 1 - s));
        weighted += weight * theta[s][p], weights += weight;
      }
      CHECK(results[0].theta[p] == doctest::Approx(mean).epsilon(1e-12));
      CHECK(results[1].theta[p] == doctest::Approx(tail).epsilon(1e-12));
      CHECK(exponential.theta[p] == doctest::Approx(weighted / weights).epsilon(1e-12));
    }
    // What is reported is the average's, not the last iterate's.
    const std::vector<double> scores = predict(design.holdout, {late.model, 4, 3}, results[1].theta);
    CHECK(results[1].value == testing::metric_of("softmax").value({scores, 3, design.holdout.target}));
    CHECK(results[1].value != testing::train_lanes(design, {plain}, {0})[0].value);
    CHECK(results[1].curve.back().holdout == results[1].value);
  }
}

TEST_CASE("averages that cannot differ from the last parameters have their bits") {
  const auto design = testing::toy_design<double>(Seed{42}, "logistic", kRows, 4);
  const LaneConfig plain = testing::lane("logistic", "adam", 0.1, 0.01, kBatch, kEpochs);
  LaneConfig never = averaged(plain, "polyak"), fresh = averaged(plain, "exponential");
  never.training.average.from = kEpochs, fresh.training.average.decay = 0;
  const LaneResult expected = testing::train_lanes(design, {plain}, {0})[0];
  CHECK(testing::difference(testing::train_lanes(design, {never}, {0})[0], expected) == "");
  CHECK(testing::difference(testing::train_lanes(design, {fresh}, {0})[0], expected) == "");
}

TEST_CASE_TEMPLATE("property: a lane's average has the same bits alone and among others, dense and sparse", T, double,
                   float) {
  for (const std::string_view model : {"linear", "softmax"})
    for (const char* name : {"polyak", "exponential"}) {
      const auto dense = testing::sparse_toy_design<T>(Seed{43}, model, 200, 60, true);
      const auto sparse = testing::sparse_toy_design<T>(Seed{43}, model, 200, 60);
      auto lanes = testing::varied_lanes(20, model, 5, 1, 4, 4);
      std::vector<std::size_t> all;
      for (std::size_t i = 0; i < lanes.size(); ++i) {
        lanes[i] = averaged(lanes[i], name);
        lanes[i].training.average.from = static_cast<std::int64_t>(i % 3);
        lanes[i].training.average.decay = 0.5 + 0.02 * static_cast<double>(i);
        lanes[i].training.stop.patience = 2;
        lanes[i].training.clip_norm = 0;
        all.push_back(i);
      }
      const auto together = testing::train_lanes(dense, lanes, all), thin = testing::train_lanes(sparse, lanes, all);
      for (const std::size_t i : all) {
        CHECK(testing::difference(together[i], thin[i]) == "");
        if (i % 6 == 0) CHECK(testing::difference(together[i], testing::train_lanes(dense, lanes, {i})[0]) == "");
      }
    }
}

TEST_CASE("Polyak and Juditsky: the mean of noisy steps is nearer to the minimum than the last of them") {
  const auto design = testing::toy_design<double>(Seed{44}, "linear", 400, 5);
  const auto minimum = testing::train_lanes(design, {testing::lane("linear", "exact", 0, 0.01, 0, 1)}, {0})[0].theta;
  const auto distance = [&](const LaneConfig& config) {
    const auto theta = testing::train_lanes(design, {config}, {0})[0].theta;
    double squares = 0;
    for (std::size_t p = 0; p < theta.size(); ++p) squares += std::pow(theta[p] - minimum[p], 2);
    return std::sqrt(squares);
  };
  const LaneConfig plain = testing::lane("linear", "gd", 0.05, 0.01, 1, 40);
  LaneConfig mean = averaged(plain, "polyak"), moving = averaged(plain, "exponential");
  mean.training.average.from = 5, moving.training.average.decay = 0.999;
  CHECK(distance(mean) < 0.2 * distance(plain));
  CHECK(distance(moving) < 0.4 * distance(plain));
}

}  // namespace holdout::train
