// What lanes share when they are solved exactly, side by side: passes over the rows, and nothing that shows.
#include <holdout/train/hypergradient.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "implicit/dense.hpp"
#include "support/lane_results.hpp"
#include "support/toys.hpp"

namespace holdout::train {
namespace {

constexpr double kExact = 1e-10;

// Some lanes of one penalty, in decades.
std::vector<LaneConfig> lanes_of(const char* model, std::size_t count, bool l1) {
  std::vector<LaneConfig> lanes;
  for (std::size_t i = 0; i < count; ++i) {
    const double penalty = std::pow(10.0, -4 + 0.4 * static_cast<double>(i));
    lanes.push_back(testing::lane(model, "exact", 0, l1 ? 0 : penalty, 0, 1));
    if (l1) lanes.back().model.l1 = penalty / 10;
  }
  return lanes;
}

void check_same(const HyperDerivatives& a, const HyperDerivatives& b) {
  CHECK(testing::same_bits(a.value, b.value));
  CHECK(testing::same_bits(a.error_bound, b.error_bound));
  CHECK(testing::same_bits(a.gradient[0], b.gradient[0]));
  REQUIRE(a.state.size() == b.state.size());
  for (std::size_t p = 0; p < a.state.size(); ++p) CHECK(testing::same_bits(a.state[p], b.state[p]));
  CHECK(a.work.passes == b.work.passes);
  CHECK(a.work.products == b.work.products);
}

}  // namespace

TEST_CASE("shared passes: any number of lanes gives each what it gets alone, once more the same") {
  for (const char* model : {"linear", "logistic", "softmax"})
    for (const bool l1 : {false, true}) {
      CAPTURE(model);
      CAPTURE(l1);
      const auto design = testing::toy_design<double>(Seed{6}, model, 300, 5);
      const std::vector<LaneConfig> lanes = lanes_of(model, 11, l1);
      const std::vector<std::string> wrt = {l1 ? "model.l1" : "model.l2"};
      std::vector<HyperDerivatives> alone;
      for (const LaneConfig& lane : lanes)
        alone.push_back(DenseHyperSolver(design, testing::metric_of(model), lane.model)
                            .solve({std::span(&lane, 1), wrt, kExact, HyperWant::gradient})[0]);
      DenseHyperSolver solver(design, testing::metric_of(model), lanes[0].model);
      for (const std::size_t count : {2, 3, 5, 11, 11}) {
        CAPTURE(count);
        const auto solved = solver.solve({std::span(lanes.data(), count), wrt, kExact, HyperWant::gradient});
        for (std::size_t i = 0; i < count; ++i) check_same(solved[i], alone[i]);
      }
    }
}

TEST_CASE(
    "shared passes: derivatives and tangents of adjoint and tangent solved together are those of factored Hessians") {
  for (const char* model : {"logistic", "softmax"}) {
    CAPTURE(model);
    const auto design = testing::toy_design<double>(Seed{6}, model, 300, 5);
    const std::vector<LaneConfig> lanes = lanes_of(model, 7, false);
    const std::vector<std::string> wrt = {"model.l2"};
    DenseHyperSolver solver(design, testing::metric_of(model), lanes[0].model);
    const auto together = solver.solve({lanes, wrt, kExact, HyperWant::gradient});
    const auto factored = solver.solve({lanes, wrt, kExact, HyperWant::curvature});
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      CAPTURE(i);
      CHECK(together[i].value == doctest::Approx(factored[i].value).epsilon(1e-10));
      CHECK(together[i].gradient[0] == doctest::Approx(factored[i].gradient[0]).epsilon(1e-8));
      REQUIRE(together[i].state.size() == factored[i].state.size());
      double off = 0, size = 0;
      for (std::size_t p = together[i].state.size() / 2; p < together[i].state.size(); ++p) {
        off += std::pow(together[i].state[p] - factored[i].state[p], 2);
        size += std::pow(factored[i].state[p], 2);
      }
      CHECK(off <= 1e-8 * size);
    }
  }
}

}  // namespace holdout::train
