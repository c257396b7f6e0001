// Lanes solved side by side: products with kept curvatures, preconditioned systems, and the exact values and slopes
// that come of them, against the factored solver of each lane alone.
#include <holdout/train/preconditioner.hpp>

#include <holdout/train/cpu.hpp>
#include <holdout/train/hypergradient.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "implicit/dense.hpp"
#include "ridge_basis.hpp"
#include "solvers/preconditioner.hpp"
#include "support/algebra.hpp"
#include "support/lane_results.hpp"
#include "support/ridge.hpp"
#include "support/toys.hpp"

namespace holdout::train {
namespace {

constexpr double kExact = 1e-10;  // the relative error of E that searches ask for
const std::vector<std::string> kWrt = {"model.l2"};

LaneTable<double> random_table(std::size_t rows, std::size_t lanes, std::string_view name) {
  LaneTable<double> out(rows, lanes);
  Stream draw = stream(Seed{4}, name);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t lane = 0; lane < lanes; ++lane) out.at(r, lane) = draw.normal();
  return out;
}

std::vector<LaneConfig> lanes_of(std::string_view model, int count, double least = 1e-6) {
  std::vector<LaneConfig> lanes;
  for (int i = 0; i < count; ++i) lanes.push_back(testing::lane(model, "exact", 0, least * std::pow(7, i), 0, 1));
  return lanes;
}

// Columns that lie close to each other: XᵀX has a condition of some ten thousand.
Design<double> correlated(std::string_view model) {
  constexpr std::size_t kRows = 500, kFeatures = 12;
  data::Dataset d = testing::toy(Seed{5}, model == "logistic" ? 2 : 3, kRows, kFeatures);
  for (std::size_t i = 0; i < d.rows; ++i)
    for (std::size_t j = 1; j < kFeatures; ++j)
      d.x[i * kFeatures + j] = d.x[i * kFeatures + j - 1] + 0.05 * d.x[i * kFeatures + j];
  return make_design<double>(d, testing::no_scaling(kFeatures), testing::first_rows(400, kRows));
}

// Two classes that a line separates: without a penalty J has no minimum, and curvatures of rows differ by decades.
Design<double> separable() {
  data::Dataset d = testing::toy(Seed{5}, 2, 400, 15);
  for (std::size_t i = 0; i < d.rows; ++i) d.y[i] = d.x[i * 15] > 0.1;
  return make_design<double>(d, testing::no_scaling(15), testing::first_rows(300, 400));
}

void check_like_factored(const Design<double>& design, std::string_view model, const std::vector<LaneConfig>& lanes) {
  DenseHyperSolver solver(design, testing::metric_of(model), lanes[0].model);
  const auto together = solver.solve({lanes, kWrt, kExact});
  const auto factored = solver.solve({lanes, kWrt, 0, HyperWant::curvature});
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    CAPTURE(lanes[i].model.l2);
    const HyperDerivatives &a = together[i], &b = factored[i];
    CHECK(a.result.end == LaneEnd::converged);
    CHECK(a.error_bound <= kExact * a.value);
    CHECK(a.value == doctest::Approx(b.value).epsilon(1e-10));
    CHECK(std::abs(lanes[i].model.l2 * (a.gradient[0] - b.gradient[0])) <= 1e-9 * b.value);
    REQUIRE(a.state.size() == b.state.size());
    double difference = 0, size = 0;
    for (std::size_t p = 0; p < a.state.size() / 2; ++p)
      difference += std::pow(a.state[p] - b.state[p], 2), size += std::pow(b.state[p], 2);
    CHECK(difference <= 1e-14 * size);
  }
}

}  // namespace

TEST_CASE("products at a point are those of the tangents, whatever is kept of it") {
  for (const char* name : {"linear", "logistic", "softmax"}) {
    CAPTURE(name);
    const auto design = testing::toy_design<double>(Seed{9}, name, 1100, 4);
    const auto model = make_model<double>(testing::lane(name, "gd", 1, 0, 0, 1).model, 4, design.classes);
    LossSum<double> sum(*model, find_loss(model_kind(name).losses[0]), design.train, 4);
    const std::size_t n = model->parameters(), lanes = 11;
    const LaneTable<double> theta = random_table(n, lanes, "theta"), v = random_table(n, lanes, "direction");
    LaneTable<double> tangent(n, lanes), kept(n, lanes), made_again(n, lanes);
    HessianPoint<double> point;
    sum.mean_tangent(theta, v, tangent);
    sum.go_to(theta, point);
    CHECK(point.kept.size() > 0);
    sum.product(theta, point, v, kept);
    point.kept.clear();
    sum.product(theta, point, v, made_again);
    for (std::size_t r = 0; r < n; ++r)
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        CHECK(kept.at(r, lane) == doctest::Approx(tangent.at(r, lane)).epsilon(1e-11));
        CHECK(testing::same_bits(kept.at(r, lane), made_again.at(r, lane)));
      }
    if (std::string_view(name) != "logistic") continue;
    for (std::size_t lane = 0; lane < lanes; ++lane) {  // mean of p (1 − p)
      double mean = 0;
      for (std::size_t i = 0; i < design.train.n; ++i) {
        double f = theta.at(4, lane);
        for (std::size_t j = 0; j < 4; ++j) f += theta.at(j, lane) * design.train.x[i * 4 + j];
        mean += 1 / (2 + 2 * std::cosh(f)) / static_cast<double>(design.train.n);
      }
      CHECK(point.curvature[lane] == doctest::Approx(mean).epsilon(1e-12));
    }
  }
}

TEST_CASE("closed form: the eigenbasis solves systems of a loss that is equally curved in all rows") {
  const auto design = testing::toy_design<double>(Seed{3}, "logistic", 300, 6);
  const RidgeBasis basis = ridge_basis_of(design);
  const std::vector<double> curvature = {0.25, 0.1, 0.02}, added = {1e-4, 0.3, 10};
  const LaneTable<double> b = random_table(7, 3, "right side");
  const LaneTable<double> x = BasisPreconditioner(basis, 1, curvature, added, b.stride()).apply(b);
  const Eigen::MatrixXd rows = testing::with_ones(design.train, 6);
  for (std::size_t lane = 0; lane < 3; ++lane) {
    Eigen::MatrixXd h = curvature[lane] * testing::second_moments(rows);
    h.diagonal().head(6).array() += added[lane];
    Eigen::VectorXd side(7);
    for (Eigen::Index p = 0; p < 7; ++p) side[p] = b.at(static_cast<std::size_t>(p), lane);
    const Eigen::VectorXd expected = testing::solve(h, side);
    for (Eigen::Index p = 0; p < 7; ++p)
      CHECK(x.at(static_cast<std::size_t>(p), lane) == doctest::Approx(expected[p]).epsilon(1e-9));
  }
}

TEST_CASE("an eigenbasis of the rows, or of other rows much like them, moves no minimum, and saves passes") {
  for (const char* model : {"logistic", "softmax"}) {
    CAPTURE(model);
    const Design<double> plain = correlated(model);
    std::vector<Design<double>> designs = {testing::toy_design<double>(Seed{5}, model, 300, 12), plain, plain};
    designs[0] = correlated(model);
    add_preconditioners(designs);
    REQUIRE(designs[1].ridge);
    CHECK(designs[1].ridge->spectrum == designs[0].ridge->spectrum);
    const auto lanes = lanes_of(model, 8);
    CHECK(takes_preconditioner(lanes[0], 12, false));
    std::vector<std::vector<LaneResult>> results;
    for (const Design<double>* design : {&plain, static_cast<const Design<double>*>(&designs[1])}) {
      const auto trainer = make_trainer(*design, testing::metric_of(model), lanes, Seed{1}, 0);
      trainer->run_to({1, {}});
      results.push_back(trainer->results());
    }
    std::int64_t without = 0, with = 0;
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      CHECK(results[1][i].end == LaneEnd::converged);
      CHECK(results[1][i].value == doctest::Approx(results[0][i].value).epsilon(1e-10));
      without += results[0][i].steps, with += results[1][i].steps;
    }
    CHECK(with < without);
  }
}

TEST_CASE("side by side: values, slopes and models are those of a factored Hessian for each lane") {
  for (const char* model : {"logistic", "softmax"})
    for (const bool basis : {false, true}) {
      CAPTURE(model);
      CAPTURE(basis);
      std::vector<Design<double>> designs = {testing::toy_design<double>(Seed{6}, model, 500, 9), correlated(model)};
      for (Design<double>& design : designs) {
        if (basis) add_preconditioners(std::span(&design, 1));
        check_like_factored(design, model, lanes_of(model, 9));
      }
    }
}

TEST_CASE("side by side: classes that are separated, where products alone are slow") {
  Design<double> design = separable();
  add_preconditioners(std::span(&design, 1));
  check_like_factored(design, "logistic", lanes_of("logistic", 9, 1e-5));
}

TEST_CASE("side by side: weighted classes, columns far from the origin, and Huber's loss") {
  data::Dataset far = testing::toy(Seed{7}, 2, 400, 5);
  for (std::size_t i = 0; i < far.rows; ++i) far.x[i * 5] = 1000 + 0.1 * far.x[i * 5];
  const auto design = make_design<double>(far, testing::no_scaling(5), testing::first_rows(300, 400));
  auto lanes = lanes_of("logistic", 6, 1e-4);
  for (LaneConfig& lane : lanes) lane.model.class_weight = "balanced";
  check_like_factored(design, "logistic", lanes);
  auto numbers = testing::toy_design<double>(Seed{6}, "linear", 400, 5);
  auto robust = lanes_of("linear", 6, 1e-4);
  for (LaneConfig& lane : robust)
    for (std::size_t loss = 0; loss < lane.model.loss.alternatives().size(); ++loss)
      if (lane.model.loss.alternatives()[loss].name == "huber") lane.model.loss.select(loss);
  check_like_factored(numbers, "linear", robust);
  add_preconditioners(std::span(&numbers, 1));
  check_like_factored(numbers, "linear", robust);
}

TEST_CASE("property: side by side = alone = in another order = on every SIMD target with FMA, to the last bit") {
  for (const char* model : {"logistic", "softmax"}) {
    CAPTURE(model);
    Design<double> design = correlated(model);
    add_preconditioners(std::span(&design, 1));
    const auto lanes = lanes_of(model, 9);
    const auto make = [&] { return make_hyper_solver(design, testing::metric_of(model), lanes[0].model); };
    const auto together = make()->solve({lanes, kWrt, kExact});
    const auto same = [&](const HyperDerivatives& a, std::size_t i) {
      CAPTURE(i);
      CHECK(testing::difference(a.result, together[i].result) == "");
      CHECK(testing::same_bits(a.value, together[i].value));
      CHECK(testing::same_bits(a.error_bound, together[i].error_bound));
      CHECK(testing::same_bits(a.gradient[0], together[i].gradient[0]));
      CHECK(a.state == together[i].state);
    };
    const auto solver = make();
    for (std::size_t i = lanes.size(); i-- > 0;) same(solver->solve({std::span(&lanes[i], 1), kWrt, kExact})[0], i);
    for (const std::int64_t target : simd_targets().first(simd_targets().size() - 1)) {
      force_simd_target(target);
      const auto there = make()->solve({lanes, kWrt, kExact});
      for (std::size_t i = 0; i < lanes.size(); ++i) same(there[i], i);
      force_simd_target(0);
    }
  }
}

TEST_CASE("property: solved with an eigenbasis beside lanes with l1 = alone, to the last bit") {
  Design<double> design = correlated("logistic");
  add_preconditioners(std::span(&design, 1));
  auto lanes = lanes_of("logistic", 9);
  for (std::size_t i = 0; i < lanes.size(); i += 2) lanes[i].model.l1 = 1e-3;
  const auto solve = [&](std::span<const LaneConfig> some) {
    const auto trainer = make_trainer(design, testing::metric_of("logistic"), some, Seed{1}, 0);
    trainer->run_to({1, {}});
    return trainer->results();
  };
  const auto together = solve(lanes);
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    CHECK(together[i].end == LaneEnd::converged);
    CHECK(testing::difference(solve(std::span(&lanes[i], 1))[0], together[i]) == "");
  }
}

TEST_CASE("side by side: a start near the minimum saves passes, and does not move it") {
  Design<double> design = correlated("logistic");
  add_preconditioners(std::span(&design, 1));
  const auto lanes = lanes_of("logistic", 8);
  const auto solver = make_hyper_solver(design, testing::metric_of("logistic"), lanes[0].model);
  const auto cold = solver->solve({lanes, kWrt, kExact});
  std::vector<HyperStart> starts;
  for (const HyperDerivatives& d : cold) starts.push_back({{d.state.begin(), d.state.begin() + 13}, {}});
  const auto warm = solver->solve({lanes, kWrt, kExact, HyperWant::gradient, starts});
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    CHECK(warm[i].value == doctest::Approx(cold[i].value).epsilon(1e-10));
    CHECK(warm[i].result.steps < cold[i].result.steps);
  }
}

}  // namespace holdout::train
