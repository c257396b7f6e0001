// training.clip_norm: gradients that are too long are shortened, those of all parameters of a lane together.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include "support/lane_results.hpp"
#include "support/ridge.hpp"
#include "support/toys.hpp"
#include "support/varied_lanes.hpp"

namespace holdout::train {
namespace {

using testing::difference;
using testing::lane;
using testing::toy_design;
using testing::train_lanes;
using testing::with_ones;

constexpr std::int64_t kFull = TrainingSettings::kFullBatch;

LaneConfig clipped(LaneConfig config, double clip_norm) {
  config.training.clip_norm = clip_norm;
  return config;
}

/// Gradient descent on ridge regression, as Pascanu, Mikolov, Bengio (ICML 2013, algorithm 1) clip it.
struct Reference {
  Eigen::VectorXd theta;
  std::vector<double> norms;  // of each step's gradient, before clipping
};
Reference reference(const Design<double>& design, const TrainingSettings& settings, double l2) {
  const Eigen::MatrixXd x = with_ones(design.train, design.features);
  const std::size_t rows = design.train.n,
                    batch = settings.batch_size == kFull ? rows : std::size_t(settings.batch_size);
  Reference out{Eigen::VectorXd::Zero(x.cols()), {}};
  for (std::int64_t epoch = 0; epoch < settings.epochs; ++epoch) {
    const auto order = stream(Seed{3}, "shuffle", 0, std::uint64_t(epoch)).permutation(std::uint32_t(rows));
    for (std::size_t first = 0; first < rows; first += batch) {
      const std::size_t n = std::min(batch, rows - first);
      Eigen::VectorXd g = Eigen::VectorXd::Zero(x.cols());
      for (std::size_t i = first; i < first + n; ++i) {
        const Eigen::VectorXd row = x.row(order[i]);
        g += (row.dot(out.theta) - design.train.y[order[i]]) * row / double(n);
      }
      g.head(x.cols() - 1) += l2 * out.theta.head(x.cols() - 1);
      out.norms.push_back(g.norm());
      if (settings.clip_norm > 0 && g.norm() > settings.clip_norm) g *= settings.clip_norm / g.norm();
      out.theta -= settings.learning_rate.start * g;
    }
  }
  return out;
}

TEST_CASE("closed form: steps with clipping, by batches and in full, some clipped and some not") {
  const auto design = toy_design<double>(Seed{1}, "linear", 23, 3);
  for (const auto& [batch, middle] : {std::pair<std::int64_t, double>{5, 1.0}, {kFull, 1.7}})
    for (const double clip : {0.0, 0.05, middle, 1e6}) {
      CAPTURE(batch);
      CAPTURE(clip);
      const LaneConfig config = clipped(lane("linear", "gd", 0.1, 0.3, batch, 6), clip);
      const LaneResult r = train_lanes(design, {config}, {0})[0];
      const Reference expected = reference(design, config.training, 0.3);
      for (std::size_t j = 0; j < 4; ++j)
        CHECK(r.theta[j] == doctest::Approx(expected.theta[Eigen::Index(j)]).epsilon(1e-12));
      const auto over = std::count_if(expected.norms.begin(), expected.norms.end(), [&](double n) { return n > clip; });
      if (clip == 0.05) CHECK(over == std::ssize(expected.norms));
      if (clip == middle) CHECK((over > 0 && over < std::ssize(expected.norms)));
      // What is reported, and what stops a training, is the gradient as it is.
      if (batch == kFull)
        CHECK(r.gradient_norm == doctest::Approx(expected.norms.back() / expected.norms.front()).epsilon(1e-12));
    }
}

// Without clipping the first step is 1e9 long.
TEST_CASE_TEMPLATE("closed form: a huge first gradient makes a step of length γ · clip_norm", T, double, float) {
  auto dataset = testing::toy(Seed{5}, 0, 40, 4);
  for (double& y : dataset.y) y *= 1e10;
  const auto design = make_design<T>(dataset, testing::no_scaling(4), testing::first_rows(30, 40));
  for (const std::int64_t batch : {std::int64_t{30}, std::int64_t{29}}) {  // full, and of two batches the second
    const LaneConfig config = clipped(lane("linear", "gd", 0.1, 0.3, batch, 1), 2.5);
    const LaneResult r = train_lanes(design, {config}, {0})[0];
    double length = 0;
    for (const double x : r.theta) length += x * x;
    CHECK(r.end == LaneEnd::epochs);
    if (batch == 30)
      CHECK(std::sqrt(length) == doctest::Approx(0.25).epsilon(std::is_same_v<T, float> ? 1e-6 : 1e-14));
    else
      CHECK(std::sqrt(length) <= 0.5 * (1 + 1e-6));
    CHECK(std::abs(train_lanes(design, {clipped(config, 0)}, {0})[0].theta[0]) > 1e8);
  }
}

TEST_CASE_TEMPLATE(
    "property: lanes with and without clipping in one cohort; what is never clipped has the bits of no clip_norm", T,
    double, float) {
  for (const std::int64_t batch : {std::int64_t{32}, kFull})
    for (std::size_t rule = 0; rule < update::rules().size(); ++rule) {
      CAPTURE(update::rules()[rule].info.name);
      const auto design = toy_design<T>(Seed{4}, "logistic", 100, 5);
      auto lanes = testing::varied_lanes(20, "logistic", rule, 1, batch, 4);
      std::vector<std::size_t> all;
      for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i].training.clip_norm = 0, all.push_back(i);
      const auto off = train_lanes(design, lanes, all);
      for (std::size_t i = 0; i < lanes.size(); ++i)
        lanes[i].training.clip_norm = i % 3 == 0 ? 1e-3 : i % 3 == 1 ? 0 : 1e9;
      const auto some = train_lanes(design, lanes, all);
      for (std::size_t i = 0; i < lanes.size(); ++i) {
        if (i % 3 != 0)
          CHECK(difference(some[i], off[i]) == "");
        else
          CHECK(difference(some[i], train_lanes(design, lanes, {i})[0]) == "");
      }
      // Gradients that are all shortened, and by much the same factor, have the same signs.
      if (update::rules()[rule].info.name != "lion") CHECK(some[0].theta != off[0].theta);
    }
}

TEST_CASE("clipping keeps a training with too large a step size from diverging") {
  const auto design = toy_design<double>(Seed{2}, "linear", 60, 4);
  const LaneConfig config = lane("linear", "gd", 5, 0, kFull, 200);
  const std::vector<LaneConfig> lanes{config, clipped(config, 0.01)};
  const auto results = train_lanes(design, lanes, {0, 1});
  CHECK(results[0].end == LaneEnd::diverged);
  CHECK(results[1].end == LaneEnd::epochs);
}

// Its squares overflow: a factor of 0 would leave θ where it is and call that a training.
TEST_CASE("a gradient whose norm is no number ends its lane as diverged, and no other") {
  auto dataset = testing::toy(Seed{5}, 2, 40, 2);
  for (std::size_t i = 0; i < dataset.rows; ++i) dataset.x[2 * i] *= 1e200;
  const auto design = make_design<double>(dataset, testing::no_scaling(2), testing::first_rows(30, 40));
  const LaneConfig config = clipped(lane("logistic", "gd", 0.1, 0, kFull, 3), 1);
  CHECK(train_lanes(design, {config}, {0})[0].end == LaneEnd::diverged);
}

}  // namespace
}  // namespace holdout::train
