// l1: proximal steps in the metric of each rule, and exact solutions; weights of classes.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "support/lane_results.hpp"
#include "support/toys.hpp"

namespace holdout::train {
namespace {

constexpr std::int64_t kFull = TrainingSettings::kFullBatch;
constexpr std::size_t kRows = 300, kFeatures = 12;

LaneConfig with_l1(LaneConfig config, double l1) {
  config.model.l1 = l1;
  return config;
}

std::vector<LaneResult> train_all(const Design<double>& design, std::string_view model, std::vector<LaneConfig> lanes,
                                  std::span<const std::vector<double>> start = {}) {
  const auto trainer = make_trainer(design, testing::metric_of(model), lanes, Seed{1}, 0, start);
  trainer->run_to({lanes[0].training.epochs, {}});
  return trainer->results();
}

/// Lasso and elastic net of squared loss by coordinate descent (Friedman, Hastie, Tibshirani, JSS 33, 2010), naive.
std::vector<double> coordinate_descent(const Part<double>& part, double l1, double l2) {
  const double n = static_cast<double>(part.n);
  std::vector<double> theta(kFeatures + 1), residual(part.y.begin(), part.y.end());
  double moved = 1;
  for (int round = 0; round < 20000 && moved > 1e-15; ++round) {
    moved = 0;
    for (std::size_t j = 0; j <= kFeatures; ++j) {
      double slope = 0, square = 0;
      for (std::size_t i = 0; i < part.n; ++i) {
        const double x = j < kFeatures ? part.x[i * kFeatures + j] : 1;
        slope += x * residual[i] / n, square += x * x / n;
      }
      const double to = slope + square * theta[j], hold = j < kFeatures ? l1 : 0, ridge = j < kFeatures ? l2 : 0;
      const double next = (to > hold ? to - hold : (to < -hold ? to + hold : 0)) / (square + ridge);
      for (std::size_t i = 0; i < part.n; ++i)
        residual[i] -= (next - theta[j]) * (j < kFeatures ? part.x[i * kFeatures + j] : 1);
      moved = std::max(moved, std::abs(next - theta[j]));
      theta[j] = next;
    }
  }
  return theta;
}

TEST_CASE("closed form: exact with l1 is where coordinate descent ends, zeros included") {
  const auto design = testing::toy_design<double>(Seed{5}, "linear", kRows, kFeatures);
  const auto base = testing::lane("linear", "exact", 0, 0, kFull, 1);
  std::vector<LaneConfig> lanes;
  for (const double l1 : {0.0, 1e-8, 0.01, 0.1, 0.3, 0.7, 100.0})
    for (const double l2 : {0.0, 0.05}) lanes.push_back(with_l1(base, l1)), lanes.back().model.l2 = l2;
  const auto results = train_all(design, "linear", lanes);
  std::size_t zeros = 0;
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    CAPTURE(lanes[i].model.l1);
    CAPTURE(lanes[i].model.l2);
    const auto expected = coordinate_descent(design.train, lanes[i].model.l1, lanes[i].model.l2);
    CHECK(results[i].end == LaneEnd::converged);
    for (std::size_t j = 0; j <= kFeatures; ++j) {
      CAPTURE(j);
      CHECK(std::abs(results[i].theta[j] - expected[j]) <= 1e-8);
      CHECK((results[i].theta[j] == 0) == (expected[j] == 0));
      zeros += expected[j] == 0;
    }
  }
  CHECK(zeros > 24);  // else there was nothing to see
}

TEST_CASE("property: the minimum with l1 is a fixed point of every rule that takes it, to its zeros") {
  for (const char* model : {"linear", "logistic", "softmax"}) {
    const auto design = testing::toy_design<double>(Seed{6}, model, kRows, kFeatures);
    const double l1 = std::string(model) == "linear" ? 0.3 : 0.05;
    const std::vector<double> minimum =
        train_all(design, model, {with_l1(testing::lane(model, "exact", 0, 0.01, kFull, 1), l1)})[0].theta;
    int tried = 0;
    for (const update::RuleDescription& rule : update::rules()) {
      if (!rule.proximal) continue;
      ++tried;
      CAPTURE(model);
      CAPTURE(rule.info.name);
      auto config = with_l1(testing::lane(model, rule.info.name, 0.02, 0.01, kFull, 60), l1);
      // A running mean of gradients starts at 0, so it leaves the minimum before it comes back.
      if (rule.coefficients.size() >= 2 && rule.coefficients[0].name == "beta1")
        testing::set_field(config.training.optimizer, "beta1", 0.0);
      // Gradients of the size of rounding, divided by their own root, are steps of size γ; not with this ε.
      if (rule.adaptive) testing::set_field(config.training.optimizer, "epsilon", 1.0);
      const auto r = train_all(design, model, {config}, std::vector<std::vector<double>>{minimum})[0];
      std::size_t zeros = 0;
      for (std::size_t j = 0; j < minimum.size(); ++j) {
        CHECK(std::abs(r.theta[j] - minimum[j]) <= 1e-7);
        CHECK((minimum[j] != 0 || r.theta[j] == 0));
        zeros += minimum[j] == 0;
      }
      CHECK(zeros > 1);
      CHECK(r.gradient_norm <= 1e-8);
    }
    CHECK(tried >= 7);
  }
}

TEST_CASE("property: rules arrive at the minimum with l1 from zeros") {
  const auto design = testing::toy_design<double>(Seed{7}, "logistic", kRows, kFeatures);
  const std::vector<double> minimum =
      train_all(design, "logistic", {with_l1(testing::lane("logistic", "exact", 0, 0, kFull, 1), 0.04)})[0].theta;
  for (const char* rule : {"gd", "momentum", "nesterov", "rmsprop", "adam", "amsgrad"}) {
    CAPTURE(rule);
    auto config = with_l1(testing::lane("logistic", rule, 0.01, 0, kFull, 6000), 0.04);
    auto& schedule = config.training.learning_rate.schedule;
    schedule.select(testing::index_of(schedule.alternatives(), "cosine"));
    if (std::string(rule) == "gd" || std::string(rule) == "momentum" || std::string(rule) == "nesterov")
      config.training.learning_rate = {};  // 1/L̂
    const auto r = train_all(design, "logistic", {config})[0];
    for (std::size_t j = 0; j < minimum.size(); ++j) CHECK(std::abs(r.theta[j] - minimum[j]) <= 2e-4);
  }
}

TEST_CASE("elastic_net is l1 and l2 by other names, and lanes do not notice their neighbours' penalties") {
  const auto design = testing::toy_design<double>(Seed{8}, "logistic", kRows, kFeatures);
  for (const char* rule : {"exact", "nesterov", "adam"}) {
    CAPTURE(rule);
    const auto plain = testing::lane("logistic", rule, 0.02, 0.25, std::string(rule) == "adam" ? 32 : kFull, 40);
    auto both = plain, net = plain;
    both.model.l1 = 0.125, both.model.l2 = 0.375;
    net.model.l2 = 0, net.model.elastic_net = {0.5, 0.25};
    const auto together = train_all(design, "logistic", {plain, both, net});
    CHECK(together[1].theta == together[2].theta);
    CHECK(together[0].theta == train_all(design, "logistic", {plain})[0].theta);
    CHECK(together[1].theta == train_all(design, "logistic", {both})[0].theta);
    CHECK(together[0].theta != together[1].theta);
  }
}

TEST_CASE("closed form: balanced classes are rows repeated until there are as many of each") {
  Design<double> design = testing::toy_design<double>(Seed{9}, "logistic", 400, 4), repeated;
  const auto keep = [&](Part<double>& to, std::size_t i) {
    for (std::size_t j = 0; j < 4; ++j) to.x.push_back(design.train.x[i * 4 + j]);
    to.y.push_back(design.train.y[i]), to.target.push_back(design.train.target[i]), ++to.n;
  };
  Part<double> few;
  std::size_t positive = 0, negative = 0;  // 30 of one class, 90 of the other
  for (std::size_t i = 0; i < 400; ++i) {
    if (design.train.y[i] > 0 && positive < 30) ++positive, keep(few, i);
    if (design.train.y[i] < 0 && negative < 90) ++negative, keep(few, i);
  }
  REQUIRE(few.n == 120);
  repeated.features = 4, repeated.classes = 2, repeated.holdout = design.holdout;
  design.train = few;
  for (std::size_t i = 0; i < few.n; ++i)
    for (int copy = 0; copy < (few.y[i] > 0 ? 3 : 1); ++copy) keep(repeated.train, i);
  auto balanced = testing::lane("logistic", "exact", 0, 0.1, kFull, 1), plain = balanced;
  balanced.model.class_weight = "balanced";
  const auto a = train_all(design, "logistic", {balanced})[0], b = train_all(repeated, "logistic", {plain})[0];
  for (std::size_t j = 0; j <= 4; ++j) CHECK(a.theta[j] == doctest::Approx(b.theta[j]).epsilon(1e-8));
  CHECK(a.train_loss == doctest::Approx(b.train_loss).epsilon(1e-10));
  CHECK(std::abs(a.theta[4] - train_all(design, "logistic", {plain})[0].theta[4]) > 0.1);
}

}  // namespace
}  // namespace holdout::train
