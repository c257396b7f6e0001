// Solvers against minima found in extended precision, for columns far from zero and of any size.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <holdout/train/minimum.hpp>
#include <holdout/train/trainer.hpp>

#include "support/awkward.hpp"
#include "support/toys.hpp"
#include "support/true_minimum.hpp"

namespace holdout::train {
namespace {

using testing::config_of;
using testing::Layout;
using testing::LossOfModel;

LaneResult solve(const Design<double>& design, const LaneConfig& config) {
  const auto trainer = make_trainer(design, testing::metric_of(config.model.type()), std::span(&config, 1), Seed{1}, 0);
  trainer->run_to({1, {}});
  return trainer->results()[0];
}

}  // namespace

TEST_CASE("property: exact, newton and lbfgs reach the minimum of every smooth convex J, whatever the columns") {
  constexpr int kProblems = 12;
  int stalled = 0, all = 0;
  for (const LossOfModel& of : testing::kSmoothLosses)
    for (const Layout layout : {Layout::dense, Layout::sparse, Layout::standardized})
      for (int i = 0; i < kProblems; ++i) {
        const Seed seed{1000 + static_cast<std::uint64_t>(i)};
        Stream draw = stream(seed, "awkward penalty");
        const double l2 = std::pow(10, 11 * draw.uniform() - 8);
        const Design<double> design = testing::awkward_design(seed, of, layout);
        const testing::TrueObjective objective(design, config_of(of, "exact", l2).model);
        const auto minimum = objective.minimum();
        const long double zero = objective.value(std::vector<double>(minimum.theta.size()));
        const long double size = std::max(std::abs(minimum.value), 1e-6L * std::abs(zero - minimum.value));
        for (const char* optimizer : {"exact", "newton", "lbfgs"}) {
          CAPTURE(of.loss);
          CAPTURE(static_cast<int>(layout));
          CAPTURE(i);
          CAPTURE(l2);
          CAPTURE(optimizer);
          const LaneConfig config = config_of(of, optimizer, l2);
          const LaneResult r = solve(design, config);
          const long double above = objective.value(r.theta) - minimum.value;
          CAPTURE(static_cast<double>(above / size));
          CAPTURE(r.epochs);
          CAPTURE(r.gradient_norm);
          ++all;
          CHECK((r.end == LaneEnd::converged || r.end == LaneEnd::stalled));
          CHECK(above >= -1e-12L * size);  // else the minimum compared with is none
          if (r.end == LaneEnd::converged) {
            CHECK(above <= 1e-9L * size);
            continue;
          }
          ++stalled;
          const double gap = minimum_facts(design, config.model, r.theta).gap;
          CHECK(static_cast<double>(above) <= gap);
        }
      }
  MESSAGE(stalled, " of ", all, " stalled");
  CHECK(stalled * 50 <= all);
}

}  // namespace holdout::train
