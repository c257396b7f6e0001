// Whenever an interrupt strikes, an answer is whole, to the last bit, or its end says that it was interrupted.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include <holdout/train/hypergradient.hpp>
#include <holdout/train/leave_one_out.hpp>

#include "implicit/dense.hpp"
#include "implicit/iterative.hpp"
#include "support/lane_results.hpp"
#include "support/toys.hpp"

namespace holdout::train {
namespace {

constexpr std::int64_t kMoments = 40;

// Calls strike() from a thread of its own after so many yields, while solve() works. @return how many there were until
// its end
template <class Solve, class Strike>
std::int64_t beside(const Solve& solve, std::int64_t yields, const Strike& strike) {
  std::atomic<bool> begun = false, ended = false;
  std::int64_t counted = 0;
  std::thread other([&] {
    while (!begun) std::this_thread::yield();
    for (; counted < yields && !ended; ++counted) std::this_thread::yield();
    strike();
  });
  begun = true;
  solve();
  ended = true;
  other.join();
  return counted;
}

// Calls solve(interrupt) again and again, and strikes later and later: at once, after a part of what it takes, at the
// end.
template <class Solve, class Check>
void at_any_moment(const Solve& solve, const Check& check) {
  const std::atomic<bool> never = false;
  auto whole = solve(&never);
  const std::int64_t most = std::numeric_limits<std::int64_t>::max(),
                     all = beside([&] { whole = solve(&never); }, most, [] {});
  int struck = 0;
  for (std::int64_t moment = 0; moment <= kMoments; ++moment) {
    CAPTURE(moment);
    std::atomic<bool> interrupt = moment == 0;
    auto now = whole;
    beside([&] { now = solve(&interrupt); }, all * moment / kMoments, [&] { interrupt = true; });
    REQUIRE(now.size() == whole.size());
    for (std::size_t lane = 0; lane < now.size(); ++lane) struck += check(now[lane], whole[lane]);
  }
  CHECK(struck > 0);
}

// @return whether it was interrupted
bool check_result(const LaneResult& now, const LaneResult& whole) {
  if (now.end == LaneEnd::interrupted) return true;
  CHECK(testing::difference(now, whole) == "");
  return false;
}

bool check_derivatives(const HyperDerivatives& now, const HyperDerivatives& whole) {
  if (now.result.end == LaneEnd::interrupted) return true;
  CHECK(testing::difference(now.result, whole.result) == "");
  CHECK(testing::same_bits(now.value, whole.value));
  REQUIRE(now.gradient.size() == whole.gradient.size());
  for (std::size_t h = 0; h < whole.gradient.size(); ++h) CHECK(testing::same_bits(now.gradient[h], whole.gradient[h]));
  REQUIRE(now.curvature.size() == whole.curvature.size());
  for (std::size_t h = 0; h < whole.curvature.size(); ++h)
    CHECK(testing::same_bits(now.curvature[h], whole.curvature[h]));
  return false;
}

void check_solver(const std::function<std::unique_ptr<HyperSolver>()>& make, const std::vector<LaneConfig>& lanes) {
  const std::vector<std::string> wrt = {"model.l2"};
  at_any_moment(
      [&](const std::atomic<bool>* interrupt) {
        return make()->solve({lanes, wrt, 0, HyperWant::curvature, {}, interrupt});
      },
      check_derivatives);
}

std::vector<LaneConfig> lanes_of(const char* model, const char* rule, std::int64_t batch, std::int64_t epochs) {
  std::vector<LaneConfig> lanes;
  for (const double l2 : {1e-4, 0.01, 1.0}) lanes.push_back(testing::lane(model, rule, 0.02, l2, batch, epochs));
  return lanes;
}

}  // namespace

TEST_CASE("property: interrupted at any moment, derivatives through the steps are whole or interrupted") {
  for (const std::int64_t batch : {std::int64_t{16}, TrainingSettings::kFullBatch}) {
    CAPTURE(batch);
    const auto design = testing::toy_design<double>(Seed{6}, "logistic", 300, 5);
    const auto lanes = lanes_of("logistic", "adam", batch, 60);
    const std::vector<std::string> wrt = {"model.l2", "training.learning_rate.start"};
    at_any_moment(
        [&](const std::atomic<bool>* interrupt) {
          return forward_derivatives(design, testing::metric_of("logistic"), lanes, wrt, Seed{3}, 0, {}, interrupt);
        },
        check_derivatives);
  }
}

TEST_CASE("property: interrupted at any moment, derivatives at a minimum are whole or interrupted") {
  const auto design = testing::toy_design<double>(Seed{6}, "softmax", 400, 6);
  const Metric& metric = testing::metric_of("softmax");
  auto lanes = lanes_of("softmax", "exact", 0, 1);
  SUBCASE("by a factored Hessian") {
    check_solver([&] { return std::make_unique<DenseHyperSolver>(design, metric, lanes[0].model); }, lanes);
  }
  SUBCASE("by a factored Hessian, with l1") {
    for (LaneConfig& lane : lanes) lane.model.l1 = 0.01;
    check_solver([&] { return std::make_unique<DenseHyperSolver>(design, metric, lanes[0].model); }, lanes);
  }
  SUBCASE("by products with the Hessian") {
    const auto solve = [&](const std::atomic<bool>* interrupt) {
      const std::vector<std::string> wrt = {"model.l2"};
      return IterativeHyperSolver(design, metric, lanes[0].model)
          .solve({lanes, wrt, 1e-7, HyperWant::gradient, {}, interrupt});
    };
    at_any_moment(solve, check_derivatives);
  }
}

TEST_CASE("property: interrupted at any moment, derivatives of leave-one-out are whole or interrupted") {
  const auto made = testing::toy(Seed{4}, 0, 300, 8);
  data::RowList rows;
  for (std::uint32_t i = 0; i < 300; ++i) rows.push_back(i);
  const auto design = make_leave_one_out_design(made, testing::no_scaling(8), rows);
  const auto lanes = lanes_of("linear", "exact", 0, 1);
  check_solver([&] { return make_hyper_solver(design, testing::metric_of("linear"), lanes[0].model); }, lanes);
}

TEST_CASE("property: interrupted at any moment, trainings are whole or interrupted: rules, several starts, solvers") {
  const auto check = [](const char* model, const std::vector<LaneConfig>& lanes) {
    const auto design = testing::toy_design<double>(Seed{6}, model, 300, 5);
    at_any_moment(
        [&](const std::atomic<bool>* interrupt) {
          const auto trainer = make_trainer(design, testing::metric_of(model), lanes, Seed{3}, 0);
          trainer->run_to({lanes[0].training.epochs, {}}, interrupt);
          return trainer->results();
        },
        check_result);
  };
  SUBCASE("a rule") { check("logistic", lanes_of("logistic", "adam", 16, 12)); }
  SUBCASE("several starts") {
    auto lanes = lanes_of("mlp", "momentum", 32, 6);
    for (LaneConfig& lane : lanes) lane.training.starts = 3;
    check("mlp", lanes);
  }
  for (const char* solver : {"exact", "newton", "lbfgs"})
    for (const char* model : {"linear", "logistic"}) SUBCASE((std::string(solver) + " of " + model).c_str()) {
        check(model, lanes_of(model, solver, 0, 1));
      }
}

}  // namespace holdout::train
