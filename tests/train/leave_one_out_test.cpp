// The leave-one-out error of ridge regression in closed form: against trainings without each row.
#include <holdout/train/leave_one_out.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <holdout/base/error.hpp>
#include <holdout/train/hypergradient.hpp>

#include "support/ridge.hpp"
#include "support/toys.hpp"

namespace holdout::train {
namespace {

constexpr double kLambdas[] = {1e-6, 1e-3, 0.5, 30.0};

struct Toy {
  std::size_t rows, features;
  bool weighted;
};
// More rows than features, fewer, and rows that count differently, one of them not at all.
constexpr Toy kToys[] = {{40, 6, false}, {12, 30, false}, {40, 6, true}};

data::Dataset dataset_of(const Toy& toy) {
  data::Dataset out = testing::toy(Seed{5}, 0, toy.rows, toy.features);
  for (std::size_t i = 0; toy.weighted && i < toy.rows; ++i) out.weights.push_back(static_cast<double>(i % 4) / 2);
  return out;
}

data::RowList all_but(std::size_t left_out, std::size_t rows) {
  data::RowList out;
  for (std::uint32_t i = 0; i < rows; ++i)
    if (i != left_out) out.push_back(i);
  return out;
}

Design<double> left_out(const data::Dataset& dataset) {
  return make_leave_one_out_design(dataset, testing::no_scaling(dataset.features), all_but(dataset.rows, dataset.rows));
}

LaneConfig exact(double l2) { return testing::lane("linear", "exact", 0, l2, 0, 1); }

LaneResult train(const Design<double>& design, const LaneConfig& lane, const char* metric = "mse") {
  const auto trainer = make_trainer(design, *find_metric(metric), std::span(&lane, 1), Seed{1}, 0);
  trainer->run_to({1, {}});
  return trainer->results()[0];
}

// What models say of the one row that each is trained without.
std::vector<double> trained_without(const data::Dataset& dataset, double l2) {
  std::vector<double> out;
  for (std::uint32_t i = 0; i < dataset.rows; ++i) {
    const auto design =
        make_design<double>(dataset, testing::no_scaling(dataset.features), {all_but(i, dataset.rows), {i}});
    const LaneConfig lane = exact(l2);
    out.push_back(predict(design.holdout, {lane.model, dataset.features, 0}, train(design, lane).theta)[0]);
  }
  return out;
}

HyperDerivatives derive(const Design<double>& design, double l2, const char* metric) {
  const LaneConfig lane = exact(l2);
  const std::vector<std::string> wrt = {"model.l2"};
  return make_hyper_solver(design, *find_metric(metric), lane.model)
      ->solve({std::span(&lane, 1), wrt, 0, HyperWant::curvature})[0];
}

}  // namespace

TEST_CASE("closed form: every row's prediction is that of the model trained on the others") {
  for (const Toy& toy : kToys)
    for (const double l2 : kLambdas) {
      CAPTURE(toy.rows);
      CAPTURE(toy.weighted);
      CAPTURE(l2);
      const data::Dataset dataset = dataset_of(toy);
      const Design<double> design = left_out(dataset);
      const std::vector<double> expected = trained_without(dataset, l2), got = design.leave_one_out->scores(l2);
      for (std::size_t i = 0; i < expected.size(); ++i) CHECK(got[i] == doctest::Approx(expected[i]).epsilon(1e-6));
    }
}

TEST_CASE("closed form: without a penalty too, where the other rows determine the model and where not") {
  for (const Toy& toy : kToys) {
    CAPTURE(toy.rows);
    const data::Dataset dataset = dataset_of(toy);
    const std::vector<double> expected = trained_without(dataset, 0);  // of least norm
    const Design<double> design = left_out(dataset);
    for (const double l2 : {0.0, 1e-12}) {
      CAPTURE(l2);
      const std::vector<double> got = design.leave_one_out->scores(l2);
      for (std::size_t i = 0; i < expected.size(); ++i) CHECK(got[i] == doctest::Approx(expected[i]).epsilon(1e-7));
    }
  }
}

TEST_CASE("closed form: more rows than are centred at once, of features that lie far from 0") {
  data::Dataset dataset = testing::toy(Seed{8}, 0, 1100, 3);
  for (double& x : dataset.x) x += 1e6;
  const std::vector<double> got = left_out(dataset).leave_one_out->scores(0.01);
  for (const std::uint32_t i : {0u, 512u, 1023u, 1024u, 1099u}) {
    const auto design = make_design<double>(dataset, testing::no_scaling(3), {all_but(i, 1100), {i}});
    const LaneConfig lane = exact(0.01);
    const double expected = predict(design.holdout, {lane.model, 3, 0}, train(design, lane).theta)[0];
    CHECK(std::abs(got[i] - expected) < 1e-7);
  }
}

// A feature that only one row has: without it, its weight is 0. The leverage of that row is 1 as λ → 0.
TEST_CASE("closed form: a row that alone has a feature") {
  data::Dataset dataset = testing::toy(Seed{6}, 0, 20, 4);
  for (std::size_t i = 0; i < dataset.rows; ++i) dataset.x[i * 4 + 3] = i == 7 ? 2.0 : 0.0;
  const Design<double> design = left_out(dataset);
  for (const double l2 : {0.0, 1e-9, 1e-3, 1.0}) {
    CAPTURE(l2);
    const std::vector<double> expected = trained_without(dataset, l2), got = design.leave_one_out->scores(l2);
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(got[i] == doctest::Approx(expected[i]).epsilon(1e-6));
  }
}

TEST_CASE("closed form: a training's metrics are those of the rows' predictions, its model that of all rows") {
  const data::Dataset dataset = dataset_of(kToys[2]);
  const Design<double> design = left_out(dataset);
  const LaneResult result = train(design, exact(0.5), "mae");
  const std::vector<double> scores = trained_without(dataset, 0.5);
  const Predictions rows{scores, 1, dataset.y, dataset.weights};
  CHECK(result.value == doctest::Approx(find_metric("mae")->value(rows)).epsilon(1e-8));
  for (const auto& [name, value] : result.metrics)
    CHECK(value == doctest::Approx(find_metric(name)->value(rows)).epsilon(1e-8));
  const auto plain =
      make_design<double>(dataset, testing::no_scaling(dataset.features), {all_but(dataset.rows, dataset.rows), {0}});
  CHECK(result.theta == train(plain, exact(0.5)).theta);
}

TEST_CASE("differences: derivatives of E in λ, of every metric that has them") {
  for (const Toy& toy : kToys)
    for (const char* metric : {"mse", "rmse", "r2"})
      for (const double l2 : {0.02, 0.5, 3.0}) {
        CAPTURE(toy.rows);
        CAPTURE(metric);
        CAPTURE(l2);
        const Design<double> design = left_out(dataset_of(toy));
        const double h = 1e-4 * l2;
        const HyperDerivatives at = derive(design, l2, metric);
        const HyperDerivatives below = derive(design, l2 - h, metric), above = derive(design, l2 + h, metric);
        const auto slope = [h](double a, double b) { return (b - a) / (2 * h); };
        const double scale = std::abs(at.value) / l2;
        CHECK(at.error_bound == 0);
        CHECK(at.value == at.result.value);
        CHECK(std::abs(at.gradient[0] - slope(below.value, above.value)) < 1e-7 * scale);
        CHECK(std::abs(at.curvature[0] - slope(below.gradient[0], above.gradient[0])) < 1e-7 * scale / l2);
      }
}

TEST_CASE("errors: other trainings have no closed form") {
  const Design<double> design = left_out(dataset_of(kToys[0]));
  for (const LaneConfig& lane :
       {testing::lane("linear", "adam", 0.1, 0.1, 0, 1), testing::lane("linear", "newton", 0, 0.1, 0, 1)})
    CHECK_THROWS_WITH_AS(make_trainer(design, *find_metric("mse"), std::span(&lane, 1), Seed{1}, 0),
                         doctest::Contains("leave_one_out is for ridge regression"), Error);
}

}  // namespace holdout::train
