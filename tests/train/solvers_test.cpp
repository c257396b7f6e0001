#include "solvers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <holdout/base/parallel.hpp>
#include <holdout/train/cpu.hpp>

#include "support/algebra.hpp"
#include "support/lane_results.hpp"
#include "support/ridge.hpp"
#include "support/toys.hpp"

namespace holdout::train {
namespace {

using testing::difference;

std::vector<LaneConfig> exact_lanes(std::string_view model, std::vector<double> l2) {
  std::vector<LaneConfig> lanes;
  for (const double lambda : l2) lanes.push_back(testing::lane(model, "exact", 0, lambda, 0, 100));
  return lanes;
}

std::vector<LaneResult> solve(const Design<double>& design, std::string_view model,
                              const std::vector<LaneConfig>& lanes) {
  const auto trainer = make_trainer(design, testing::metric_of(model), lanes, Seed{1}, 0);
  trainer->run_to({100000, {}});
  return trainer->results();
}

// Rows of two classes that a line separates: without a penalty J has no minimum, with a small one it is far away.
Design<double> separable() {
  data::Dataset d = testing::toy(Seed{5}, 2, 120, 3);
  for (std::size_t i = 0; i < d.rows; ++i) d.y[i] = d.x[i * 3] > 0.1;
  return make_design<double>(d, testing::no_scaling(3), testing::first_rows(90, 120));
}

}  // namespace

TEST_CASE("reference: ridge is the solution of the normal equations, for every penalty") {
  const auto design = testing::toy_design<double>(Seed{3}, "linear", 1500, 7);
  const std::vector<double> l2 = {0, 1e-8, 1e-3, 0.5, 100, 1e6};
  const auto results = solve(design, "linear", exact_lanes("linear", l2));
  const Eigen::MatrixXd x = testing::with_ones(design.train, 7);
  const Eigen::Map<const Eigen::VectorXd> y(design.train.target.data(), x.rows());
  for (std::size_t lane = 0; lane < l2.size(); ++lane) {
    CAPTURE(l2[lane]);
    Eigen::MatrixXd a = testing::second_moments(x);
    a.diagonal().head(7).array() += l2[lane];
    const Eigen::VectorXd theta = testing::solve(a, testing::transposed_times(x, y) / static_cast<double>(x.rows()));
    CHECK(results[lane].end == LaneEnd::converged);
    CHECK(results[lane].gradient_norm <= 1e-10);
    for (Eigen::Index j = 0; j < 8; ++j)
      CHECK(results[lane].theta[static_cast<std::size_t>(j)] == doctest::Approx(theta[j]).epsilon(1e-9));
  }
}

TEST_CASE("ridge without a penalty and with a column twice: the solution of least norm shares its weight") {
  data::Dataset d = testing::toy(Seed{4}, 0, 60, 4);
  for (std::size_t i = 0; i < d.rows; ++i) d.x[i * 4 + 3] = d.x[i * 4];
  const auto design = make_design<double>(d, testing::no_scaling(4), testing::first_rows(50, 60));
  const auto results = solve(design, "linear", exact_lanes("linear", {0}));
  CHECK(results[0].end == LaneEnd::converged);
  CHECK(results[0].theta[0] == doctest::Approx(results[0].theta[3]).epsilon(1e-9));
}

TEST_CASE("Newton: the gradient vanishes for every model and penalty, also where the classes are separable") {
  const std::vector<double> l2 = {1e-8, 1e-6, 1e-3, 1, 1e3, 1e6};
  for (const char* model : {"logistic", "softmax"}) {
    const auto design = testing::toy_design<double>(Seed{6}, model, 400, 5);
    for (const LaneResult& r : solve(design, model, exact_lanes(model, l2))) {
      CAPTURE(model);
      CHECK(r.end == LaneEnd::converged);
      CHECK(r.gradient_norm <= 1e-10);
    }
  }
  for (const LaneResult& r : solve(separable(), "logistic", exact_lanes("logistic", l2))) {
    CHECK(r.end == LaneEnd::converged);
    CHECK(r.gradient_norm <= 1e-7);
  }
}

TEST_CASE("reference: Newton ends where nesterov does after 20 000 epochs") {
  const auto design = testing::toy_design<double>(Seed{6}, "logistic", 300, 4);
  auto slow = testing::lane("logistic", "nesterov", LearningRate::kAuto, 0.01, TrainingSettings::kFullBatch, 20000);
  slow.training.stop.gradient_norm = 1e-12;
  const auto descent = solve(design, "logistic", {slow}),
             newton = solve(design, "logistic", exact_lanes("logistic", {0.01}));
  for (std::size_t r = 0; r < newton[0].theta.size(); ++r)
    CHECK(newton[0].theta[r] == doctest::Approx(descent[0].theta[r]).epsilon(1e-9));
  CHECK(newton[0].value == doctest::Approx(descent[0].value).epsilon(1e-9));
}

TEST_CASE("property: solved alone = in a cohort = on every SIMD target with FMA, to the last bit") {
  std::vector<double> l2;
  for (int i = 0; i < 23; ++i) l2.push_back(1e-7 * std::pow(4, i));
  for (const char* model : {"linear", "logistic", "softmax"}) {
    const auto design = testing::toy_design<double>(Seed{8}, model, 1300, 6);
    const auto lanes = exact_lanes(model, l2);
    const auto together = solve(design, model, lanes);
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      CAPTURE(model);
      CAPTURE(i);
      CHECK(difference(solve(design, model, {lanes[i]})[0], together[i]) == "");
    }
    for (const std::int64_t target : simd_targets().first(simd_targets().size() - 1)) {
      force_simd_target(target);
      const auto other = solve(design, model, lanes);
      force_simd_target(0);
      for (std::size_t i = 0; i < lanes.size(); ++i) CHECK(difference(other[i], together[i]) == "");
    }
  }
}

// For every smooth loss: three ways to one minimum, each judged by the gradient of its own.
TEST_CASE("exact, newton and lbfgs arrive at one minimum, whatever the smooth loss") {
  for (const char* model : {"linear", "logistic", "softmax", "svm"}) {
    const auto design = [&] {
      auto d = testing::toy_design<double>(Seed{14}, model, 500, 6);
      if (d.classes == 0)
        for (double& y : d.train.y) y = std::abs(y);  // counts, or near enough
      return d;
    }();
    LaneConfig config = testing::lane(model, "exact", 0, 0, TrainingSettings::kFullBatch, 1);
    const std::size_t count = config.model.loss.alternatives().size();
    for (std::size_t loss = 0; loss < count; ++loss) {
      config.model.loss.select(loss);
      if (!config.model.loss.info().smooth) continue;
      CAPTURE(config.model.loss.info().info.name);
      std::vector<std::vector<LaneResult>> results;
      for (const char* solver : {"exact", "newton", "lbfgs"}) {
        std::vector<LaneConfig> lanes;
        for (const double l2 : {0.001, 0.05, 2.0}) {
          lanes.push_back(config);
          auto& optimizer = lanes.back().training.optimizer;
          optimizer.select(testing::index_of(optimizer.alternatives(), solver));
          lanes.back().model.l2 = l2;
        }
        const auto trainer = make_trainer(design, testing::metric_of(model), lanes, Seed{1}, 0);
        trainer->run_to({1, {}});
        results.push_back(trainer->results());
        for (const LaneResult& r : results.back()) {
          CAPTURE(solver);
          CHECK(r.gradient_norm <= 1e-10);
          CHECK(r.end == LaneEnd::converged);
          CHECK(r.steps >= 2);
        }
      }
      for (std::size_t lane = 0; lane < 3; ++lane)
        for (std::size_t p = 0; p < results[0][lane].theta.size(); ++p)
          for (std::size_t other : {1u, 2u})
            CHECK(results[other][lane].theta[p] ==
                  doctest::Approx(results[0][lane].theta[p]).epsilon(1e-6).scale(1e-3));
    }
  }
}

TEST_CASE("Hessian products are differences of gradients") {
  for (const char* model_name : {"linear", "logistic", "softmax"}) {
    CAPTURE(model_name);
    const auto design = testing::toy_design<double>(Seed{9}, model_name, 1100, 4);
    const ModelKind& kind = model_kind(model_name);
    const ModelSettings settings = testing::lane(model_name, "gd", 1, 0, 0, 1).model;
    const auto model = make_model<double>(settings, 4, design.classes);
    LossSum<double> sum(*model, find_loss(kind.losses[0]), design.train, 4);
    const std::size_t n = model->parameters(), lanes = 3;
    LaneTable<double> theta(n, lanes), v(n, lanes), product(n, lanes), up(n, lanes), down(n, lanes);
    Stream draw = stream(Seed{2}, "hessian products");
    for (std::size_t r = 0; r < n; ++r)
      for (std::size_t lane = 0; lane < lanes; ++lane) theta.at(r, lane) = draw.normal(), v.at(r, lane) = draw.normal();
    sum.mean_tangent(theta, v, product);
    const double h = 1e-5;
    LaneTable<double> there = theta, here = theta;
    for (std::size_t r = 0; r < n; ++r)
      for (std::size_t lane = 0; lane < lanes; ++lane)
        there.at(r, lane) += h * v.at(r, lane), here.at(r, lane) -= h * v.at(r, lane);
    sum.mean(there, {nullptr, design.train.n, 0}, up, nullptr);
    sum.mean(here, {nullptr, design.train.n, 0}, down, nullptr);
    for (std::size_t r = 0; r < n; ++r)
      for (std::size_t lane = 0; lane < lanes; ++lane)
        CHECK(product.at(r, lane) == doctest::Approx((up.at(r, lane) - down.at(r, lane)) / (2 * h)).epsilon(1e-7));
  }
}

TEST_CASE("a solver takes a start, can be told to stop, and refuses float32") {
  const auto design = testing::toy_design<double>(Seed{6}, "logistic", 300, 4);
  const auto lanes = exact_lanes("logistic", {0.1});
  const auto cold = solve(design, "logistic", lanes);
  const std::vector<std::vector<double>> start = {cold[0].theta};
  const auto trainer = make_trainer(design, testing::metric_of("logistic"), lanes, Seed{1}, 0, start);
  trainer->run_to({100000, {}});
  CHECK(trainer->results()[0].epochs == 0);  // there already
  const std::atomic<bool> now = true;
  const auto stopped = make_trainer(design, testing::metric_of("logistic"), lanes, Seed{1}, 0);
  stopped->run_to({1, {}}, &now);
  CHECK(stopped->results()[0].end == LaneEnd::interrupted);
  const auto narrow = testing::toy_design<float>(Seed{6}, "logistic", 300, 4);
  CHECK_THROWS(make_trainer(narrow, testing::metric_of("logistic"), lanes, Seed{1}, 0));
}

}  // namespace holdout::train
