// Groups of features with λ of their own.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <holdout/train/minimum.hpp>
#include <holdout/train/objective_at.hpp>

#include "deferred.hpp"
#include "support/algebra.hpp"
#include "support/lane_results.hpp"
#include "support/ridge.hpp"
#include "support/thin.hpp"
#include "support/varied_lanes.hpp"

namespace holdout::train {
namespace {

constexpr std::size_t kFeatures = 6;

// One group a feature.
LaneConfig with_ridges(LaneConfig config, const std::vector<double>& l2) {
  for (std::uint32_t j = 0; j < l2.size(); ++j)
    config.model.l2_groups.push_back({"g" + std::to_string(j), {}, l2[j], {j}});
  return config;
}

template <class T>
std::vector<LaneResult> train_all(const Design<T>& design, const std::vector<LaneConfig>& lanes) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < lanes.size(); ++i) all.push_back(i);
  return testing::train_lanes(design, lanes, all);
}

}  // namespace

TEST_CASE("reference: ridge with a λ a feature solves its normal equations, also where they are far apart") {
  const auto design = testing::toy_design<double>(Seed{31}, "linear", 300, kFeatures);
  const Eigen::MatrixXd x = testing::with_ones(design.train, kFeatures);
  const Eigen::Map<const Eigen::VectorXd> y(design.train.y.data(), x.rows());
  const double n = static_cast<double>(x.rows());
  const std::vector<std::vector<double>> cases = {
      {0.1, 0.2, 0.3, 0.4, 0.5, 0.6}, {1e-8, 1e6, 1, 1e-3, 1e3, 1e-6}, {0, 0, 10, 0, 1e4, 0}};
  for (const char* solver : {"exact", "newton", "lbfgs"}) {
    std::vector<LaneConfig> lanes;
    for (const auto& l2 : cases) lanes.push_back(with_ridges(testing::lane("linear", solver, 0, 7, 0, 100), l2));
    const auto results = train_all(design, lanes);
    for (std::size_t c = 0; c < cases.size(); ++c) {
      CAPTURE(solver);
      CAPTURE(c);
      Eigen::MatrixXd h = testing::second_moments(x);
      for (std::size_t j = 0; j < kFeatures; ++j) h.diagonal()[static_cast<Eigen::Index>(j)] += cases[c][j];
      const Eigen::VectorXd theta = testing::solve(h, testing::transposed_times(x, y) / n);
      for (std::size_t j = 0; j <= kFeatures; ++j)
        CHECK(results[c].theta[j] == doctest::Approx(theta[static_cast<Eigen::Index>(j)]).epsilon(1e-7));
      if (std::string(solver) != "exact") continue;
      const MinimumFacts facts = minimum_facts(design, lanes[c].model, results[c].theta);
      CHECK(facts.least_eigenvalue == doctest::Approx(testing::eigenvalues(h)[0]).epsilon(1e-9));
      CHECK(facts.convexity == Convexity::strongly);
    }
  }
}

TEST_CASE("reference: at the minimum of other losses, what pulls a weight is its own λ") {
  for (const char* model : {"logistic", "softmax"}) {
    const auto design = testing::toy_design<double>(Seed{32}, model, 300, kFeatures);
    const std::vector<double> l2 = {1e-4, 10, 0.1, 1e-2, 1e3, 1};
    auto own = with_ridges(testing::lane(model, "exact", 0, 0, 0, 100), l2), none = own;
    const LaneResult r = train_all(design, {own})[0];
    CHECK(r.end == LaneEnd::converged);
    CHECK(objective_at(design, own.model, {{r.theta}})[0].gradient_norm <= 1e-9);
    // J differs from that without penalty by Σ (λ_j/2) w².
    for (PenaltyGroup& group : none.model.l2_groups) group.l2 = 0;
    double penalty = 0;
    const std::size_t outputs = std::string(model) == "softmax" ? 3 : 1;
    for (std::size_t p = 0; p < outputs * kFeatures; ++p) penalty += l2[p % kFeatures] / 2 * r.theta[p] * r.theta[p];
    CHECK(objective_at(design, own.model, {{r.theta}})[0].value ==
          doctest::Approx(objective_at(design, none.model, {{r.theta}})[0].value + penalty).epsilon(1e-13));
  }
}

TEST_CASE_TEMPLATE("property: groups of one λ have the bits of that λ, with every rule, dense and sparse", T, double,
                   float) {
  std::size_t turn = 0;
  for (const std::string_view model : {"linear", "softmax", "mlp"})
    for (const bool sparse : {false, true}) {
      const std::size_t features = sparse ? 60 : kFeatures;
      ++turn;
      const auto design = sparse ? testing::sparse_toy_design<T>(Seed{33}, model, 200, features)
                                 : testing::toy_design<T>(Seed{33}, model, 200, features);
      for (std::size_t rule = 0; rule < update::rules().size(); ++rule) {
        if (testing::left_out(rule + turn)) continue;
        auto lanes = testing::varied_lanes(40, model, rule, 1, sparse ? 2 : 16, 2);
        for (LaneConfig& c : lanes)
          if (sparse) c.training.clip_norm = c.model.l1 = 0;  // or no step would wait
        if (sparse && model != "mlp") REQUIRE(Deferred<T>::pays(design.train, features, 2, lane_stride<T>(40)));
        std::vector<LaneConfig> grouped;
        for (const LaneConfig& c : lanes) grouped.push_back(with_ridges(c, std::vector<double>(features, c.model.l2)));
        CAPTURE(model);
        CAPTURE(update::rules()[rule].info.name);
        const auto a = train_all(design, lanes), b = train_all(design, grouped);
        for (std::size_t i = 0; i < lanes.size(); ++i) CHECK(testing::difference(a[i], b[i]) == "");
      }
    }
}

TEST_CASE("property: lanes with groups do not notice their neighbours', and sparse rows have the bits of dense ones") {
  for (const std::string_view model : {"linear", "softmax"}) {
    const auto sparse = testing::sparse_toy_design<double>(Seed{34}, model, 200, 60);
    const auto dense = testing::sparse_toy_design<double>(Seed{34}, model, 200, 60, true);
    for (const std::size_t rule : {0u, 2u, 5u}) {
      auto lanes = testing::varied_lanes(40, model, rule, 1, 2, 2);
      for (std::size_t i = 0; i < lanes.size(); ++i) {
        lanes[i].training.clip_norm = lanes[i].model.l1 = 0;
        std::vector<double> l2;
        for (std::size_t j = 0; j < 50; ++j) l2.push_back(0.001 * static_cast<double>((i * 31 + j * 7) % 23));
        lanes[i] = with_ridges(lanes[i], l2);  // ten features have the common λ
      }
      const auto together = train_all(sparse, lanes), other = train_all(dense, lanes);
      for (std::size_t i = 0; i < lanes.size(); ++i) {
        CHECK(testing::difference(together[i], other[i]) == "");
        if (i % 13 == 0) CHECK(testing::difference(together[i], train_all(dense, {lanes[i]})[0]) == "");
      }
      CHECK(together[0].theta != together[1].theta);
    }
  }
}

TEST_CASE("closed form: in hidden layers a group's λ is that of its inputs, the common one that of the layers behind") {
  // One step of gd from the start: the difference that a λ makes is −γλw.
  const auto design = testing::toy_design<double>(Seed{35}, "mlp", 100, kFeatures);
  const double rate = 0.01;
  LaneConfig none = testing::lane("mlp", "gd", rate, 0, 0, 1), own = none;
  own.model.l2 = 0.5;
  own.model.l2_groups = {{"some", {}, 3, {1, 4}}};
  const std::vector<double> start = train_all(design, {[&] {
                                                LaneConfig c = none;
                                                c.training.learning_rate.start = 1e-300;
                                                return c;
                                              }()})[0]
                                        .theta;
  const LaneResult a = train_all(design, {none})[0], b = train_all(design, {own})[0];
  const std::size_t units = 7, inputs = units * kFeatures, penalized = inputs + 7 * 5 + 5 * 3;
  for (std::size_t p = 0; p < a.theta.size(); ++p) {
    const bool in_group = p < inputs && (p % kFeatures == 1 || p % kFeatures == 4);
    const double l2 = p >= penalized ? 0 : in_group ? 3 : 0.5;
    CHECK(b.theta[p] - a.theta[p] == doctest::Approx(-rate * l2 * start[p]).epsilon(1e-9));
  }
}

}  // namespace holdout::train
