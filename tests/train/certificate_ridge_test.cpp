// Lower bounds of ridge regression's error along λ: against the normal equations of single λ, against closed-form
// leave-one-out, and against reference curves (tests/data/reference/README.md).
#include <holdout/train/certificate.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <holdout/base/random.hpp>

#include "support/reference_design.hpp"
#include "support/ridge.hpp"
#include "support/toys.hpp"

namespace holdout::train {
namespace {

constexpr double kLow = 1e-6, kHigh = 1e4;

ModelSettings linear() { return testing::lane("linear", "exact", 0, 1, 0, 1).model; }

std::unique_ptr<HoldoutBound> bound_of(const Design<double>& design, const char* metric = "mse") {
  return make_holdout_bound(design, *find_metric(metric), linear(), kLow, kHigh, {});
}

struct Pair {
  double low, high, at;  // ln λ
};

Pair draw(Stream& draws) {
  const double low = std::log(kLow), high = std::log(kHigh);
  const double width = std::pow(10.0, -3 + 3.3 * draws.uniform());
  Pair pair;
  pair.low = low + (high - low - width) * draws.uniform(), pair.high = pair.low + width;
  pair.at = pair.low + width * draws.uniform();
  return pair;
}

Design<double> leave_one_out_toy(bool weighted, std::size_t rows, std::size_t features) {
  data::Dataset dataset = testing::toy(Seed{5}, 0, rows, features);
  for (std::size_t i = 0; weighted && i < rows; ++i) dataset.weights.push_back(static_cast<double>(i % 4) / 2);
  data::RowList all;
  for (std::uint32_t i = 0; i < rows; ++i) all.push_back(i);
  return make_leave_one_out_design(dataset, testing::no_scaling(features), all);
}

}  // namespace

TEST_CASE("property: at 3000 random (interval, λ) no error is below its bound, and narrow bounds are tight") {
  Stream draws = stream(Seed{1}, "certificate of ridge");
  for (const auto& [rows, features] : {std::pair{40, 6}, std::pair{120, 20}, std::pair{20, 30}}) {
    const auto design = testing::toy_design<double>(Seed{3}, "linear", static_cast<std::size_t>(rows),
                                                    static_cast<std::size_t>(features));
    const auto bound = bound_of(design), root = bound_of(design, "rmse");
    CHECK_FALSE(bound->grows());
    std::size_t violations = 0, tight = 0, narrow = 0;
    for (int i = 0; i < 1000; ++i) {
      const Pair pair = draw(draws);
      const double value = testing::ridge_mse(design, testing::ridge_solution(design, std::exp(pair.at)));
      const double lower = bound->lower(pair.low, pair.high)[0];
      violations += lower > value || root->lower(pair.low, pair.high)[0] > std::sqrt(value);
      if (pair.high - pair.low > 0.01) continue;
      ++narrow, tight += lower > 0.98 * value;
    }
    CAPTURE(rows);
    CHECK(violations == 0);
    CHECK(narrow > 100);
    CHECK(tight == narrow);
  }
}

TEST_CASE("property: the same of leave-one-out, with weights and with fewer rows than features") {
  Stream draws = stream(Seed{2}, "certificate of leave-one-out");
  for (const auto& [weighted, rows, features] :
       {std::tuple{false, 40, 6}, std::tuple{true, 40, 6}, std::tuple{false, 12, 30}}) {
    const auto design = leave_one_out_toy(weighted, static_cast<std::size_t>(rows), static_cast<std::size_t>(features));
    const auto bound = bound_of(design);
    std::size_t violations = 0, useful = 0;
    for (int i = 0; i < 1000; ++i) {
      const Pair pair = draw(draws);
      const std::vector<double> scores = design.leave_one_out->scores(std::exp(pair.at));
      const double value = find_metric("mse")->value({scores, 1, design.holdout.target, design.holdout.weights});
      const double lower = bound->lower(pair.low, pair.high)[0];
      violations += lower > value, useful += lower > 0.9 * value;
    }
    CAPTURE(weighted);
    CAPTURE(rows);
    CHECK(violations == 0);
    CHECK(useful > 300);
  }
}

TEST_CASE("reference: curves of concrete and diabetes lie above the bound, in every interval") {
  for (const std::string data : {"concrete", "diabetes"}) {
    const auto design = testing::reference_design(data, 0);
    const auto bound = bound_of(design);
    double unit = 0;
    std::size_t points = 0;
    for (const auto& row : testing::reference_table("hypergradients_curves.csv")) {
      if (row[0] != data) continue;
      const double l2 = to_real(row[1]).value(), t = std::log(l2);
      if (unit == 0) unit = bound->evaluate(t) / to_real(row[2]).value();  // targets are in other units here
      for (const double width : {0.02, 0.3, 1.0})
        for (const double share : {0.0, 0.4, 1.0}) {
          const double low = t - share * width;
          CHECK(bound->lower(low, low + width)[0] <= unit * to_real(row[2]).value() * (1 + 1e-9));
        }
      ++points;
    }
    CHECK(points > 10);
  }
}

TEST_CASE("errors: models and metrics without a bound say so") {
  const auto lane = [](const char* model) { return testing::lane(model, "exact", 0, 1, 0, 1).model; };
  CHECK(not_bounded(linear(), *find_metric("mse")).empty());
  CHECK(not_bounded(linear(), *find_metric("rmse")).empty());
  CHECK(not_bounded(linear(), *find_metric("mae")) == "metric mae");
  CHECK(not_bounded(lane("svm"), *find_metric("error")) == "model svm");
  ModelSettings lasso = linear();
  lasso.l1 = 0.1;
  CHECK(not_bounded(lasso, *find_metric("mse")) == "l1");
  ModelSettings each = linear();
  each.l2_each = "feature";
  CHECK(not_bounded(each, *find_metric("mse")) == "several λ");
}

TEST_CASE("property: sparse rows, and fewer of them than features, have the bounds of the same rows as a table") {
  Stream draws = stream(Seed{4}, "certificate of sparse ridge");
  for (const auto& [rows, features] : {std::pair{60, 6}, std::pair{20, 30}}) {
    const auto n = static_cast<std::size_t>(rows), d = static_cast<std::size_t>(features);
    const auto sparse = testing::sparse_toy_design<double>(Seed{4}, "linear", n, d),
               dense = testing::sparse_toy_design<double>(Seed{4}, "linear", n, d, true);
    CHECK(not_bounded(sparse, linear()).empty());
    const auto bound = bound_of(sparse), same = bound_of(dense);
    CHECK(bound->anchors() == same->anchors());
    std::size_t violations = 0, different = 0;
    for (int i = 0; i < 500; ++i) {
      const Pair pair = draw(draws);
      const double value = testing::ridge_mse(dense, testing::ridge_solution(dense, std::exp(pair.at)));
      const double lower = bound->lower(pair.low, pair.high)[0], other = same->lower(pair.low, pair.high)[0];
      violations += lower > value, different += std::abs(lower - other) > 1e-6 * value;
    }
    CAPTURE(rows);
    CHECK(violations == 0);
    CHECK(different == 0);
    CHECK(bound->evaluate(0.5) == doctest::Approx(same->evaluate(0.5)).epsilon(1e-10));
  }
}

TEST_CASE("errors: data too large for a decomposition say so") {
  const auto with_size = [](std::size_t rows, std::size_t features, bool sparse) {
    Design<double> design;
    design.features = features;
    design.train.n = rows, design.holdout.n = rows / 4;
    if (sparse) design.train.start.assign(rows + 1, 0), design.holdout.start.assign(rows / 4 + 1, 0);
    return not_bounded(design, linear());
  };
  CHECK(with_size(20000, 5000, false).empty());
  CHECK(with_size(1000, 20000, false).empty());
  CHECK(with_size(1000, 20000, true).empty());
  CHECK(with_size(20000, 1000, true).empty());
  CHECK(with_size(20000, 5001, false).find("5001 features are more than 5000") == 0);
  CHECK(with_size(20000, 5000, true).find("rows are sparse") == 0);
  CHECK(with_size(20000, 50000, true).find("a basis of what the rows span would take") == 0);
}

}  // namespace holdout::train
