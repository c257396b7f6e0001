// Sparse rows against the same numbers as a dense matrix, and against differences.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <holdout/train/cpu.hpp>

#include "deferred.hpp"
#include "models.hpp"
#include "objective.hpp"
#include "support/lane_results.hpp"
#include "support/varied_lanes.hpp"

namespace holdout::train {
namespace {

constexpr const char* kModels[] = {"linear", "logistic", "softmax"};

TEST_CASE_TEMPLATE("property: a sparse training has the bits of the dense one", T, double, float) {
  for (const std::string_view model : {"linear", "logistic", "softmax", "mlp"}) {
    const auto sparse = testing::sparse_toy_design<T>(Seed{1}, model, 1100, 12);
    auto dense = testing::sparse_toy_design<T>(Seed{1}, model, 1100, 12, true);
    dense.moments.reset();  // which sparse rows do not have
    REQUIRE(sparse.train.x.size() < dense.train.x.size() / 3);
    for (std::size_t rule = 0; rule < update::rules().size(); ++rule)
      for (const std::int64_t batch : {std::int64_t{1}, std::int64_t{32}, std::int64_t{1050}, std::int64_t{0}}) {
        auto lanes = testing::varied_lanes(13, model, rule, 1, batch, batch == 1 ? 1 : 3);
        for (std::size_t i = 0; i < 4; ++i) lanes[i].training.stop.patience = 2;
        if (batch == 32) lanes[5].training.stop.gradient_norm = 1e-3;
        for (const std::size_t first : {0u, 4u}) {  // patience is common to a cohort
          std::vector<std::size_t> which;
          for (std::size_t i = first; i < (first == 0 ? 4 : 13); ++i) which.push_back(i);
          const auto a = testing::train_lanes(sparse, lanes, which), b = testing::train_lanes(dense, lanes, which);
          CAPTURE(model);
          CAPTURE(update::rules()[rule].info.name);
          CAPTURE(batch);
          for (std::size_t i = 0; i < which.size(); ++i) CHECK(testing::difference(a[i], b[i]) == "");
        }
      }
  }
}

TEST_CASE("property: watched between the ends of epochs, sparse lanes stand where dense ones do") {
  std::vector<std::vector<double>> seen[2];
  for (const bool dense : {false, true}) {
    const auto design = testing::sparse_toy_design<double>(Seed{5}, "linear", 700, 60, dense);
    std::vector<LaneConfig> lanes = testing::varied_lanes(9, "linear", 1, 1, 1, 1);
    for (LaneConfig& lane : lanes)  // or no step would wait
      lane.training.clip_norm = lane.model.l1 = lane.model.elastic_net.lambda = 0;
    if (!dense) REQUIRE(Deferred<double>::pays(design.train, 60, 1, lane_stride<double>(9)));
    const auto trainer = make_trainer(design, testing::metric_of("linear"), lanes, Seed{2}, 0);
    trainer->watch({1, 7, 350, 700}, [&](std::int64_t, std::size_t, std::span<const double> theta) {
      seen[dense].emplace_back(theta.begin(), theta.end());
    });
    trainer->run_to({1, {}});
  }
  CHECK(seen[0].size() == 36);
  CHECK(seen[0] == seen[1]);
}

TEST_CASE("property: without clipping too, and with schedules") {
  // Lanes that clip need the whole gradient in every step: without them, features that a batch lacks may wait.
  for (const std::string_view model : kModels) {
    const auto sparse = testing::sparse_toy_design<double>(Seed{5}, model, 700, 60);
    const auto dense = testing::sparse_toy_design<double>(Seed{5}, model, 700, 60, true);
    REQUIRE(Deferred<double>::pays(sparse.train, 60, 1, lane_stride<double>(9)));
    for (std::size_t rule = 0; rule < update::rules().size(); ++rule) {
      auto lanes = testing::varied_lanes(9, model, rule, 1, 1, 3);  // 700 steps an epoch: more than may wait
      for (LaneConfig& c : lanes) c.training.clip_norm = 0;
      for (const std::size_t i : {2u, 6u}) {
        lanes[i].training.learning_rate.schedule.select(i / 2);
        lanes[i].training.learning_rate.warmup = 1;
      }
      lanes[3].model.l2 = 0;
      const std::vector<std::size_t> all{0, 1, 2, 3, 4, 5, 6, 7, 8};
      const auto a = testing::train_lanes(sparse, lanes, all), b = testing::train_lanes(dense, lanes, all);
      CAPTURE(model);
      CAPTURE(update::rules()[rule].info.name);
      for (const std::size_t i : all) CHECK(testing::difference(a[i], b[i]) == "");
    }
  }
}

TEST_CASE("property: losses with a coefficient, l1 and balanced classes have the bits of dense rows") {
  const auto compare = [](std::string_view model, const auto& change) {
    const auto sparse = testing::sparse_toy_design<double>(Seed{8}, model, 300, 60);
    const auto dense = testing::sparse_toy_design<double>(Seed{8}, model, 300, 60, true);
    std::vector<LaneConfig> lanes;
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < 20; ++i) {
      lanes.push_back(testing::lane(model, "momentum", 1e-3 * static_cast<double>(i + 1), 0.01, 2, 3));
      change(lanes.back(), static_cast<double>(i)), all.push_back(i);
    }
    const auto a = testing::train_lanes(sparse, lanes, all), b = testing::train_lanes(dense, lanes, all);
    for (const std::size_t i : all) CHECK(testing::difference(a[i], b[i]) == "");
  };
  compare("linear", [](LaneConfig& c, double i) {
    c.model.loss.select(testing::index_of(c.model.loss.alternatives(), "huber"));
    testing::set_field(c.model.loss, "delta", 0.1 + i);
  });
  compare("logistic", [](LaneConfig& c, double i) { c.model.l1 = 0.001 * i; });
  compare("softmax", [](LaneConfig& c, double) { c.model.class_weight = "balanced"; });
}

TEST_CASE_TEMPLATE("property: steps that wait change no bit, in any cohort, on any target", T, double, float) {
  const std::size_t features = 60, n = 40;
  const auto design = testing::sparse_toy_design<T>(Seed{7}, "logistic", 300, features);
  REQUIRE(Deferred<T>::pays(design.train, features, 2, lane_stride<T>(n)));
  REQUIRE(!Deferred<T>::pays(design.train, features, 2, lane_stride<T>(1)));
  const auto targets = simd_targets();
  for (std::size_t rule = 0; rule < update::rules().size(); ++rule) {
    auto lanes = testing::varied_lanes(n, "logistic", rule, 1, 2, 12);
    for (std::size_t i = 0; i < n; ++i) {
      lanes[i].training.clip_norm = 0, lanes[i].training.stop.patience = 2;
      lanes[i].training.stop.gradient_norm = 0.2;
    }
    std::vector<std::size_t> all(n);
    for (std::size_t i = 0; i < n; ++i) all[i] = i;
    const auto together = testing::train_lanes(design, lanes, all);
    CAPTURE(update::rules()[rule].info.name);
    for (std::size_t i = 0; i < n; i += 3)
      CHECK(testing::difference(together[i], testing::train_lanes(design, lanes, {i})[0]) == "");
    for (const std::int64_t target : targets.first(targets.size() - 1)) {  // the last is the baseline
      force_simd_target(target);
      const auto results = testing::train_lanes(design, lanes, all);
      force_simd_target(0);
      for (std::size_t i = 0; i < n; ++i) CHECK(testing::difference(results[i], together[i]) == "");
    }
  }
}

TEST_CASE("differences: the gradient over sparse rows is the derivative of the loss") {
  const std::vector<std::uint32_t> order = stream(Seed{1}, "some rows").permutation(150);
  for (const std::string_view name : kModels) {
    const auto design = testing::sparse_toy_design<double>(Seed{2}, name, 150, 6);
    const ModelKind& kind = model_kind(name);
    const auto model = make_model<double>(testing::lane(name, "gd", 1, 0, 1, 1).model, design.features, design.classes);
    LossSum<double> sum(*model, find_loss(kind.losses[0]), design.train, design.features);
    const std::size_t lanes = 3;
    LaneTable<double> theta(model->parameters(), lanes), gradient = theta, ignored = theta;
    Stream draw = stream(Seed{3}, "sparse point");
    for (std::size_t r = 0; r < theta.rows(); ++r)
      for (std::size_t lane = 0; lane < lanes; ++lane) theta.at(r, lane) = draw.normal();
    sum.mean(theta, {order.data(), 90, 0}, gradient, nullptr);
    std::vector<double> loss;
    for (std::size_t r = 0; r < theta.rows(); ++r)
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        const double at = theta.at(r, lane);
        const auto difference = [&](double h) {
          theta.at(r, lane) = at + h;
          sum.mean(theta, {order.data(), 90, 0}, ignored, &loss);
          const double above = loss[lane];
          theta.at(r, lane) = at - h;
          sum.mean(theta, {order.data(), 90, 0}, ignored, &loss);
          theta.at(r, lane) = at;
          return (above - loss[lane]) / (2 * h);
        };
        CAPTURE(name);
        CAPTURE(r);
        // Richardson: the h² terms cancel; what is left is h⁴ ≈ 1e-12 and rounding, 1e-16 / h.
        CHECK(std::abs(gradient.at(r, lane) - (4 * difference(5e-4) - difference(1e-3)) / 3) < 1e-11);
      }
  }
}

TEST_CASE("reference: the curvature is that of the dense matrix") {
  const auto sparse = testing::sparse_toy_design<double>(Seed{4}, "linear", 300, 9);
  const auto dense = testing::sparse_toy_design<double>(Seed{4}, "linear", 300, 9, true);
  CHECK(measure_curvature(sparse).largest_eigenvalue ==
        doctest::Approx(measure_curvature(dense).largest_eigenvalue).epsilon(1e-12));
  CHECK(measure_curvature(sparse).largest_row == doctest::Approx(measure_curvature(dense).largest_row).epsilon(1e-14));
}

TEST_CASE("reference: exact on sparse rows finds the minimum of the dense closed form") {
  for (const std::string_view model : kModels) {
    const auto sparse = testing::sparse_toy_design<double>(Seed{6}, model, 400, 10);
    const auto dense = testing::sparse_toy_design<double>(Seed{6}, model, 400, 10, true);
    std::vector<LaneConfig> lanes;
    for (const double l2 : {1e-6, 1e-2, 10.0}) {
      lanes.push_back(testing::lane(model, "exact", 0, l2, 32, 1));
      lanes.back().training.stop.gradient_norm = 1e-12;
    }
    const auto a = testing::train_lanes(sparse, lanes, {0, 1, 2}), b = testing::train_lanes(dense, lanes, {0, 1, 2});
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      CAPTURE(model);
      CHECK(a[i].end == LaneEnd::converged);
      CHECK(a[i].gradient_norm < 1e-11);
      // ‖θ − θ*‖ ≤ ‖∇J‖ / μ, and μ is about the features' mean square, 0.1.
      if (model != "softmax")  // whose intercepts have a direction of their own
        for (std::size_t r = 0; r < a[i].theta.size(); ++r) CHECK(std::abs(a[i].theta[r] - b[i].theta[r]) < 1e-8);
      CHECK(a[i].value == doctest::Approx(b[i].value).epsilon(1e-9));
    }
  }
}

}  // namespace
}  // namespace holdout::train
