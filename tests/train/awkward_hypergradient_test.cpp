// Derivatives of E where columns lie far from zero and are of any size: against differences, between both ways to
// solve, and against the value of a training.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <holdout/train/hypergradient.hpp>

#include "implicit/dense.hpp"
#include "implicit/iterative.hpp"
#include "support/awkward.hpp"
#include "support/differences.hpp"

namespace holdout::train {
namespace {

using testing::Layout;

TEST_CASE("differences: dE/dλ and d²E/dλ² whatever the columns") {
  const std::vector<std::string> wrt = {"model.l2"};
  for (const testing::LossOfModel& of : testing::kSmoothLosses)
    for (const Layout layout : {Layout::dense, Layout::sparse, Layout::standardized})
      for (std::uint64_t i = 0; i < 3; ++i) {
        const std::string_view model = of.model, loss = of.loss;
        if (model == "svm" || loss == "poisson") continue;  // E is an error share; e^f of moved rows is large
        CAPTURE(of.loss);
        CAPTURE(static_cast<int>(layout));
        CAPTURE(i);
        const Design<double> design = testing::awkward_design(Seed{70 + i}, of, layout);
        const Metric& metric = testing::metric_of(model);
        LaneConfig lane = testing::config_of(of, "exact", 0.02);
        DenseHyperSolver dense(design, metric, lane.model);
        IterativeHyperSolver iterative(design, metric, lane.model);
        const auto at = [&](HyperSolver& solver, double l2) {
          lane.model.l2 = l2;
          return solver.solve({std::span(&lane, 1), wrt, 0, HyperWant::curvature})[0];
        };
        const double h = 0.02;
        const HyperDerivatives a = at(dense, h), b = at(iterative, h);
        CHECK(a.result.end == LaneEnd::converged);
        CHECK(b.result.end == LaneEnd::converged);
        CHECK(a.result.value == doctest::Approx(a.value).epsilon(1e-8));
        CHECK(b.value == doctest::Approx(a.value).epsilon(1e-8));
        CHECK(std::abs(b.gradient[0] - a.gradient[0]) * h <= 1e-7 * (std::abs(a.gradient[0]) * h + a.value));
        lane.model.l2 = h;
        const auto trainer = make_trainer(design, metric, std::span(&lane, 1), Seed{1}, 0);
        trainer->run_to({1, {}});
        CHECK(trainer->results()[0].value == doctest::Approx(a.value).epsilon(1e-8));
        if (loss == "huber") continue;  // its second derivative jumps: differences go over jumps
        const double first = testing::richardson([&](double x) { return at(dense, x).value; }, h, 5e-3 * h);
        CHECK(std::abs(a.gradient[0] - first) * h <= 1e-6 * (std::abs(first) * h + a.value));
        const double second = testing::richardson([&](double x) { return at(dense, x).gradient[0]; }, h, 5e-3 * h);
        CHECK(std::abs(a.curvature[0] - second) * h * h <= 1e-5 * (std::abs(first) * h + a.value));
      }
}

}  // namespace
}  // namespace holdout::train
