// Multilayer perceptrons: gradients, starts, and what they refuse.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <holdout/base/error.hpp>
#include <holdout/train/activation.hpp>

#include "objective.hpp"
#include "support/lane_results.hpp"
#include "support/toys.hpp"
#include "support/varied_lanes.hpp"

namespace holdout::train {
namespace {

LaneConfig mlp(std::vector<std::int64_t> hidden, std::string_view activation) {
  LaneConfig c = testing::lane("mlp", "adam", 0.01, 0.01, 32, 5);
  c.model.hidden = std::move(hidden), c.model.activation = activation;
  return c;
}

Design<double> design_for(std::size_t classes, std::size_t rows, std::size_t features) {
  return make_design<double>(testing::toy(Seed{8}, classes, rows + 20, features), testing::no_scaling(features),
                             testing::first_rows(rows, rows + 20));
}

}  // namespace

TEST_CASE("differences: the gradient of every activation and loss, one and two hidden layers") {
  constexpr std::size_t kRows = 150, kFeatures = 3, kLanes = 2;
  for (const std::size_t classes : {0u, 2u, 4u}) {
    const Design<double> design = design_for(classes, kRows, kFeatures);
    for (const Info& activation : activations())
      for (const auto& hidden : {std::vector<std::int64_t>{5}, std::vector<std::int64_t>{4, 7}}) {
        const ModelSettings settings = mlp(hidden, activation.name).model;
        const auto model = make_model<double>(settings, kFeatures, classes);
        LossSum<double> sum(*model, settings.loss_for(classes), design.train, kFeatures);
        LaneTable<double> theta(model->parameters(), kLanes), gradient = theta, other = theta;
        Stream draw = stream(Seed{5}, "mlp differences", classes, hidden.size());
        for (std::size_t r = 0; r < theta.rows(); ++r)
          for (std::size_t lane = 0; lane < kLanes; ++lane) theta.at(r, lane) = draw.normal() / 2;
        std::vector<double> losses;
        const auto loss_at = [&](std::size_t r, std::size_t lane, double step) {
          const double at = theta.at(r, lane);
          theta.at(r, lane) = at + step;
          sum.mean(theta, {nullptr, kRows, 0}, other, &losses);
          theta.at(r, lane) = at;
          return losses[lane];
        };
        sum.mean(theta, {nullptr, kRows, 0}, gradient, &losses);
        for (std::size_t r = 0; r < theta.rows(); ++r)
          for (std::size_t lane = 0; lane < kLanes; ++lane) {
            // So short that no unit of relu meets its kink in between; it leaves rounding of 1e-16 / 1e-7.
            const double h = activation.name == "relu" ? 1e-7 : 1e-5;
            const double expected = (loss_at(r, lane, h) - loss_at(r, lane, -h)) / (2 * h);
            CAPTURE(std::string(activation.name));
            CAPTURE(classes);
            CAPTURE(r);
            CHECK(std::abs(gradient.at(r, lane) - expected) <= 1e-6 * std::max(1.0, std::abs(expected)));
          }
      }
  }
}

TEST_CASE("closed form: of identities, a perceptron is the linear model with the product of its weights") {
  const Design<double> design = design_for(0, 40, 3);
  const ModelSettings settings = mlp({2}, "identity").model;
  const std::vector<double> theta{1, 2, 3, -1, 0.5, 2, 4, -3, 0.25, -0.5, 7};  // W₁ [2][3], W₂ [1][2], b₁ [2], b₂
  const std::vector<double> linear{4 * 1 + 3 * 1, 4 * 2 - 3 * 0.5, 4 * 3 - 3 * 2, 4 * 0.25 + 3 * 0.5 + 7};
  ModelSettings plain;
  const auto deep = predict(design.train, {settings, 3, 0}, theta), flat = predict(design.train, {plain, 3, 0}, linear);
  REQUIRE(deep.size() == design.train.n);
  for (std::size_t i = 0; i < deep.size(); ++i) CHECK(deep[i] == doctest::Approx(flat[i]).epsilon(1e-14));
}

TEST_CASE("property: the start follows from seed and shape alone") {
  const auto model = make_model<double>(mlp({50, 40}, "tanh").model, 30, 5);
  const std::vector<double> theta = model->start(Seed{3});
  CHECK(theta == model->start(Seed{3}));
  CHECK(theta != model->start(Seed{4}));
  REQUIRE(theta.size() == 30 * 50 + 50 * 40 + 40 * 5 + 50 + 40 + 5);
  // Glorot's √(6 / (inputs + outputs)); of a uniform distribution the mean square is a third of its bound's.
  const std::size_t sizes[] = {30, 50, 40, 5};
  std::size_t at = 0;
  for (std::size_t l = 0; l < 3; ++l) {
    const double bound = std::sqrt(6.0 / static_cast<double>(sizes[l] + sizes[l + 1]));
    double largest = 0, squares = 0, sum = 0;
    const std::size_t n = sizes[l] * sizes[l + 1];
    for (std::size_t i = 0; i < n; ++i, ++at) {
      largest = std::max(largest, std::abs(theta[at])), squares += theta[at] * theta[at], sum += theta[at];
    }
    const double count = static_cast<double>(n);
    CHECK(largest <= bound);
    CHECK(largest > 0.95 * bound);
    CHECK(std::abs(squares / count / (bound * bound / 3) - 1) < 4 * 0.9 / std::sqrt(count));  // 4 standard errors
    CHECK(std::abs(sum / count) < 4 * bound / std::sqrt(3 * count));
  }
  for (; at < theta.size(); ++at) CHECK(theta[at] == 0);
  const auto rectified = make_model<double>(mlp({50, 40}, "relu").model, 30, 5)->start(Seed{3});
  CHECK(rectified[7] == doctest::Approx(theta[7] * std::sqrt(80.0 / 30)).epsilon(1e-14));  // He's √(6 / inputs)
}

TEST_CASE("property: all lanes and folds start alike, whatever their settings") {
  const Design<double> design = design_for(3, 60, 4);
  std::vector<LaneConfig> lanes(5, mlp({6}, "relu"));
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    lanes[i].model.l2 = 0.1 * static_cast<double>(i);
    lanes[i].training.learning_rate.start = 0.01 * static_cast<double>(i + 1);
  }
  const auto start = make_model<double>(lanes[0].model, 4, 3)->start(Seed{9});
  for (const std::size_t fold : {0u, 1u}) {
    const auto trainer = make_trainer(design, testing::metric_of("mlp"), lanes, Seed{9}, fold);
    for (const LaneResult& r : trainer->results()) CHECK(r.theta == start);
  }
}

TEST_CASE_TEMPLATE("property: regression, two classes, wide and deep: alone = beside others", T, double, float) {
  for (const std::size_t classes : {0u, 2u}) {
    const auto design = make_design<T>(testing::toy(Seed{8}, classes, 1500, 9), testing::no_scaling(9),
                                       testing::first_rows(1400, 1500));
    for (const auto& hidden : {std::vector<std::int64_t>{1}, {90}, {13, 70, 3}})
      for (const std::int64_t batch : {std::int64_t{200}, TrainingSettings::kFullBatch}) {
        std::vector<LaneConfig> lanes(21, mlp(hidden, "tanh"));
        for (std::size_t i = 0; i < lanes.size(); ++i) {
          lanes[i].model.l2 = 0.01 * static_cast<double>(i), lanes[i].training.batch_size = batch;
          lanes[i].training.epochs = 2;
        }
        const auto train = [&](std::vector<LaneConfig> which) {
          const Metric& metric = *find_metric(classes == 0 ? "mse" : "log_loss");
          const auto trainer = make_trainer(design, metric, which, Seed{1}, 0);
          trainer->run_to({2});
          return trainer->results();
        };
        const auto together = train(lanes);
        for (const std::size_t i : {0u, 12u, 20u}) {
          CAPTURE(hidden.size());
          CHECK(testing::difference(together[i], train({lanes[i]})[0]) == "");
        }
      }
  }
}

TEST_CASE("a gradient tolerance is relative to the mlp's own start") {
  const Design<double> design = design_for(0, 80, 3);
  LaneConfig c = mlp({4}, "tanh");
  c.training.stop.gradient_norm = 0.01, c.training.epochs = 20000;
  for (const std::int64_t batch : {std::int64_t{80}, std::int64_t{40}}) {
    c.training.batch_size = batch;
    const auto trainer = make_trainer(design, testing::metric_of("linear"), std::span(&c, 1), Seed{1}, 0);
    trainer->run_to({20000});
    const LaneResult r = trainer->results()[0];
    CHECK(r.end == LaneEnd::converged);
    CHECK(r.gradient_norm <= 0.01);
    const auto model = make_model<double>(c.model, 3, 0);
    LossSum<double> sum(*model, find_loss("squared"), design.train, 3);
    const auto norm = [&](const std::vector<double>& theta) {
      LaneTable<double> table(theta.size(), 1), gradient = table;
      for (std::size_t i = 0; i < theta.size(); ++i) table.at(i, 0) = theta[i];
      sum.mean(table, {nullptr, 80, 0}, gradient, nullptr);
      double squares = 0;
      for (std::size_t i = 0; i < theta.size(); ++i)
        squares += std::pow(gradient.at(i, 0) + (i < model->penalized() ? c.model.l2 * theta[i] : 0), 2);
      return std::sqrt(squares);
    };
    CHECK(norm(r.theta) / norm(model->start(Seed{1})) == doctest::Approx(r.gradient_norm).epsilon(1e-9));
  }
}

TEST_CASE("the tape of wide layers counts among what a lane moves") {
  const LaneConfig wide = mlp({200}, "relu");
  const std::size_t parameters = make_model<double>(wide.model, 10, 0)->parameters();
  CHECK(working_set(wide, 10, 0) > parameters * 4 * sizeof(double));  // θ, gradient and Adam's two averages
}

TEST_CASE("what is for convex models refuses an mlp") {
  const Design<double> design = design_for(2, 60, 3);
  LaneConfig automatic = mlp({4}, "relu");
  automatic.training.optimizer.select(0);
  automatic.training.learning_rate.start = LearningRate::kAuto;
  LaneConfig exact = testing::lane("mlp", "exact", 0.1, 0.1, 0, 1);
  for (const LaneConfig& c : {automatic, exact, testing::lane("mlp", "lbfgs", 0.1, 0.1, 0, 1)})
    CHECK_THROWS_AS(make_trainer(design, testing::metric_of("mlp"), std::span(&c, 1), Seed{1}, 0), Error);
}

}  // namespace holdout::train
