// Derivatives of E against differences of E itself, each from trainings of its own.
#include <holdout/train/hypergradient.hpp>

#include <holdout/base/error.hpp>
#include <holdout/train/cpu.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "implicit/dense.hpp"
#include "implicit/iterative.hpp"
#include "support/differences.hpp"
#include "support/lane_results.hpp"
#include "support/set_path.hpp"
#include "support/toys.hpp"

namespace holdout::train {
namespace {

HyperDerivatives solve(HyperSolver& solver, const LaneConfig& lane, const std::vector<std::string>& wrt,
                       double tolerance = 0) {
  return solver.solve({std::span(&lane, 1), wrt, tolerance, HyperWant::curvature})[0];
}

// dE/dh and d²E/dh² of every penalty, against differences of solves of their own.
void check_differences(const Design<double>& design, std::string_view metric, const LaneConfig& lane,
                       const std::vector<std::string>& wrt) {
  const auto solver = make_hyper_solver(design, *find_metric(metric), lane.model);
  const HyperDerivatives here = solve(*solver, lane, wrt);
  CHECK(here.result.end == LaneEnd::converged);
  CHECK(here.value == doctest::Approx(here.result.value).epsilon(1e-9));
  for (std::size_t i = 0; i < wrt.size(); ++i) {
    CAPTURE(wrt[i]);
    CHECK(differentiable(lane, wrt[i], Hypergradient::implicit));
    const double h = testing::get_path(lane, wrt[i]);
    const auto at = [&](double x) { return solve(*solver, testing::with_path(lane, wrt[i], x), wrt); };
    const double first = h * testing::richardson([&](double x) { return at(x).value; }, h, 5e-3 * h);
    CHECK(std::abs(h * here.gradient[i] - first) <= 1e-6 * std::max(std::abs(first), std::abs(here.value)));
    for (std::size_t j = 0; j < wrt.size(); ++j) {
      const double second = h * testing::richardson([&](double x) { return at(x).gradient[j]; }, h, 5e-3 * h);
      CHECK(std::abs(h * here.curvature[i * wrt.size() + j] - second) <=
            1e-5 * std::max(std::abs(second), std::abs(here.gradient[j])));
    }
  }
}

// Targets that a Poisson model is for.
void make_counts(Design<double>& design) {
  design.moments.reset();  // of other targets
  for (Part<double>* part : {&design.train, &design.holdout})
    for (std::vector<double>* y : {&part->y, &part->target})
      for (double& value : *y) value = std::floor(std::abs(value));
}

}  // namespace

TEST_CASE(
    "differences: dE/dh and d²E/dh² at the minimum, for every model, smooth loss, penalty and metric with a gradient") {
  for (const char* model : {"linear", "logistic", "softmax"})
    for (const Metric& metric : metrics()) {
      auto design = testing::toy_design<double>(Seed{6}, model, 300, 5);
      LaneConfig lane = testing::lane(model, "exact", 0, 0.02, 0, 1);
      for (std::size_t loss = 0; loss < lane.model.loss.alternatives().size(); ++loss) {
        lane.model.loss.select(loss);
        const LossInfo& info = lane.model.loss.info();
        if (!info.smooth || !measures(metric, design.classes, info.link) || !has_gradient(metric, info.link)) continue;
        if (info.link == Link::log) make_counts(design);
        CAPTURE(model);
        CAPTURE(metric.info.name);
        CAPTURE(info.info.name);
        lane.model.l2 = 0.02, lane.model.l1 = 0, lane.model.elastic_net = {};
        check_differences(design, metric.info.name, lane, {"model.l2"});
        lane.model.l1 = 0.01;
        check_differences(design, metric.info.name, lane, {"model.l2", "model.l1"});
        lane.model.l2 = lane.model.l1 = 0, lane.model.elastic_net = {0.05, 0.3};
        check_differences(design, metric.info.name, lane, {"model.elastic_net.lambda", "model.elastic_net.ratio"});
      }
    }
}

TEST_CASE("differences: groups of features with λ of their own, and the λ of the others") {
  for (const char* model : {"linear", "logistic", "softmax"})
    for (const double l1 : {0.0, 0.01}) {
      CAPTURE(model);
      CAPTURE(l1);
      const auto design = testing::toy_design<double>(Seed{6}, model, 300, 5);
      LaneConfig lane = testing::lane(model, "exact", 0, 0.02, 0, 1);
      lane.model.l1 = l1;
      lane = testing::with_groups(lane, 5, 3, 0.01);
      const std::vector<std::string> wrt = {"model.l2", "model.l2.groups.3", "model.l2.groups.4"};
      check_differences(design, testing::metric_of(model).info.name, lane, wrt);
      DenseHyperSolver dense(design, testing::metric_of(model), lane.model);
      IterativeHyperSolver iterative(design, testing::metric_of(model), lane.model);
      const auto a = solve(dense, lane, wrt), b = solve(iterative, lane, wrt);
      for (std::size_t h = 0; h < wrt.size(); ++h) CHECK(b.gradient[h] == doctest::Approx(a.gradient[h]).epsilon(1e-6));
    }
}

TEST_CASE("differences: class weights, sparse rows") {
  LaneConfig lane = testing::lane("logistic", "exact", 0, 0.02, 0, 1);
  lane.model.class_weight = "balanced";
  check_differences(testing::toy_design<double>(Seed{6}, "logistic", 300, 5), "log_loss", lane, {"model.l2"});
  check_differences(testing::sparse_toy_design<double>(Seed{6}, "logistic", 300, 12), "log_loss", lane, {"model.l2"});
}

TEST_CASE("by products with the Hessian: the same derivatives as with its factor") {
  for (const char* model : {"linear", "logistic", "softmax"})
    for (const double l1 : {0.0, 0.01}) {
      CAPTURE(model);
      CAPTURE(l1);
      const auto design = testing::toy_design<double>(Seed{6}, model, 300, 5);
      std::vector<LaneConfig> lanes;
      for (const double l2 : {1e-3, 0.02, 0.7})
        lanes.push_back(testing::lane(model, "exact", 0, l2, 0, 1)), lanes.back().model.l1 = l1;
      const std::vector<std::string> wrt = {"model.l2", "model.l1"};
      DenseHyperSolver dense(design, testing::metric_of(model), lanes[0].model);
      IterativeHyperSolver iterative(design, testing::metric_of(model), lanes[0].model);
      for (const double tolerance : {0.0, 1e-3}) {
        const auto a = dense.solve({lanes, wrt}), b = iterative.solve({lanes, wrt, tolerance});
        for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
          const double bound = tolerance == 0 ? 1e-8 : 2 * tolerance;
          CHECK(std::abs(a[lane].value - b[lane].value) <= bound * a[lane].value);
          for (std::size_t h = 0; h < wrt.size(); ++h)
            CHECK(b[lane].gradient[h] == doctest::Approx(a[lane].gradient[h]).epsilon(tolerance == 0 ? 1e-6 : 0.2));
          const auto alone = iterative.solve({std::span(&lanes[lane], 1), wrt, tolerance});
          CHECK(testing::same_bits(alone[0].value, b[lane].value));
          CHECK(testing::same_bits(alone[0].gradient[0], b[lane].gradient[0]));
          CHECK(alone[0].work.passes == b[lane].work.passes);
        }
      }
    }
}

TEST_CASE(
    "property: derived alone = in a cohort = after other calls = on every SIMD target with FMA, to the last bit") {
  for (const char* model : {"linear", "logistic", "softmax"}) {
    CAPTURE(model);
    const auto design = testing::toy_design<double>(Seed{8}, model, 1300, 6);
    std::vector<LaneConfig> lanes;
    for (int i = 0; i < 9; ++i) lanes.push_back(testing::lane(model, "exact", 0, 1e-5 * std::pow(5, i), 0, 1));
    const std::vector<std::string> wrt = {"model.l2"};
    for (const double tolerance : {0.0, 1e-3}) {
      const auto solver = make_hyper_solver(design, testing::metric_of(model), lanes[0].model);
      const auto together = solver->solve({lanes, wrt, tolerance, HyperWant::curvature});
      const auto same = [&](const HyperDerivatives& a, std::size_t i) {
        const HyperDerivatives& b = together[i];
        CHECK(testing::difference(a.result, b.result) == "");
        CHECK(testing::same_bits(a.value, b.value));
        CHECK(testing::same_bits(a.error_bound, b.error_bound));
        CHECK(testing::same_bits(a.gradient[0], b.gradient[0]));
        CHECK(testing::same_bits(a.curvature[0], b.curvature[0]));
        CHECK(a.state == b.state);
      };
      for (std::size_t i = lanes.size(); i-- > 0;) same(solve(*solver, lanes[i], wrt, tolerance), i);
      for (const std::int64_t target : simd_targets().first(simd_targets().size() - 1)) {
        force_simd_target(target);
        const auto fresh = make_hyper_solver(design, testing::metric_of(model), lanes[0].model);
        for (std::size_t i = 0; i < lanes.size(); ++i) same(solve(*fresh, lanes[i], wrt, tolerance), i);
        force_simd_target(0);
      }
    }
  }
}

TEST_CASE("λ = 0 where the data do not say how columns share their weight: the solution of least norm, and its slope") {
  for (const std::size_t classes : {std::size_t{0}, std::size_t{2}}) {
    CAPTURE(classes);
    data::Dataset d = testing::toy(Seed{4}, classes, 200, 4);
    for (std::size_t i = 0; i < d.rows; ++i) d.x[i * 4 + 3] = d.x[i * 4];
    const auto design = make_design<double>(d, testing::no_scaling(4), testing::first_rows(150, 200));
    const char* const model = classes == 0 ? "linear" : "logistic";
    LaneConfig lane = testing::lane(model, "exact", 0, 0, 0, 1);
    const auto solver = make_hyper_solver(design, testing::metric_of(model), lane.model);
    const auto at = [&](double l2) { return solve(*solver, testing::with_path(lane, "model.l2", l2), {"model.l2"}); };
    const HyperDerivatives zero = at(0);
    CHECK(zero.result.theta[0] == doctest::Approx(zero.result.theta[3]).epsilon(1e-9));
    const double h = 1e-5;  // one-sided differences of the second order
    const double expected = (4 * at(h).value - at(2 * h).value - 3 * zero.value) / (2 * h);
    CHECK(zero.gradient[0] == doctest::Approx(expected).epsilon(1e-5));
  }
}

TEST_CASE("the metrics with a gradient are those that the documentation names") {
  std::string names;
  for (const Metric& metric : metrics())
    if (has_gradient(metric, Link::identity) || has_gradient(metric, Link::odds) || has_gradient(metric, Link::log))
      names += std::string(metric.info.name) + " ";
  CHECK(names == "mse rmse r2 log_loss poisson_deviance ");
  CHECK(!has_gradient(*find_metric("mse"), Link::log));
  CHECK(!has_gradient(*find_metric("poisson_deviance"), Link::identity));
  CHECK(smooth_metric(Link::log, false) == find_metric("poisson_deviance"));
  CHECK(smooth_metric(Link::odds, true) == find_metric("log_loss"));
  CHECK(smooth_metric(Link::identity, false) == find_metric("mse"));
  const Metric* const margins = smooth_metric(Link::decision, true);
  REQUIRE(margins);
  CHECK(find_metric(margins->info.name) == nullptr);  // nobody can ask for it
  CHECK(smooth_metric(Link::log, true) == nullptr);
}

TEST_CASE("what has no gradient is refused in words") {
  const auto design = testing::toy_design<double>(Seed{6}, "logistic", 60, 3);
  const LaneConfig lane = testing::lane("logistic", "exact", 0, 0.1, 0, 1);
  CHECK_THROWS_WITH_AS(make_hyper_solver(design, *find_metric("error"), lane.model), doctest::Contains("metric error"),
                       Error);
  const LaneConfig svm = testing::lane("svm", "gd", 0.1, 0.1, 0, 1), mlp = testing::lane("mlp", "gd", 0.1, 0.1, 0, 1);
  CHECK_THROWS_AS(make_hyper_solver(design, *find_metric("log_loss"), svm.model), Error);
  CHECK_THROWS_WITH_AS(make_hyper_solver(design, *find_metric("log_loss"), mlp.model),
                       doctest::Contains("not smooth and convex"), Error);
  CHECK(!differentiable(mlp, "model.l2", Hypergradient::implicit));
  CHECK(differentiable(mlp, "model.l2", Hypergradient::forward));
  CHECK(!differentiable(lane, "training.learning_rate.start", Hypergradient::implicit));
  CHECK(!differentiable(lane, "model.l2", Hypergradient::forward));  // a solver takes no steps to differentiate
}

TEST_CASE("a loose solve knows how loose it is, and starts along the tangent") {
  const std::vector<std::string> wrt = {"model.l2"};
  for (const char* model : {"logistic", "softmax"}) {
    CAPTURE(model);
    const auto design = testing::toy_design<double>(Seed{6}, model, 300, 5);
    LaneConfig lane = testing::lane(model, "exact", 0, 0.01, 0, 1);
    const auto solver = make_hyper_solver(design, testing::metric_of(model), lane.model);
    for (const double l2 : {1e-5, 1e-3, 0.01, 0.1, 1.0, 10.0}) {
      CAPTURE(l2);
      lane.model.l2 = l2;
      const HyperDerivatives tight = solve(*solver, lane, wrt);
      for (const double tolerance : {1e-1, 1e-2, 1e-3, 1e-4, 1e-6}) {
        const HyperDerivatives loose = solve(*solver, lane, wrt, tolerance);
        CHECK(loose.error_bound <= tolerance * tight.value);
        CHECK(std::abs(loose.value - tight.value) <= loose.error_bound + 1e-13);
        CHECK(loose.work.factorizations <= tight.work.factorizations);
      }
    }
    lane.model.l2 = 0.01;
    const HyperDerivatives tight = solve(*solver, lane, wrt);
    lane.model.l2 = 0.008;
    const HyperDerivatives cold = solve(*solver, lane, wrt, 1e-6);
    const std::vector<HyperStart> starts = {{tight.state, {0.01}}};
    const HyperDerivatives warm = solver->solve({std::span(&lane, 1), wrt, 1e-6, HyperWant::gradient, starts})[0];
    CHECK(warm.work.factorizations < cold.work.factorizations);
    CHECK(std::abs(warm.value - cold.value) <= warm.error_bound + cold.error_bound);
  }
}

}  // namespace holdout::train
