// Trainings that arrive where they should, and go there step by step as the formulas say.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <Eigen/Core>

#include <holdout/base/number.hpp>
#include <holdout/update/stepper.hpp>

#include "support/ridge.hpp"
#include "support/table.hpp"
#include "support/toys.hpp"

namespace holdout::train {
namespace {

constexpr std::int64_t kFull = TrainingSettings::kFullBatch;

TEST_CASE("closed form: ridge by nesterov with the automatic rate is the solution of the normal equations") {
  const auto design = testing::toy_design<double>(Seed{31}, "linear", 1500, 8);
  std::vector<LaneConfig> lanes;
  for (const double l2 : {0.0, 1e-3, 0.1, 1.0, 30.0})
    lanes.push_back(testing::lane("linear", "nesterov", LearningRate::kAuto, l2, kFull, 5000));
  for (auto& c : lanes) c.training.stop.gradient_norm = 1e-13;
  const auto trainer = make_trainer(design, testing::metric_of("linear"), lanes, Seed{1}, 0);
  trainer->run_to({5000});
  const auto results = trainer->results();
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    CAPTURE(lanes[i].model.l2);
    const Eigen::VectorXd expected = testing::ridge_solution(design, lanes[i].model.l2);
    const Eigen::Map<const Eigen::VectorXd> theta(results[i].theta.data(), expected.size());
    CHECK(results[i].end == LaneEnd::converged);
    CHECK((theta - expected).norm() <= 1e-9 * expected.norm());
    CHECK(results[i].value == doctest::Approx(testing::ridge_mse(design, expected)).epsilon(1e-9));
  }
}

/// Breast cancer, standardized on its training rows (tests/data/reference/README.md).
Design<double> breast_cancer() {
  const auto table = testing::reference_table("breast_cancer.csv"),
             split = testing::reference_table("breast_cancer.split.csv");
  data::Dataset dataset;
  dataset.task = data::Task::classification;
  dataset.classes = {"0", "1"};
  dataset.rows = table.size() - 1;
  dataset.features = table[0].size() - 1;
  data::Fold fold;
  for (std::uint32_t i = 0; i < dataset.rows; ++i) {
    for (std::size_t j = 0; j < dataset.features; ++j) dataset.x.push_back(to_real(table[i + 1][j]).value());
    dataset.y.push_back(to_real(table[i + 1].back()).value());
    if (split[i + 1].at(1) == "train") fold.train.push_back(i);
    if (split[i + 1].at(1) == "holdout") fold.holdout.push_back(i);
  }
  return make_design<double>(dataset, testing::standard_scaling(dataset, fold.train), fold);
}

// Newton's method and glmnet, which agree to 4e-8; the numbers given have gradients below 1e-15.
TEST_CASE("reference: logistic regression on breast_cancer at its minimum") {
  struct Expected {
    double l2, objective, squared_weights, log_loss, error;
  };
  const Expected expected[] = {{0.01, 0.0990848421599434, 5.339814037480133, 0.10678889303169344, 0.035398230088495575},
                               {1.0, 0.3835205877423302, 0.1959827114608837, 0.2930388874522, 0.07964601769911504}};
  const auto design = breast_cancer();
  REQUIRE(design.train.n == 343);
  REQUIRE(design.holdout.n == 113);
  std::vector<LaneConfig> lanes;
  for (const Expected& e : expected) {
    lanes.push_back(testing::lane("logistic", "nesterov", LearningRate::kAuto, e.l2, kFull, 20000));
    lanes.back().training.stop.gradient_norm = 1e-12;
  }
  const auto trainer = make_trainer(design, testing::metric_of("logistic"), lanes, Seed{1}, 0);
  trainer->run_to({20000});
  const auto results = trainer->results();
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const LaneResult& r = results[i];
    CAPTURE(expected[i].l2);
    CHECK(r.end == LaneEnd::converged);
    // The gradient of J from its formula, intercept last.
    Eigen::VectorXd gradient = Eigen::VectorXd::Zero(31);
    double squares = 0;
    for (std::size_t k = 0; k < 343; ++k) {
      const double* x = design.train.x.data() + 30 * k;
      double f = r.theta[30];
      for (std::size_t j = 0; j < 30; ++j) f += r.theta[j] * x[j];
      const double slope = -design.train.y[k] / (1 + std::exp(design.train.y[k] * f)) / 343;
      for (Eigen::Index j = 0; j < 30; ++j) gradient[j] += slope * x[j];
      gradient[30] += slope;
    }
    for (std::size_t j = 0; j < 30; ++j) {
      gradient[static_cast<Eigen::Index>(j)] += expected[i].l2 * r.theta[j];
      squares += r.theta[j] * r.theta[j];
    }
    CHECK(gradient.norm() < 1e-11);
    CHECK(squares == doctest::Approx(expected[i].squared_weights).epsilon(1e-9));
    CHECK(r.train_loss + expected[i].l2 / 2 * squares == doctest::Approx(expected[i].objective).epsilon(1e-10));
    CHECK(r.value == doctest::Approx(expected[i].log_loss).epsilon(1e-9));
    for (const auto& [name, value] : r.metrics)
      if (name == "error") CHECK(value == doctest::Approx(expected[i].error).epsilon(1e-12));
  }
}

TEST_CASE("reference: float32 arrives where float64 does, within its digits") {
  for (const std::string_view model : {"linear", "logistic"}) {
    const LaneConfig config = testing::lane(model, "nesterov", LearningRate::kAuto, 0.05, kFull, 400);
    const std::vector<LaneConfig> lanes{config};
    const auto wide = testing::toy_design<double>(Seed{31}, model, 600, 8);
    const auto narrow = testing::toy_design<float>(Seed{31}, model, 600, 8);
    const auto a = make_trainer(wide, testing::metric_of(model), lanes, Seed{1}, 0);
    const auto b = make_trainer(narrow, testing::metric_of(model), lanes, Seed{1}, 0);
    a->run_to({400});
    b->run_to({400});
    const auto x = a->results()[0], y = b->results()[0];
    for (std::size_t i = 0; i < x.theta.size(); ++i) CHECK(std::abs(x.theta[i] - y.theta[i]) < 1e-5);
    CHECK(x.value == doctest::Approx(y.value).epsilon(1e-5));
  }
}

// A training of ridge regression as it is written down: scores, residuals, gradient, penalty, step; one chain of
// fused operations each, in the order of features and of rows.
std::vector<double> plain_training(const Design<double>& design, const LaneConfig& config, Seed seed,
                                   std::size_t fold) {
  const std::size_t n = design.train.n, d = design.features;
  const TrainingSettings& t = config.training;
  const bool full = t.batch_size == kFull;
  update::Stepper stepper(t.optimizer.rule_choice(), d + 1, d);
  std::vector<double> theta(d + 1), g(d + 1);
  for (std::int64_t epoch = 0; epoch < t.epochs; ++epoch) {
    std::vector<std::uint32_t> order(n);
    for (std::uint32_t i = 0; i < n; ++i) order[i] = i;
    if (!full)
      order =
          stream(seed, "shuffle", fold, static_cast<std::uint64_t>(epoch)).permutation(static_cast<std::uint32_t>(n));
    const std::size_t batch = full ? n : static_cast<std::size_t>(t.batch_size);
    for (std::size_t first = 0; first < n; first += batch) {
      const std::size_t rows = std::min(batch, n - first);
      const auto point = stepper.look_ahead(theta, t.learning_rate.start);
      std::fill(g.begin(), g.end(), 0);
      for (std::size_t i = first; i < first + rows; ++i) {
        const double* x = design.train.x.data() + order[i] * d;
        double f = point[d];
        for (std::size_t j = 0; j < d; ++j) f = std::fma(x[j], point[j], f);
        const double slope = 1 / static_cast<double>(rows) * (f - design.train.y[order[i]]);
        for (std::size_t j = 0; j < d; ++j) g[j] = std::fma(x[j], slope, g[j]);
        g[d] += slope;
      }
      for (std::size_t j = 0; j < d; ++j) g[j] = std::fma(config.model.l2, point[j], g[j]);
      stepper.step(theta, g, t.learning_rate.start);
    }
  }
  return theta;
}

TEST_CASE("property: a training is its formulas in plain doubles, step by step, to the last bit") {
  const auto design = testing::toy_design<double>(Seed{17}, "linear", 53, 4);
  for (const update::RuleDescription& rule : update::rules())
    for (const std::int64_t batch : {kFull, std::int64_t{1}, std::int64_t{8}, std::int64_t{52}})
      for (const std::size_t fold : {0u, 3u}) {
        CAPTURE(rule.info.name);
        CAPTURE(batch);
        CAPTURE(fold);
        const std::vector<LaneConfig> lanes{testing::lane("linear", rule.info.name, 0.01, 0.3, batch, 4)};
        const auto trainer = make_trainer(design, testing::metric_of("linear"), lanes, Seed{23}, fold);
        trainer->run_to({4});
        CHECK(trainer->results()[0].theta == plain_training(design, lanes[0], Seed{23}, fold));
      }
}

}  // namespace
}  // namespace holdout::train
