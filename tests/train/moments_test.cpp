// Squared loss from sufficient statistics, against the sums over rows that they stand for.
#include "moments.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <holdout/train/hypergradient.hpp>

#include "models/linear.hpp"
#include "objective.hpp"
#include "solvers.hpp"
#include "support/lane_results.hpp"
#include "support/set_path.hpp"
#include "support/toys.hpp"

namespace holdout::train {
namespace {

constexpr std::size_t kRows = 1700, kFeatures = 6;

/// A toy far from its origin, with a target that the features explain almost wholly, and weights if wanted.
template <class T>
Design<T> far_away(bool weighted) {
  data::Dataset d = testing::toy(Seed{8}, 0, kRows + 300, kFeatures);
  for (std::size_t i = 0; i < d.rows; ++i) {
    d.y[i] = 1e6 + 1e-3 * d.y[i];
    for (std::size_t j = 0; j < kFeatures; ++j) {
      d.x[i * kFeatures + j] += 50 * static_cast<double>(j);
      d.y[i] += d.x[i * kFeatures + j];
    }
    if (weighted) d.weights.push_back(static_cast<double>(i % 4));
  }
  return make_design<T>(d, testing::no_scaling(kFeatures), testing::first_rows(kRows, kRows + 300));
}

double largest(const LaneTable<double>& table, std::size_t lane) {
  double most = 0;
  for (std::size_t r = 0; r < table.rows(); ++r) most = std::max(most, std::abs(table.at(r, lane)));
  return most;
}

}  // namespace

TEST_CASE("property: loss, gradient and Hessian from moments are those of the rows") {
  for (const bool weighted : {false, true}) {
    CAPTURE(weighted);
    const auto design = far_away<double>(weighted);
    REQUIRE(design.moments);
    const LinearModel<double> model(kFeatures, 1);
    const std::size_t squared = find_loss("squared"), n = design.train.n;
    const AlignedVector<double> weights(design.train.weights.begin(), design.train.weights.end());
    LossSum<double> rows(model, squared, design.train, kFeatures, weights),
        moments(model, squared, design.train, kFeatures, weights, &*design.moments);
    // Lane 0: where training starts; 1 to 4: ever nearer to the minimum.
    LaneTable<double> theta(kFeatures + 1, 5), a(kFeatures + 1, 5), b(kFeatures + 1, 5);
    Stream draw = stream(Seed{1}, "points");
    for (std::size_t lane = 1; lane < 5; ++lane) {
      double intercept = design.moments->centre[kFeatures];
      for (std::size_t j = 0; j < kFeatures; ++j) {
        theta.at(j, lane) = design.moments->centre[j] + std::pow(0.1, lane) * draw.normal();
        intercept -= design.moments->mean[j] * theta.at(j, lane);
      }
      theta.at(kFeatures, lane) = intercept;
    }
    std::vector<double> of_rows, of_moments;
    rows.mean(theta, {nullptr, n, 0}, a, &of_rows);
    moments.mean(theta, {nullptr, n, 0}, b, &of_moments);
    for (std::size_t lane = 0; lane < 5; ++lane) {
      CAPTURE(lane);
      CHECK(of_moments[lane] == doctest::Approx(of_rows[lane]).epsilon(1e-9));
      for (std::size_t r = 0; r <= kFeatures; ++r)
        CHECK(std::abs(a.at(r, lane) - b.at(r, lane)) <= 1e-12 * largest(a, 0) + 1e-10 * largest(a, lane));
    }
    rows.mean_tangent(theta, theta, a);
    moments.mean_tangent(theta, theta, b);
    for (std::size_t lane = 0; lane < 5; ++lane)
      for (std::size_t r = 0; r <= kFeatures; ++r)
        CHECK(std::abs(a.at(r, lane) - b.at(r, lane)) <= 1e-11 * largest(a, lane));
  }
}

TEST_CASE("property: a model that fits without error, constant and repeated columns, units far apart") {
  data::Dataset d = testing::toy(Seed{4}, 0, kRows + 10, kFeatures);
  for (std::size_t i = 0; i < d.rows; ++i) {
    double* const x = d.x.data() + i * kFeatures;
    x[1] = 3, x[2] = x[0], x[3] *= 1e6, x[4] *= 1e-6;
    d.y[i] = 2 + x[0] - 1e-6 * x[3] + 1e6 * x[4];
  }
  const auto design = make_design<double>(d, testing::no_scaling(kFeatures), testing::first_rows(kRows, kRows + 10));
  REQUIRE(design.moments);
  const LinearModel<double> model(kFeatures, 1);
  LossSum<double> sum(model, find_loss("squared"), design.train, kFeatures, {}, &*design.moments);
  LaneTable<double> theta(kFeatures + 1, 1), gradient(kFeatures + 1, 1);
  std::vector<double> losses;
  theta.at(0, 0) = 1, theta.at(3, 0) = -1e-6, theta.at(4, 0) = 1e6, theta.at(kFeatures, 0) = 2;
  sum.mean(theta, {nullptr, kRows, 0}, gradient, &losses);
  CHECK(losses[0] >= 0);
  CHECK(losses[0] < 1e-24);
  const double unit[kFeatures + 1] = {1, 1, 1, 1e6, 1e-6, 1, 1};
  for (std::size_t r = 0; r <= kFeatures; ++r) CHECK(std::abs(gradient.at(r, 0)) < 1e-14 * unit[r]);
}

TEST_CASE("property: every update rule and solver arrives with moments where it does with rows") {
  const auto with = testing::toy_design<double>(Seed{3}, "linear", kRows, kFeatures);
  auto without = with;
  without.moments.reset();
  REQUIRE(with.moments);
  const auto compare = [&](const LaneConfig& config, std::vector<double> start = {}) {
    const auto train = [&](const Design<double>& design) {
      std::vector<std::vector<double>> starts;
      if (!start.empty()) starts.push_back(start);
      const auto trainer = make_trainer(design, testing::metric_of("linear"), std::vector{config}, Seed{1}, 0, starts);
      trainer->run_to({60, {}});
      return trainer->results()[0];
    };
    const LaneResult a = train(without), b = train(with);
    for (std::size_t r = 0; r < a.theta.size(); ++r) CHECK(std::abs(a.theta[r] - b.theta[r]) <= 1e-10);
    CHECK(b.epochs == a.epochs);
    CHECK(b.end == a.end);
    CHECK(b.train_loss == doctest::Approx(a.train_loss).epsilon(1e-10));
    CHECK(b.value == doctest::Approx(a.value).epsilon(1e-10));
  };
  const auto lane = [](std::string_view way, double l1) {
    LaneConfig config = testing::lane("linear", way, 0.01, 0.1, TrainingSettings::kFullBatch, 60);
    config.model.l1 = l1;
    return config;
  };
  for (const update::RuleDescription& rule : update::rules())
    for (const double l1 : {0.0, 0.05}) {
      if (l1 > 0 && !rule.proximal) continue;
      CAPTURE(rule.info.name);
      compare(lane(rule.info.name, l1));
    }
  for (std::size_t i = 0; i < solvers().size(); ++i)
    for (const double l1 : {0.0, 0.05}) {
      if (l1 > 0 && !solver_takes_l1(i)) continue;
      CAPTURE(solvers()[i].name);
      compare(lane(solvers()[i].name, l1));
      compare(testing::with_groups(lane(solvers()[i].name, l1), kFeatures, 2, 0.03));
    }
  LaneConfig config = lane("momentum", 0.02);
  config.training.clip_norm = 0.5, config.training.stop.patience = 5, config.training.stop.gradient_norm = 1e-3;
  config.training.average.select(1);
  compare(testing::with_groups(config, kFeatures, 2, 0.03), {1, 2, 3, 0, -1, -2, 5});
  config = lane("gd", 0);
  config.training.learning_rate = {}, config.training.batch_size = 64;
  compare(config);
}

TEST_CASE("property: epochs of full batches do not look at the rows") {
  auto design = testing::toy_design<double>(Seed{3}, "linear", kRows, kFeatures);
  const LaneConfig config = testing::lane("linear", "adam", 0.01, 0.1, TrainingSettings::kFullBatch, 20);
  const auto train = [&] {
    const auto trainer = make_trainer(design, testing::metric_of("linear"), std::vector{config}, Seed{1}, 0);
    trainer->run_to({20, {}});
    return trainer->results()[0];
  };
  const LaneResult before = train();
  std::fill(design.train.x.begin(), design.train.x.end(), std::numeric_limits<double>::quiet_NaN());
  CHECK(testing::difference(train(), before) == "");
}

TEST_CASE("property: float lanes from moments are nearer to double ones than from rows") {
  const auto exact = far_away<double>(false);
  const auto with = far_away<float>(false);
  auto without = with;
  without.moments.reset();
  const LinearModel<double> model(kFeatures, 1);
  const LinearModel<float> rounded(kFeatures, 1);
  const std::size_t squared = find_loss("squared"), n = exact.train.n;
  LaneTable<double> theta(kFeatures + 1, 1), a(kFeatures + 1, 1);
  LaneTable<float> theta_f(kFeatures + 1, 1), b(kFeatures + 1, 1), c(kFeatures + 1, 1);
  for (std::size_t r = 0; r <= kFeatures; ++r) theta.at(r, 0) = theta_f.at(r, 0) = 0.5F;
  LossSum<double>(model, squared, exact.train, kFeatures).mean(theta, {nullptr, n, 0}, a, nullptr);
  LossSum<float>(rounded, squared, with.train, kFeatures, {}, &*with.moments)
      .mean(theta_f, {nullptr, n, 0}, b, nullptr);
  LossSum<float>(rounded, squared, without.train, kFeatures).mean(theta_f, {nullptr, n, 0}, c, nullptr);
  double off_moments = 0, off_rows = 0;
  for (std::size_t r = 0; r <= kFeatures; ++r) {
    off_moments = std::max(off_moments, std::abs(static_cast<double>(b.at(r, 0)) - a.at(r, 0)));
    off_rows = std::max(off_rows, std::abs(static_cast<double>(c.at(r, 0)) - a.at(r, 0)));
  }
  CHECK(off_moments <= off_rows);
  CHECK(off_moments <= 1e-7 * largest(a, 0));
}

TEST_CASE("property: hypergradients with moments are those with rows") {
  const auto with = testing::toy_design<double>(Seed{3}, "linear", kRows, kFeatures);
  auto without = with;
  without.moments.reset();
  const std::vector<std::string> paths = {"model.l2", "training.learning_rate.start"};
  for (const char* rule : {"momentum", "nesterov", "adam"}) {
    CAPTURE(rule);
    const LaneConfig config = testing::lane("linear", rule, 0.01, 0.1, TrainingSettings::kFullBatch, 20);
    const auto derive = [&](const Design<double>& design) {
      return forward_derivatives(design, testing::metric_of("linear"), std::span(&config, 1), paths, Seed{1}, 0)[0];
    };
    const HyperDerivatives a = derive(without), b = derive(with);
    for (std::size_t h = 0; h < paths.size(); ++h)
      CHECK(b.gradient[h] == doctest::Approx(a.gradient[h]).epsilon(1e-10));
  }
}

TEST_CASE("moments follow from the shape alone: many dense rows of regression") {
  CHECK(!testing::toy_design<double>(Seed{1}, "linear", 1024, 3).moments);
  CHECK(testing::toy_design<double>(Seed{1}, "linear", 1025, 3).moments);
  CHECK(testing::toy_design<float>(Seed{1}, "linear", 1025, 3).moments);
  CHECK(!testing::toy_design<double>(Seed{1}, "linear", 1100, 150).moments);
  CHECK(!testing::toy_design<double>(Seed{1}, "logistic", 2000, 3).moments);
  CHECK(!testing::sparse_toy_design<double>(Seed{1}, "linear", 2000, 3).moments);
}

}  // namespace holdout::train
