// What is said of J at a solution: against formed Hessians, and points whose distance is known.
#include <holdout/train/minimum.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "support/algebra.hpp"
#include "support/ridge.hpp"
#include "support/toys.hpp"

namespace holdout::train {
namespace {

LaneResult solved(const Design<double>& design, const LaneConfig& config) {
  const auto trainer = make_trainer(design, testing::metric_of(config.model.type()), std::vector{config}, Seed{1}, 0);
  trainer->run_to({config.training.epochs, {}});
  return trainer->results()[0];
}

TEST_CASE("closed form: eigenvalues of ridge's Hessian are those of the covariance") {
  const auto design = testing::toy_design<double>(Seed{3}, "linear", 300, 5);
  const auto config = testing::lane("linear", "exact", 0, 0.3, TrainingSettings::kFullBatch, 1);
  const auto facts = minimum_facts(design, config.model, solved(design, config).theta);
  Eigen::MatrixXd x(300, 6);
  for (int i = 0; i < 300; ++i)
    for (int j = 0; j < 6; ++j) x(i, j) = j < 5 ? design.train.x[static_cast<std::size_t>(i * 5 + j)] : 1;
  Eigen::MatrixXd h = testing::second_moments(x);
  for (int j = 0; j < 5; ++j) h(j, j) += 0.3;
  const Eigen::VectorXd eigenvalues = testing::eigenvalues(h);
  CHECK(facts.least_eigenvalue == doctest::Approx(eigenvalues[0]).epsilon(1e-10));
  CHECK(facts.largest_eigenvalue == doctest::Approx(eigenvalues[5]).epsilon(1e-10));
  CHECK(facts.convexity == Convexity::strongly);
  CHECK(facts.gradient_norm <= 1e-10);
  CHECK(facts.distance <= 1e-8);
}

TEST_CASE("property: the minimum is never farther away than is said, nor much nearer") {
  for (const char* model : {"linear", "logistic", "softmax", "svm"}) {
    CAPTURE(model);
    const auto design = testing::toy_design<double>(Seed{4}, model, 300, 5);
    auto config = testing::lane(model, "exact", 0, 0.2, TrainingSettings::kFullBatch, 1);
    if (std::string(model) == "svm") config.model.loss.select(1);  // squared hinge
    const std::vector<double> minimum = solved(design, config).theta;
    const std::size_t weights = minimum.size() - (design.classes > 2 ? design.classes : 1);
    Stream draw = stream(Seed{1}, "away");
    for (const double size : {1e-6, 1e-3, 0.1, 1.0}) {
      std::vector<double> theta = minimum;
      for (double& t : theta) t += size * draw.normal();
      double squares = 0;
      for (std::size_t p = 0; p < weights; ++p) squares += (theta[p] - minimum[p]) * (theta[p] - minimum[p]);
      const auto facts = minimum_facts(design, config.model, theta);
      CAPTURE(size);
      CHECK(facts.distance >= std::sqrt(squares) * (1 - 1e-6));
      CHECK(facts.distance <= 60 * std::sqrt(squares));
      CHECK(facts.convexity == Convexity::strongly);
    }
  }
}

TEST_CASE("without l2 a loss that is not quadratic is convex, and nothing bounds the distance") {
  const auto design = testing::toy_design<double>(Seed{5}, "logistic", 200, 3);
  const auto config = testing::lane("logistic", "gd", 0.1, 0, TrainingSettings::kFullBatch, 20);
  const auto facts = minimum_facts(design, config.model, solved(design, config).theta);
  CHECK(facts.convexity == Convexity::convex);
  CHECK(std::isnan(facts.distance));
  CHECK(facts.gradient_norm > 0.01);
}

TEST_CASE("hidden layers make J not convex, and nothing is proved") {
  const auto design = testing::toy_design<double>(Seed{5}, "linear", 200, 3);
  const auto config = testing::lane("mlp", "adam", 0.01, 0.1, 32, 3);
  const auto trainer = make_trainer(design, *find_metric("mse"), std::vector{config}, Seed{1}, 0);
  trainer->run_to({3, {}});
  const auto facts = minimum_facts(design, config.model, trainer->results()[0].theta);
  CHECK(facts.convexity == Convexity::none);
  CHECK(facts.gradient_norm > 0);
  CHECK(std::isnan(facts.distance));
  CHECK(std::isnan(facts.least_eigenvalue));
}

TEST_CASE("property: facts of rows in floats are those of the same numbers in double") {
  for (const auto& [type, weight] : {std::pair{"linear", "none"}, {"logistic", "balanced"}, {"softmax", "none"}}) {
    CAPTURE(type);
    const auto single = testing::toy_design<float>(Seed{8}, type, 40'000, 3);  // more than are doubled at once
    Design<double> twice;
    twice.features = single.features, twice.classes = single.classes;
    twice.train.n = single.train.n, twice.train.target = single.train.target;
    twice.train.x.assign(single.train.x.begin(), single.train.x.end());
    twice.train.y.assign(single.train.y.begin(), single.train.y.end());
    auto config = testing::lane(type, "gd", 0.1, 0.2, TrainingSettings::kFullBatch, 1);
    config.model.class_weight = weight;
    std::vector<double> theta(twice.classes > 2 ? 12 : 4);
    for (std::size_t p = 0; p < theta.size(); ++p) theta[p] = 0.3 - 0.1 * static_cast<double>(p);
    const auto one = minimum_facts(single, config.model, theta), two = minimum_facts(twice, config.model, theta);
    CHECK(one.gradient_norm == doctest::Approx(two.gradient_norm).epsilon(1e-7));  // weights are floats too
    CHECK(one.least_eigenvalue == doctest::Approx(two.least_eigenvalue).epsilon(1e-7));
    CHECK(one.largest_eigenvalue == doctest::Approx(two.largest_eigenvalue).epsilon(1e-7));
    CHECK(one.distance == doctest::Approx(two.distance).epsilon(1e-7));
    CHECK(one.reason == two.reason);
  }
}

// Gradient descent on a quadratic goes uphill exactly where γ is above 2/L and it is not at rest.
TEST_CASE("closed form: J rises where the learning rate is above 2/L") {
  const auto design = testing::toy_design<double>(Seed{6}, "linear", 200, 4);
  const auto facts = minimum_facts(design, testing::lane("linear", "gd", 1, 0.1, 0, 1).model, std::vector<double>(5));
  const double edge = 2 / facts.largest_eigenvalue;
  CHECK(solved(design, testing::lane("linear", "gd", 0.98 * edge, 0.1, TrainingSettings::kFullBatch, 40)).rises == 0);
  CHECK(solved(design, testing::lane("linear", "gd", 1.3 * edge, 0.1, TrainingSettings::kFullBatch, 40)).rises > 20);
  CHECK(solved(design, testing::lane("linear", "gd", 0.5 * edge, 0.1, 16, 5)).rises ==
        -1);  // mini-batches: not watched
}

}  // namespace
}  // namespace holdout::train
