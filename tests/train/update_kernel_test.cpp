// The update kernel does in lanes what the rules do with plain doubles: same bits on every target, fused or not.
#include <doctest/doctest.h>

#include <string>

#include <holdout/train/cpu.hpp>
#include <holdout/update/stepper.hpp>

#include "kernels.hpp"
#include "support/lane_results.hpp"
#include "support/varied_lanes.hpp"

namespace holdout::train {
namespace {

constexpr std::size_t kRows = 6, kPenalized = 4, kSteps = 5;

/// Gradient of parameter r at a step.
double gradient_at(std::size_t step, std::size_t r, std::size_t lane) {
  return stream(Seed{8}, "gradient", step * kRows + r, lane).normal();
}

/// Parameters and look-ahead points after each step, one row a step.
struct Path {
  std::vector<double> theta, ahead;
};

Path in_lanes(const std::vector<LaneConfig>& lanes, std::size_t rule, std::size_t watched) {
  const std::size_t n = lanes.size();
  const RuleShape shape = rule_shape(rule);
  const std::size_t coefficients = lanes[0].training.optimizer.coefficients().size();
  LaneTable<double> theta(kRows, n), gradient(kRows, n), state(kRows * shape.states, n),
      factors(update::kMaxFactors, n), ahead(kRows, n), rate(1, n), c(coefficients, n), memory(shape.memory, n);
  for (std::size_t lane = 0; lane < n; ++lane) {
    rate.at(0, lane) = lanes[lane].training.learning_rate.start;
    for (std::size_t i = 0; i < coefficients; ++i) c.at(i, lane) = lanes[lane].training.optimizer.coefficients()[i];
  }
  const UpdatePass<double> pass{theta.row(0),   gradient.row(0), state.row(0), kRows,         kPenalized,
                                theta.stride(), rate.row(0),     c.row(0),     memory.row(0), factors.row(0)};
  Path path;
  for (std::size_t step = 0; step < kSteps; ++step) {
    for (std::size_t r = 0; r < kRows; ++r)
      for (std::size_t lane = 0; lane < n; ++lane) gradient.at(r, lane) = gradient_at(step, r, lane);
    begin_step(rule, pass);
    if (shape.looks_ahead) look_ahead(rule, pass, ahead.row(0));
    for (std::size_t r = 0; r < kRows; ++r)
      path.ahead.push_back(shape.looks_ahead ? ahead.at(r, watched) : theta.at(r, watched));
    update(rule, pass);
    for (std::size_t r = 0; r < kRows; ++r) path.theta.push_back(theta.at(r, watched));
  }
  return path;
}

Path plain(const LaneConfig& config, std::size_t lane) {
  update::Stepper stepper(config.training.optimizer.rule_choice(), kRows, kPenalized);
  const double rate = config.training.learning_rate.start;
  std::vector<double> theta(kRows), gradient(kRows);
  Path path;
  for (std::size_t step = 0; step < kSteps; ++step) {
    for (std::size_t r = 0; r < kRows; ++r) gradient[r] = gradient_at(step, r, lane);
    const auto ahead = stepper.look_ahead(theta, rate);
    path.ahead.insert(path.ahead.end(), ahead.begin(), ahead.end());
    stepper.step(theta, gradient, rate);
    path.theta.insert(path.theta.end(), theta.begin(), theta.end());
  }
  return path;
}

// Seen failing with an unfused mul_add in lanes-inl.hpp for the baseline.
TEST_CASE("property: update kernels of every target = the rules with plain doubles, to the last bit") {
  for (std::size_t rule = 0; rule < update::rules().size(); ++rule)
    for (const std::size_t n : {3u, 21u}) {
      const auto lanes = testing::varied_lanes(n, "linear", rule, 1, 32, 1);
      for (const std::size_t lane : {std::size_t{0}, n - 1})
        for (const std::int64_t target : simd_targets()) {
          force_simd_target(target);
          CAPTURE(std::string(simd_target()));
          CAPTURE(update::rules()[rule].info.name);
          const Path a = in_lanes(lanes, rule, lane), b = plain(lanes[lane], lane);
          force_simd_target(0);
          for (std::size_t i = 0; i < a.theta.size(); ++i) {
            CHECK(testing::same_bits(a.theta[i], b.theta[i]));
            CHECK(testing::same_bits(a.ahead[i], b.ahead[i]));
          }
          CHECK(a.theta[kRows - 1] != 0);
        }
    }
}

}  // namespace
}  // namespace holdout::train
