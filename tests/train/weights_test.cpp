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
      const auto weights = row_weights(design.train, 2, config.model);
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

namespace {

// The rows of tests/data/reference/make_class_weights.py.
data::Dataset small_rows(std::size_t classes) {
  data::Dataset d;
  d.rows = 60, d.features = 2;
  for (int i = 0; i < 60; ++i) {
    d.x.push_back(i * 7 % 11 / 5.0 - 1), d.x.push_back(i * i % 13 / 6.0 - 1);
    d.y.push_back(classes == 2 ? i * 5 % 17 < 4 : i * 5 % 17 / 6);
  }
  for (std::size_t k = 0; k < classes; ++k) d.classes.push_back(std::to_string(k));
  return d;
}

LaneConfig weighing(std::string_view model, double l2, std::vector<ClassWeight> weights) {
  LaneConfig config = testing::lane(model, "exact", 0, l2, 0, 100);
  config.model.class_weights = std::move(weights);
  return config;
}

// Σ w L of the hold-out rows of a logistic model, written down.
double log_loss(const Part<double>& rows, std::span<const double> theta) {
  double sum = 0;
  const std::size_t d = theta.size() - 1;
  for (std::size_t i = 0; i < rows.n; ++i) {
    double score = theta[d];
    for (std::size_t j = 0; j < d; ++j) score += theta[j] * rows.x[i * d + j];
    sum += std::log1p(std::exp(-rows.y[i] * score));
  }
  return sum / static_cast<double>(rows.n);
}

}  // namespace

TEST_CASE("reference: weights of classes as scikit-learn has them") {
  const auto theta = [](std::size_t classes, const LaneConfig& config) {
    data::Fold fold;
    for (std::uint32_t i = 0; i < 60; ++i) fold.train.push_back(i);
    fold.holdout = {0, 1, 2, 3, 4, 5, 6, 7};
    return train_one(make_design<double>(small_rows(classes), testing::no_scaling(2), fold), config).theta;
  };
  const struct {
    LaneConfig config;
    std::vector<double> expected;  // weights, intercept
  } two[] = {
      {weighing("logistic", 0.1, {{"1", 5, 1}}), {0.020054918987507508, -0.08268253976439209, 0.5089251487321168}},
      {weighing("logistic", 0.01, {{"0", 0.25, 0}, {"1", 3, 1}}),
       {0.04690999300991396, -0.13538115770743347, 1.3833303982350664}}};
  for (const auto& [config, expected] : two) {
    const std::vector<double> got = theta(2, config);
    for (std::size_t p = 0; p < 3; ++p) CHECK(got[p] == doctest::Approx(expected[p]).epsilon(1e-6));
  }
  const double expected[] = {-0.03195759565358466,  -0.13747797801614683, 0.06452470755531288,
                             -0.013586696455660277, -0.03256711190172817, 0.1510646744718073};
  const double intercepts[] = {1.2533107623303825, -0.17337872106223512, -1.079932041268147};
  const std::vector<double> got = theta(3, weighing("softmax", 0.05, {{"0", 4, 0}, {"2", 0.5, 2}}));
  for (std::size_t p = 0; p < 6; ++p) CHECK(got[p] == doctest::Approx(expected[p]).epsilon(1e-6));
  for (const std::size_t k : {1u, 2u})  // only differences of intercepts mean something
    CHECK(got[6 + k] - got[6] == doctest::Approx(intercepts[k] - intercepts[0]).epsilon(1e-6));
}

TEST_CASE_TEMPLATE("property: weights of classes are weights of their rows, for every model, rule and size of batch", T,
                   double, float) {
  const double tolerance = std::is_same_v<T, double> ? 1e-9 : 1e-3;
  for (const std::string_view model : {"logistic", "softmax", "svm", "mlp"})
    for (const char* rule : {"gd", "adam", "adagrad"})
      for (const std::int64_t batch : {std::int64_t{16}, std::int64_t{0}}) {
        CAPTURE(model);
        CAPTURE(rule);
        const std::size_t classes = model == "softmax" || model == "mlp" ? 3 : 2;
        data::Dataset d = testing::toy(Seed{22}, classes, kRows, kFeatures);
        LaneConfig config = testing::lane(model, rule, 0.02, 0.01, batch, 6);
        const LaneResult none = train_one(make_design<T>(d, testing::no_scaling(kFeatures), whole()), config);
        config.model.class_weights = {{"1", 6, 1}};
        const LaneResult named = train_one(make_design<T>(d, testing::no_scaling(kFeatures), whole()), config);
        config.model.class_weights.clear();
        for (const double y : d.y) d.weights.push_back(y == 1 ? 6 : 1);
        const LaneResult rows = train_one(make_design<T>(d, testing::no_scaling(kFeatures), whole()), config);
        double largest = 0;
        for (std::size_t p = 0; p < rows.theta.size(); ++p) {
          CHECK(std::abs(named.theta[p] - rows.theta[p]) <= tolerance * std::max(1.0, std::abs(rows.theta[p])));
          largest = std::max(largest, std::abs(named.theta[p] - none.theta[p]));
        }
        CHECK(largest > 1e-6);  // and they matter
      }
}

TEST_CASE(
    "closed form: balanced are weights 1 / N_c; equal weights are none; hold-out metrics count rows as they are") {
  const data::Dataset d = testing::toy(Seed{23}, 3, kRows, kFeatures);
  const auto design = make_design<double>(d, testing::no_scaling(kFeatures), whole());
  std::vector<double> count(3);
  for (std::size_t i = 0; i < kTrain; ++i) count[static_cast<std::size_t>(d.y[i])] += 1;
  LaneConfig balanced = testing::lane("softmax", "exact", 0, 0.01, 0, 100);
  balanced.model.class_weight = "balanced";
  const LaneResult a = train_one(design, balanced);
  const LaneResult b = train_one(
      design, weighing("softmax", 0.01, {{"c", 1 / count[2], 2}, {"a", 1 / count[0], 0}, {"b", 1 / count[1], 1}}));
  const LaneResult equal = train_one(design, weighing("softmax", 0.01, {{"a", 7, 0}, {"b", 7, 1}, {"c", 7, 2}}));
  const LaneResult none = train_one(design, weighing("softmax", 0.01, {}));
  for (std::size_t p = 0; p < a.theta.size(); ++p) {
    CHECK(a.theta[p] == doctest::Approx(b.theta[p]).epsilon(1e-8));
    CHECK(equal.theta[p] == doctest::Approx(none.theta[p]).epsilon(1e-8));
  }
  const auto two =
      make_design<double>(testing::toy(Seed{24}, 2, kRows, kFeatures), testing::no_scaling(kFeatures), whole());
  const LaneResult r = train_one(two, weighing("logistic", 0.01, {{"yes", 20, 1}}));
  CHECK(r.value == doctest::Approx(log_loss(two.holdout, r.theta)).epsilon(1e-12));
}

}  // namespace holdout::train
