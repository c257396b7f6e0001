#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <vector>

#include <Eigen/Core>

#include <holdout/base/error.hpp>

#include "support/algebra.hpp"
#include "support/lane_results.hpp"
#include "support/ridge.hpp"
#include "support/toys.hpp"

namespace holdout::train {
namespace {

using testing::lane;
using testing::toy_design;
using testing::with_ones;

constexpr std::int64_t kFull = TrainingSettings::kFullBatch;

std::vector<LaneResult> train_to(const Design<double>& design, const std::vector<LaneConfig>& lanes, const Goal& goal,
                                 std::span<const std::vector<double>> start = {}) {
  const auto trainer = make_trainer(design, testing::metric_of(lanes[0].model.type()), lanes, Seed{3}, 0, start);
  trainer->run_to(goal);
  return trainer->results();
}

LaneResult train_one(const Design<double>& design, const LaneConfig& config) {
  return train_to(design, {config}, {config.training.epochs})[0];
}

TEST_CASE("an epoch has N, 1 or ⌈N/B⌉ steps") {
  const auto design = toy_design<double>(Seed{1}, "linear", 45, 3);
  const std::pair<std::int64_t, std::int64_t> expected[] = {{1, 45}, {kFull, 1}, {44, 2}, {45, 1}, {1000, 1},
                                                            {32, 2}, {9, 5},     {10, 5}, {2, 23}};
  for (const auto& [batch, steps] : expected) {
    CAPTURE(batch);
    const LaneResult r = train_one(design, lane("linear", "gd", 0.01, 0.1, batch, 3));
    CHECK(r.steps == 3 * steps);
    CHECK(r.epochs == 3);
    CHECK(r.end == LaneEnd::epochs);
  }
}

TEST_CASE("a batch of N rows or more is the full batch, unshuffled") {
  const auto design = toy_design<double>(Seed{1}, "logistic", 45, 3);
  const LaneResult full = train_one(design, lane("logistic", "adam", 0.01, 0.1, kFull, 9));
  for (const std::int64_t batch : {45, 46, 100000})
    CHECK(testing::difference(train_one(design, lane("logistic", "adam", 0.01, 0.1, batch, 9)), full) == "");
}

TEST_CASE("the seed and the fold order the rows, and nothing else does") {
  const auto design = toy_design<double>(Seed{1}, "linear", 45, 3);
  const std::vector<LaneConfig> lanes{lane("linear", "gd", 0.01, 0.1, 7, 2)};
  const auto theta = [&](std::uint64_t seed, std::size_t fold) {
    const auto trainer = make_trainer(design, testing::metric_of("linear"), lanes, Seed{seed}, fold);
    trainer->run_to({2});
    return trainer->results()[0].theta;
  };
  CHECK(theta(1, 0) == theta(1, 0));
  CHECK(theta(1, 0) != theta(2, 0));
  CHECK(theta(1, 0) != theta(1, 1));
}

TEST_CASE("curves are recorded at every epoch, or at 200 log-spaced ones with both ends") {
  for (const std::int64_t epochs : {1, 2, 199, 200}) {
    const auto recorded = recorded_epochs(epochs);
    CHECK(recorded.size() == static_cast<std::size_t>(epochs));
    CHECK(recorded.front() == 1);
    CHECK(recorded.back() == epochs);
  }
  for (const std::int64_t epochs : {201LL, 202LL, 250LL, 1000LL, 99'999LL, 100'000'000LL}) {
    CAPTURE(epochs);
    const auto recorded = recorded_epochs(epochs);
    CHECK(recorded.size() <= kCurvePoints);
    CHECK(recorded.size() > 50);
    CHECK(recorded.front() == 1);
    CHECK(recorded.back() == epochs);
    CHECK(std::adjacent_find(recorded.begin(), recorded.end(), std::greater_equal<>()) == recorded.end());
    // Log-spaced: half of the logarithm's range has at least a quarter of the points, also before the middle.
    const auto middle = static_cast<std::int64_t>(std::sqrt(static_cast<double>(epochs)));
    const auto below = std::upper_bound(recorded.begin(), recorded.end(), middle) - recorded.begin();
    CHECK(below < static_cast<std::ptrdiff_t>(recorded.size() / 2 + 1));
  }
  const auto design = toy_design<double>(Seed{1}, "linear", 12, 2);
  const LaneResult r = train_one(design, lane("linear", "gd", 0.01, 0.1, 5, 700));
  std::vector<std::int64_t> epochs;
  for (const LanePoint& p : r.curve) epochs.push_back(p.epoch);
  CHECK(epochs == recorded_epochs(700));
  CHECK(r.curve.back().holdout == r.value);
  CHECK(r.curve.back().train_loss == r.train_loss);
}

TEST_CASE("closed form: the training loss is the mean of the batches' losses, before each step, without penalty") {
  const auto design = toy_design<double>(Seed{1}, "linear", 23, 3);
  const LaneConfig config = lane("linear", "gd", 0.05, 2, 5, 1);
  const LaneResult r = train_one(design, config);
  const Eigen::MatrixXd x = with_ones(design.train, 3);
  Eigen::VectorXd theta = Eigen::VectorXd::Zero(4), penalized = Eigen::VectorXd::Ones(4);
  penalized[3] = 0;
  const auto order = stream(Seed{3}, "shuffle", 0, 0).permutation(23);
  double sum = 0;
  for (std::size_t first = 0; first < 23; first += 5) {
    const std::size_t n = std::min<std::size_t>(5, 23 - first);  // the last batch has 3 rows and is averaged over 3
    Eigen::VectorXd g = Eigen::VectorXd::Zero(4);
    double loss = 0;
    for (std::size_t i = first; i < first + n; ++i) {
      const Eigen::VectorXd row = x.row(order[i]);
      const double residual = row.dot(theta) - design.train.y[order[i]];
      loss += residual * residual / 2;
      g += residual * row;
    }
    sum += loss / static_cast<double>(n);
    theta -= 0.05 * (g / static_cast<double>(n) + 2 * penalized.cwiseProduct(theta));
  }
  CHECK(r.train_loss == doctest::Approx(sum / 5).epsilon(1e-13));
  for (Eigen::Index j = 0; j < 4; ++j)
    CHECK(r.theta[static_cast<std::size_t>(j)] == doctest::Approx(theta[j]).epsilon(1e-12));
  // Full batch: the loss at the start is that of θ = 0.
  double start = 0;
  for (const double y : design.train.y) start += y * y / 2 / 23;
  CHECK(train_one(design, lane("linear", "gd", 0.05, 2, kFull, 1)).train_loss == doctest::Approx(start).epsilon(1e-14));
}

TEST_CASE("learning_rate auto is 1/L̂ of the data's eigenvalues, or of its longest row") {
  for (const std::string_view model : {"linear", "logistic", "softmax"}) {
    const auto design = toy_design<double>(Seed{9}, model, 80, 6);
    const Eigen::MatrixXd x = with_ones(design.train, 6);
    const double kappa = model == "linear" ? 1 : model == "logistic" ? 0.25 : 0.5;
    const double largest = testing::eigenvalues(testing::second_moments(x)).maxCoeff();
    const double row = x.rowwise().squaredNorm().maxCoeff();
    CHECK(measure_curvature(design).largest_eigenvalue == doctest::Approx(largest).epsilon(1e-3));
    CHECK(measure_curvature(design).largest_eigenvalue <= largest * (1 + 1e-12));
    CHECK(measure_curvature(design).largest_row == doctest::Approx(row).epsilon(1e-14));
    for (const double l2 : {0.0, 0.5}) {
      const ModelSettings settings = lane(model, "gd", 1, l2, kFull, 1).model;
      const double full = automatic_rate(measure_curvature(design), settings, true);
      CHECK(full == doctest::Approx(1 / (kappa * 1.02 * largest + l2)).epsilon(1e-3));
      CHECK(full <= 1 / (kappa * largest + l2));  // the bound is one
      CHECK(automatic_rate(measure_curvature(design), settings, false) ==
            doctest::Approx(1 / (kappa * row + l2)).epsilon(1e-14));
      // A lane that says auto trains as one that says the number.
      for (const std::int64_t batch : {kFull, std::int64_t{16}}) {
        const double rate = automatic_rate(measure_curvature(design), settings, batch == kFull);
        const LaneResult a = train_one(design, lane(model, "momentum", LearningRate::kAuto, l2, batch, 6));
        CHECK(testing::difference(a, train_one(design, lane(model, "momentum", rate, l2, batch, 6))) == "");
      }
    }
  }
}

TEST_CASE("learning_rate auto with a rule that scales its own steps is refused") {
  const auto design = toy_design<double>(Seed{9}, "linear", 30, 2);
  for (const update::RuleDescription& rule : update::rules()) {
    CAPTURE(rule.info.name);
    const std::vector<LaneConfig> lanes{lane("linear", rule.info.name, LearningRate::kAuto, 0, 8, 2)};
    const auto make = [&] { make_trainer(design, testing::metric_of("linear"), lanes, Seed{1}, 0); };
    if (!rule.adaptive) {
      CHECK_NOTHROW(make());
      continue;
    }
    CHECK_THROWS_WITH_AS(make(), doctest::Contains(std::string(rule.info.name).c_str()), Error);
  }
}

TEST_CASE("a training starts at the given parameters") {
  const auto design = toy_design<double>(Seed{9}, "linear", 30, 2);
  const std::vector<std::vector<double>> start{{1, 2, 3}, {-1, 0, 0.5}};
  const std::vector<LaneConfig> lanes(2, lane("linear", "gd", 0.01, 0, kFull, 5));
  const auto trainer = make_trainer(design, testing::metric_of("linear"), lanes, Seed{1}, 0, start);
  auto results = trainer->results();
  CHECK(results[0].theta == start[0]);
  CHECK(results[1].theta == start[1]);
  CHECK(results[1].epochs == 0);
  CHECK(std::isnan(results[1].train_loss));
  const Part<double>& held = design.holdout;
  double mse = 0;
  for (std::size_t i = 0; i < held.n; ++i)
    mse += std::pow(held.x[2 * i] + 2 * held.x[2 * i + 1] + 3 - held.target[i], 2) / static_cast<double>(held.n);
  CHECK(results[0].value == doctest::Approx(mse).epsilon(1e-13));
  // Gradient descent has no state: stopping and starting at the same place goes on as if nothing had been.
  const auto five = train_to(design, lanes, {5});
  const auto two = train_to(design, lanes, {2});
  const std::vector<std::vector<double>> there{two[0].theta, two[1].theta};
  CHECK(train_to(design, lanes, {3}, there)[1].theta == five[1].theta);
}

TEST_CASE("an interrupt ends running lanes where they are") {
  const auto design = toy_design<double>(Seed{9}, "linear", 30, 2);
  const std::vector<LaneConfig> lanes(3, lane("linear", "gd", 0.01, 0, 8, 50));
  const auto trainer = make_trainer(design, testing::metric_of("linear"), lanes, Seed{1}, 0);
  std::atomic<bool> interrupt{false};
  trainer->run_to({4}, &interrupt);
  trainer->drop(1);
  const auto before = trainer->results();
  CHECK(before[0].end == LaneEnd::running);
  interrupt = true;
  trainer->run_to({50}, &interrupt);
  const auto after = trainer->results();
  CHECK(after[0].end == LaneEnd::interrupted);
  CHECK(after[1].end == LaneEnd::dropped);
  CHECK(after[0].epochs == 4);
  CHECK(after[0].theta == before[0].theta);
  CHECK(trainer->running() == 0);
  CHECK(trainer->lanes() == 3);
}

}  // namespace
}  // namespace holdout::train
