// Solvers against minima found in extended precision, for columns far from zero and of any size.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <holdout/train/minimum.hpp>
#include <holdout/train/trainer.hpp>

#include "support/toys.hpp"
#include "support/true_minimum.hpp"

namespace holdout::train {
namespace {

struct LossOfModel {
  const char *model, *loss;
};
constexpr LossOfModel kLosses[] = {{"linear", "squared"},    {"linear", "huber"},    {"linear", "poisson"},
                                   {"logistic", "logistic"}, {"softmax", "softmax"}, {"svm", "squared_hinge"}};

enum class Layout { dense, sparse, standardized };

/// A toy whose columns are moved by up to 10⁶ deviations and scaled by 10⁻⁶ to 10⁶. Of sparse rows the columns that
/// are far from zero have no zeros. Counts for Poisson, and numbers far from zero for the other losses of regression.
Design<double> awkward(Seed seed, const LossOfModel& of, Layout layout) {
  constexpr std::size_t kTrain = 60, kRows = 76, kFeatures = 4;
  const std::size_t classes = std::string_view(of.model) == "linear"    ? 0
                              : std::string_view(of.model) == "softmax" ? 3
                                                                        : 2;
  data::Dataset d = testing::toy(seed, classes, kRows, kFeatures);
  Stream draw = stream(seed, "awkward columns");
  for (std::size_t j = 0; j < kFeatures; ++j) {
    const double scale = std::pow(10, 12 * draw.uniform() - 6), offset = std::pow(10, 7 * draw.uniform() - 1);
    const bool thin = layout == Layout::sparse && j % 2 == 1, near = thin || draw.uniform() < 0.25;
    for (std::size_t i = 0; i < d.rows; ++i) {
      double& x = d.x[i * kFeatures + j];
      if (thin && draw.uniform() < 0.7) x = 0;
      x = (near ? x : x + (j % 4 == 0 ? offset : -offset)) * scale;
    }
  }
  const double level = std::pow(10, 4 * draw.uniform() - 1);
  for (double& y : d.y)
    if (of.loss == std::string_view("poisson"))
      y = std::floor(std::abs(y));
    else if (classes == 0)
      y = 3 * y + level;
  const data::Fold fold = testing::first_rows(kTrain, kRows);
  if (layout == Layout::standardized) return make_design<double>(d, testing::standard_scaling(d, fold.train), fold);
  return make_design<double>(layout == Layout::sparse ? testing::to_sparse(d) : d, testing::no_scaling(kFeatures),
                             fold);
}

LaneConfig config_of(const LossOfModel& of, const char* optimizer, double l2) {
  LaneConfig config = testing::lane(of.model, optimizer, 0, l2, TrainingSettings::kFullBatch, 1);
  config.model.loss.select(testing::index_of(config.model.loss.alternatives(), of.loss));
  return config;
}

LaneResult solve(const Design<double>& design, const LaneConfig& config) {
  const auto trainer = make_trainer(design, testing::metric_of(config.model.type()), std::span(&config, 1), Seed{1}, 0);
  trainer->run_to({1, {}});
  return trainer->results()[0];
}

}  // namespace

TEST_CASE("property: exact, newton and lbfgs reach the minimum of every smooth convex J, whatever the columns") {
  constexpr int kProblems = 12;
  int stalled = 0, all = 0;
  for (const LossOfModel& of : kLosses)
    for (const Layout layout : {Layout::dense, Layout::sparse, Layout::standardized})
      for (int i = 0; i < kProblems; ++i) {
        const Seed seed{1000 + static_cast<std::uint64_t>(i)};
        Stream draw = stream(seed, "awkward penalty");
        const double l2 = std::pow(10, 11 * draw.uniform() - 8);
        const Design<double> design = awkward(seed, of, layout);
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
