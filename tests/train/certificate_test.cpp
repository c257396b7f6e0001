// Lower bounds of logistic and softmax regression's error along λ: against minima of J in extended precision, computed
// by other code, and against reference curves (tests/data/reference/README.md).
#include <holdout/train/certificate.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <holdout/base/random.hpp>

#include "certificate/convex_bound.hpp"
#include "certificate/reference.hpp"
#include "certificate/row_space.hpp"
#include "support/reference_design.hpp"
#include "support/thin.hpp"
#include "support/toys.hpp"
#include "support/true_minimum.hpp"

namespace holdout::train {
namespace {

constexpr double kLow = 1e-6, kHigh = 10;

LaneConfig exact(const char* model, double l2) { return testing::lane(model, "exact", 0, l2, 0, 1); }

struct Found {
  std::size_t pairs = 0, outside = 0, outside_planted = 0, below_loss = 0, below_errors = 0, bounded = 0;
};

/// Random intervals between minima that are 0.8 to 1.6 nats apart, random λ in them.
Found compare(const char* model, const Design<double>& design, std::size_t intervals, Stream& draws) {
  constexpr int kPlaces = 8;
  LaneConfig lane = exact(model, 1);
  const ConvexBound bound(design, lane.model, false, std::log(kLow), std::log(kHigh), {});
  const std::vector<double> knots = bound.anchors();
  Found found;
  for (std::size_t i = 0; i < intervals; ++i) {
    const std::size_t k = draws.below(knots.size() - 1);
    const double space = knots[k + 1] - knots[k], width = space * std::pow(10.0, -2 * draws.uniform());
    const double low = knots[k] + (space - width) * draws.uniform(), centre = low + width / 2;
    const auto path = bound.path(centre);
    const Reference reference(bound.training_rows(), bound.holdout_rows(), path, centre);
    const Reference::Bounds bounds = reference.bounds(low, low + width);
    for (int place = 0; place < kPlaces; ++place) {
      const double share = draws.uniform(), t = low + width * share;
      const auto part = std::min(Reference::kParts - 1, static_cast<std::size_t>(share * Reference::kParts));
      lane.model.l2 = std::exp(t);
      const testing::TrueObjective::Minimum minimum = testing::TrueObjective(design, lane.model).minimum();
      const std::vector<double> theta(minimum.theta.begin(), minimum.theta.end());
      Eigen::MatrixXd off = bound.training_rows().coordinates(theta);
      for (std::size_t j = 0; j < kTerms; ++j) off -= std::pow(t - centre, static_cast<double>(j)) * path[j];
      const double distance = reference.norm(off);
      const std::vector<double> scores = holdout_scores(design, lane.model, theta);
      const Predictions rows{scores, scores.size() / design.holdout.n, design.holdout.target, design.holdout.weights};
      ++found.pairs;
      found.bounded += std::isfinite(bounds.radius[part]);
      found.outside += distance > bounds.radius[part];
      found.outside_planted += distance > 0.9 * bounds.radius[part];
      found.below_loss += find_metric("log_loss")->value(rows) < bounds.log_loss[part];
      found.below_errors += find_metric("error")->value(rows) < bounds.errors[part];
    }
  }
  return found;
}

}  // namespace

TEST_CASE("property: at 3200 random (interval, λ) the minimum is within the radius and no error below its bound") {
  Stream draws = stream(Seed{7}, "certificate of classes");
  constexpr std::size_t kEach = testing::kSanitized ? 5 : 50;
  std::size_t planted = 0, pairs = 0;
  for (const char* model : {"logistic", "softmax"})
    for (const std::uint64_t seed : {1, 2, 3, 4}) {
      const auto design = testing::toy_design<double>(Seed{seed}, model, 30 + 10 * seed, 1 + seed);
      const Found found = compare(model, design, kEach, draws);
      CAPTURE(model);
      CAPTURE(seed);
      CHECK(found.outside == 0);
      CHECK(found.below_loss == 0);
      CHECK(found.below_errors == 0);
      CHECK(found.bounded > found.pairs / 2);
      planted += found.outside_planted, pairs += found.pairs;
    }
  CHECK(pairs == 64 * kEach);
  CHECK((planted > 0 || testing::kSanitized));  // a radius of nine tenths is caught; a few pairs may miss it
}

TEST_CASE("property: sparse rows have the bounds of the same rows as a table") {
  const auto dense = testing::sparse_toy_design<double>(Seed{4}, "logistic", 60, 6, true);
  const auto sparse = testing::sparse_toy_design<double>(Seed{4}, "logistic", 60, 6);
  const ModelSettings model = exact("logistic", 1).model;
  const auto a = make_holdout_bound(dense, *find_metric("log_loss"), model, kLow, kHigh, {});
  const auto b = make_holdout_bound(sparse, *find_metric("log_loss"), model, kLow, kHigh, {});
  CHECK(a->anchors() == b->anchors());
  CHECK(a->lower(-3, -2.9) == b->lower(-3, -2.9));
}

TEST_CASE("property: with fewer rows than features, minima in the coordinates of what the rows span are the same") {
  for (const char* model : {"logistic", "softmax"})
    for (const bool sparse : {false, true}) {
      CAPTURE(model);
      CAPTURE(sparse);
      const auto design = sparse ? testing::sparse_toy_design<double>(Seed{8}, model, 12, 20)
                                 : testing::toy_design<double>(Seed{8}, model, 12, 20);
      const RowSpace space = row_space_of(design);
      CHECK(space.design.features == 12);
      CHECK((space.basis.transpose() * space.basis - Eigen::MatrixXd::Identity(12, 12)).norm() < 1e-13);
      const LaneConfig lane = exact(model, 0.01);
      const auto minimum = testing::TrueObjective(design, lane.model).minimum();
      const std::vector<double> theta(minimum.theta.begin(), minimum.theta.end()), inside = space.coordinates(theta);
      const testing::TrueObjective reduced(space.design, lane.model);
      CHECK(static_cast<double>(reduced.value(inside)) ==
            doctest::Approx(static_cast<double>(minimum.value)).epsilon(1e-14));
      CHECK(static_cast<double>(reduced.value(inside) - reduced.minimum().value) < 1e-16);
      const std::vector<double> scores = holdout_scores(design, lane.model, theta),
                                same = holdout_scores(space.design, lane.model, inside);
      for (std::size_t i = 0; i < scores.size(); ++i) CHECK(std::abs(scores[i] - same[i]) < 1e-12);
    }
}

TEST_CASE("more features than a Hessian is factored for are bounded through fewer rows") {
  const auto wide = testing::toy_design<double>(Seed{9}, "logistic", 30, 3100);
  const ModelSettings model = exact("logistic", 1).model;
  CHECK(not_bounded(wide, model).empty());
  const Metric& metric = *find_metric("log_loss");
  LaneConfig lane = testing::lane("logistic", "lbfgs", 0, 1, TrainingSettings::kFullBatch, 1);
  const auto trainer = make_trainer(wide, metric, std::span(&lane, 1), Seed{1}, 0);
  trainer->run_to({1, {}});
  const LaneResult result = trainer->results()[0];
  const std::vector<CertificateAnchor> anchors{{1, result.theta, {}}};
  const auto bound = make_holdout_bound(wide, metric, model, 0.1, 10, anchors);
  const double lower = bound->lower(-0.01, 0).back();
  CHECK(lower <= result.value);
  CHECK(lower > 0.999 * result.value);
  Design<double> tall;  // as far as sizes go
  tall.features = 3100, tall.classes = 2, tall.train.n = 3200, tall.holdout.n = 100;
  CHECK(not_bounded(tall, model).find("3101 parameters are more than 3000") == 0);
}

TEST_CASE("property: minima that are given are used, and loose ones are solved on") {
  const auto design = testing::toy_design<double>(Seed{2}, "logistic", 80, 4);
  LaneConfig lane = exact("logistic", 0.03);
  const testing::TrueObjective::Minimum at = testing::TrueObjective(design, lane.model).minimum();
  const double t = std::log(0.03);
  const Metric& metric = *find_metric("log_loss");
  std::vector<CertificateAnchor> anchors{{0.03, {at.theta.begin(), at.theta.end()}, {}}};
  auto good = make_holdout_bound(design, metric, lane.model, kLow, kHigh, anchors);
  const std::vector<double> known = good->anchors();
  CHECK(std::count_if(known.begin(), known.end(), [&](double x) { return std::abs(x - t) < 1e-9; }) == 1);
  const double value = good->evaluate(t);
  for (double& x : anchors[0].theta) x += 0.01;
  anchors[0].derivative.assign(anchors[0].theta.size(), 0.0);
  const auto wrong = make_holdout_bound(design, metric, lane.model, kLow, kHigh, anchors);
  const auto at_middle = [&](const HoldoutBound& bound) {
    const std::vector<double> parts = bound.lower(t - 0.01, t);
    return parts.back();
  };
  CHECK(at_middle(*good) <= value);
  CHECK(at_middle(*good) > 0.9999 * value);
  CHECK(at_middle(*wrong) <= value);
  CHECK(at_middle(*wrong) > 0.9999 * value);
}

TEST_CASE("reference: the curves of breast_cancer and digits lie above the bound") {
  for (const auto& [data, model, classes] :
       {std::tuple{"breast_cancer", "logistic", 2}, std::tuple{"digits", "softmax", 10}}) {
    const auto design = testing::reference_design(data, static_cast<std::size_t>(classes));
    const ModelSettings settings = exact(model, 1).model;
    const bool large = classes > 2;  // a factorization takes a second: the middle of the range is enough
    const auto bound =
        make_holdout_bound(design, *find_metric("log_loss"), settings, large ? 1e-2 : kLow, large ? 0.2 : kHigh, {});
    const std::vector<double> knots = bound->anchors();
    std::size_t points = 0;
    double least = 1;
    for (const auto& row : testing::reference_table("hypergradients_curves.csv")) {
      if (row[0] != std::string(data)) continue;
      const double t = std::log(to_real(row[1]).value()), value = to_real(row[2]).value();
      const auto right = std::upper_bound(knots.begin(), knots.end(), t);
      if (right == knots.begin() || right == knots.end()) continue;
      const double low = std::max(*(right - 1), t - 0.05), high = std::min(*right, t + 0.05);
      const std::vector<double> parts = bound->lower(low, high);
      const auto part = static_cast<std::size_t>((t - low) / (high - low) * static_cast<double>(parts.size()));
      const double lower = parts[std::min(part, parts.size() - 1)];
      CHECK(lower <= value * (1 + 1e-9));
      least = std::min(least, lower / value), ++points;
    }
    CAPTURE(data);
    CHECK(points >= (large ? 1u : 10u));
    CHECK(least > 0.99);
  }
}

}  // namespace holdout::train
