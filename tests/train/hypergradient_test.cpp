// Derivatives of E against differences of E itself, each from trainings of its own.
#include <holdout/train/hypergradient.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "support/toys.hpp"

namespace holdout::train {
namespace {

/// Central differences of the fourth order: Richardson's extrapolation from steps 2h and h.
double richardson(const std::function<double(double)>& f, double x, double h) {
  const auto central = [&](double step) { return (f(x + step) - f(x - step)) / (2 * step); };
  return (4 * central(h) - central(2 * h)) / 3;
}

HyperDerivatives solve(HyperSolver& solver, const LaneConfig& lane, const std::vector<std::string>& wrt,
                       double tolerance = 0) {
  return solver.solve({std::span(&lane, 1), wrt, tolerance, HyperWant::curvature})[0];
}

}  // namespace

TEST_CASE("differences: dE/dλ₂ and d²E/dλ₂² at the minimum, for every model with a gradient") {
  const std::vector<std::string> wrt = {"model.l2"};
  for (const char* model : {"linear", "logistic", "softmax"})
    for (const double l2 : {1e-4, 0.01, 1.0}) {
      CAPTURE(model);
      CAPTURE(l2);
      const auto design = testing::toy_design<double>(Seed{6}, model, 300, 5);
      LaneConfig lane = testing::lane(model, "exact", 0, l2, 0, 1);
      const auto solver = make_hyper_solver(design, testing::metric_of(model), lane.model);
      const auto at = [&](double x) {
        lane.model.l2 = x;
        return solve(*solver, lane, wrt);
      };
      const HyperDerivatives here = at(l2);
      CHECK(here.result.end == LaneEnd::converged);
      CHECK(here.value == doctest::Approx(here.result.value).epsilon(1e-10));
      const double first = richardson([&](double x) { return at(x).value; }, l2, 5e-3 * l2);
      const double second = richardson([&](double x) { return at(x).gradient[0]; }, l2, 5e-3 * l2);
      CHECK(l2 * std::abs(here.gradient[0] - first) <= 1e-6 * std::max(l2 * std::abs(first), here.value));
      CHECK(std::abs(here.gradient[0] - first) <= 1e-6 * std::abs(first));
      CHECK(std::abs(here.curvature[0] - second) <= 1e-6 * std::abs(second));
    }
}

TEST_CASE("a loose solve knows how loose it is, and starts along the tangent") {
  const std::vector<std::string> wrt = {"model.l2"};
  for (const char* model : {"logistic", "softmax"}) {
    CAPTURE(model);
    const auto design = testing::toy_design<double>(Seed{6}, model, 300, 5);
    LaneConfig lane = testing::lane(model, "exact", 0, 0.01, 0, 1);
    const auto solver = make_hyper_solver(design, testing::metric_of(model), lane.model);
    const HyperDerivatives tight = solve(*solver, lane, wrt);
    for (const double tolerance : {1e-1, 1e-2, 1e-4}) {
      const HyperDerivatives loose = solve(*solver, lane, wrt, tolerance);
      CHECK(loose.error_bound <= tolerance * tight.value);
      CHECK(std::abs(loose.value - tight.value) <= loose.error_bound);
      CHECK(loose.work.factorizations < tight.work.factorizations);
    }
    lane.model.l2 = 0.008;
    const HyperDerivatives cold = solve(*solver, lane, wrt, 1e-6);
    const std::vector<HyperStart> starts = {{tight.state, {0.01}}};
    const HyperDerivatives warm = solver->solve({std::span(&lane, 1), wrt, 1e-6, HyperWant::gradient, starts})[0];
    CHECK(warm.work.factorizations < cold.work.factorizations);
    CHECK(std::abs(warm.value - cold.value) <= warm.error_bound + cold.error_bound);
  }
}

}  // namespace holdout::train
