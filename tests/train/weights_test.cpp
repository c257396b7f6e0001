// Sample weights: a row of weight 2 is the row twice, a row of weight 0 is none.
#include "weights.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <holdout/train/minimum.hpp>
#include <holdout/train/objective_at.hpp>

#include "support/algebra.hpp"
#include "support/lane_results.hpp"
#include "support/ridge.hpp"
#include "support/varied_lanes.hpp"

namespace holdout::train {
namespace {

constexpr std::size_t kTrain = 160, kRows = 240, kFeatures = 4;

data::Dataset weighted_toy(std::size_t classes) {
  data::Dataset d = testing::toy(Seed{21}, classes, kRows, kFeatures);
  for (std::size_t i = 0; i < d.rows; ++i) d.weights.push_back(static_cast<double>((i * 7 + i / 11) % 4));
  return d;
}

// The same rows, each as often as its weight says, and the parts of first_rows(kTrain, kRows).
std::pair<data::Dataset, data::Fold> repeated(const data::Dataset& d) {
  data::Dataset out = d;
  out.x.clear(), out.y.clear(), out.weights.clear(), out.rows = 0;
  data::Fold fold;
  for (std::size_t i = 0; i < d.rows; ++i)
    for (int copy = 0; copy < static_cast<int>(d.weights[i]); ++copy) {
      out.x.insert(out.x.end(), d.row(i).begin(), d.row(i).end());
      out.y.push_back(d.y[i]);
      (i < kTrain ? fold.train : fold.holdout).push_back(static_cast<std::uint32_t>(out.rows++));
    }
  return {out, fold};
}

data::Fold whole() { return testing::first_rows(kTrain, kRows); }

template <class T>
LaneResult train_one(const Design<T>& design, const LaneConfig& config) {
  return testing::train_lanes(design, {config}, {0})[0];
}

}  // namespace

TEST_CASE("reference: ridge with weights solves the weighted normal equations, for every penalty") {
  const data::Dataset d = weighted_toy(0);
  const auto design = make_design<double>(d, testing::no_scaling(kFeatures), whole());
  const Eigen::MatrixXd x = testing::with_ones(design.train, kFeatures);
  const Eigen::Map<const Eigen::VectorXd> y(design.train.y.data(), x.rows());
  const Eigen::Map<const Eigen::VectorXd> w(d.weights.data(), x.rows());
  for (const double l2 : {0.0, 1e-6, 0.3, 1e4})
    for (const char* solver : {"exact", "newton", "lbfgs"}) {
      CAPTURE(l2);
      CAPTURE(solver);
      const Eigen::VectorXd shares = w / w.sum();
      const Eigen::MatrixXd rooted = (x.array().colwise() * (w / w.mean()).cwiseSqrt().array()).matrix();
      const Eigen::VectorXd theta =
          testing::solve(testing::second_moments(rooted) + testing::penalty_matrix(kFeatures, l2),
                         testing::transposed_times(x, shares.cwiseProduct(y)));
      const LaneResult r = train_one(design, testing::lane("linear", solver, 0, l2, 0, 100));
      for (std::size_t j = 0; j <= kFeatures; ++j)
        CHECK(r.theta[j] == doctest::Approx(theta[static_cast<Eigen::Index>(j)]).epsilon(1e-8));
    }
}

TEST_CASE("closed form: weights are repeated rows, in training, metrics and the facts of J") {
  for (const std::string_view model : {"linear", "logistic", "softmax", "svm", "mlp"}) {
    CAPTURE(model);
    const std::size_t classes = model == "linear" ? 0 : model == "softmax" || model == "mlp" ? 3 : 2;
    const data::Dataset d = weighted_toy(classes);
    const auto [copies, fold] = repeated(d);
    const auto a = make_design<double>(d, testing::no_scaling(kFeatures), whole());
    const auto b = make_design<double>(copies, testing::no_scaling(kFeatures), fold);
    CHECK(measure_curvature(a).largest_eigenvalue ==
          doctest::Approx(measure_curvature(b).largest_eigenvalue).epsilon(1e-12));
    for (const char* classes_count : {"none", "balanced"}) {
      LaneConfig config = testing::lane(model, "nesterov", 0.05, 0.01, 0, 60);
      if (model != "linear") config.model.class_weight = classes_count;
      const LaneResult r = train_one(a, config), s = train_one(b, config);
      for (std::size_t p = 0; p < r.theta.size(); ++p) CHECK(std::abs(r.theta[p] - s.theta[p]) <= 1e-9);
      CHECK(r.train_loss == doctest::Approx(s.train_loss).epsilon(1e-10));
      for (std::size_t m = 0; m < r.metrics.size(); ++m) {
        CAPTURE(r.metrics[m].first);
        CHECK(r.metrics[m].second == doctest::Approx(s.metrics[m].second).epsilon(1e-8));
      }
      const MinimumFacts f = minimum_facts(a, config.model, r.theta), g = minimum_facts(b, config.model, r.theta);
      CHECK(f.gradient_norm == doctest::Approx(g.gradient_norm).epsilon(1e-9));
      if (model == "linear") CHECK(f.distance == doctest::Approx(g.distance).epsilon(1e-9));
    }
  }
}

TEST_CASE_TEMPLATE("property: rows of weight 0 change no bit, whatever stands in them, dense and sparse", T, double,
                   float) {
  for (const bool sparse : {false, true})
    for (const std::int64_t batch : {std::int64_t{16}, std::int64_t{0}}) {
      data::Dataset d = testing::thinned(weighted_toy(3), Seed{3}), other = d;
      for (std::size_t i = 0; i < d.rows; ++i)
        if (d.weights[i] == 0) {
          other.y[i] = std::fmod(d.y[i] + 1, 3);
          for (std::size_t j = 0; j < kFeatures; ++j) other.x[i * kFeatures + j] = d.x[i * kFeatures + j] * 3;
        }
      const auto design = [&](const data::Dataset& of) {
        return make_design<T>(sparse ? testing::to_sparse(of) : of, testing::no_scaling(kFeatures), whole());
      };
      const LaneConfig config = testing::lane("softmax", "adam", 0.05, 0.01, batch, 5);
      CHECK(testing::difference(train_one(design(d), config), train_one(design(other), config)) == "");
    }
}

TEST_CASE_TEMPLATE("property: with weights too, a lane alone has the bits it has among others, sparse those of dense",
                   T, double, float) {
  for (const std::string_view model : {"linear", "logistic", "softmax"}) {
    const std::size_t classes = model == "linear" ? 0 : model == "logistic" ? 2 : 3;
    data::Dataset d = testing::thinned(weighted_toy(classes), Seed{4});
    for (double& w : d.weights) w = 0.1 + w / 3;
    const auto dense = make_design<T>(d, testing::no_scaling(kFeatures), whole());
    const auto sparse = make_design<T>(testing::to_sparse(d), testing::no_scaling(kFeatures), whole());
    for (const std::size_t rule : {0u, 5u, 10u}) {
      const auto lanes = testing::varied_lanes(11, model, rule, 1, 16, 3);
      std::vector<std::size_t> all;
      for (std::size_t i = 0; i < lanes.size(); ++i) all.push_back(i);
      const auto together = testing::train_lanes(dense, lanes, all), thin = testing::train_lanes(sparse, lanes, all);
      for (const std::size_t i : all) {
        CHECK(testing::difference(together[i], thin[i]) == "");
        CHECK(testing::difference(together[i], testing::train_lanes(dense, lanes, {i})[0]) == "");
      }
    }
  }
}

TEST_CASE("weights matter: a mini-batch training without them ends elsewhere") {
  data::Dataset d = weighted_toy(0);
  const auto with = make_design<double>(d, testing::no_scaling(kFeatures), whole());
  d.weights.clear();
  const auto without = make_design<double>(d, testing::no_scaling(kFeatures), whole());
  const LaneConfig config = testing::lane("linear", "gd", 0.02, 0, 16, 20);
  const LaneResult a = train_one(with, config), b = train_one(without, config);
  CHECK(std::abs(a.theta[0] - b.theta[0]) > 1e-4);
  CHECK(a.value != b.value);
}

TEST_CASE("closed form: the step of learning_rate auto is safe with weights") {
  // One row of weight 50 among rows of weight 1: its curvature is that of fifty rows.
  data::Dataset d = testing::toy(Seed{5}, 0, kRows, kFeatures);
  d.weights.assign(kRows, 1);
  d.weights[3] = 50;
  const auto design = make_design<double>(d, testing::no_scaling(kFeatures), whole());
  for (const std::int64_t batch : {std::int64_t{0}, std::int64_t{8}}) {
    const LaneResult r = train_one(design, testing::lane("linear", "gd", LearningRate::kAuto, 0, batch, 200));
    CHECK(r.end == LaneEnd::epochs);
    CHECK(r.rises <= 0);
  }
}

TEST_CASE_TEMPLATE("closed form: the step of learning_rate auto is safe with balanced classes, dense and sparse", T,
                   double, float) {
  // Few rows of one class, with large features: balanced, each counts as twenty. The step without that goes uphill.
  data::Dataset d = testing::toy(Seed{5}, 2, kRows, kFeatures);
  for (std::size_t i = 0; i < kRows; ++i) {
    d.y[i] = i % 40 == 0;
    for (std::size_t j = 0; j < kFeatures && i % 40 == 0; ++j) d.x[i * kFeatures + j] *= 10;
  }
  for (const bool sparse : {false, true}) {
    const auto design = make_design<T>(sparse ? testing::to_sparse(d) : d, testing::no_scaling(kFeatures), whole());
    LaneConfig config = testing::lane("logistic", "gd", LearningRate::kAuto, 0.1, 0, 50);
    config.model.class_weight = "balanced";
    const Curvature curvature = curvature_of(design, config.model);
    if constexpr (std::is_same_v<T, double>) {
      const auto dense = make_design<double>(d, testing::no_scaling(kFeatures), whole());
      const auto weights = row_weights(design.train, 2, "balanced");
      const Eigen::Map<const Eigen::VectorXd> w(weights.data(), static_cast<Eigen::Index>(weights.size()));
      const Eigen::MatrixXd x = testing::with_ones(dense.train, kFeatures);
      const Eigen::MatrixXd rooted = (x.array().colwise() * w.cwiseSqrt().array()).matrix();
      const double largest = testing::eigenvalues(testing::second_moments(rooted)).maxCoeff();
      CHECK(curvature.largest_eigenvalue == doctest::Approx(largest).epsilon(1e-6));
      const double row = (x.rowwise().squaredNorm().array() * w.array()).maxCoeff();
      CHECK(curvature.largest_row == doctest::Approx(row).epsilon(1e-14));
    }
    CHECK(train_one(design, config).rises <= 0);
    config.training.learning_rate.start = automatic_rate(curvature, config.model, true);
    const LaneResult same = train_one(design, config);
    config.training.learning_rate.start = LearningRate::kAuto;
    CHECK(testing::difference(train_one(design, config), same) == "");
    config.training.learning_rate.start = automatic_rate(measure_curvature(design), config.model, true);
    CHECK(train_one(design, config).rises > 0);
  }
}

}  // namespace holdout::train
