// Tries to break what is proved about the minimum: trainings that ended anywhere, against minima found in extended
// precision. Seen failing: with the intercept taken as it is in the place of the best one (minimum_bound.cpp), 188 of
// 1 224 checks failed.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <holdout/train/minimum.hpp>
#include <holdout/train/trainer.hpp>

#include "support/awkward.hpp"
#include "support/true_minimum.hpp"

namespace holdout::train {
namespace {

using testing::Layout;
using testing::LossOfModel;

// Parameters after some training: an update rule for some epochs, a solver that stops early, or the minimum with some
// of its parameters moved.
std::vector<double> somewhere(const Design<double>& design, const LossOfModel& of, double l2, Stream& draw) {
  const char* const optimizers[] = {"gd", "nesterov", "adam", "rmsprop", "exact", "newton", "lbfgs"};
  const auto which = static_cast<std::size_t>(draw.uniform() * 7);
  LaneConfig config = testing::config_of(of, optimizers[which], l2);
  config.training.learning_rate.start = std::pow(10, 4 * draw.uniform() - 3);
  config.training.epochs = 1 + static_cast<std::int64_t>(30 * draw.uniform());
  if (which >= 4 && draw.uniform() < 0.5) config.training.stop.gradient_norm = std::pow(10, -8 * draw.uniform());
  const auto trainer = make_trainer(design, testing::metric_of(of.model), std::span(&config, 1), Seed{1}, 0);
  trainer->run_to({config.training.epochs, {}});
  std::vector<double> theta = trainer->results()[0].theta;
  const double moved = draw.uniform(), size = std::pow(10, 14 * draw.uniform() - 12);
  const std::size_t intercepts = design.classes > 2 ? design.classes : 1;
  for (std::size_t p = 0; p < theta.size(); ++p) {
    const bool intercept = p + intercepts >= theta.size();
    if (moved < 0.25 ? intercept : moved < 0.5 ? !intercept : moved < 0.6)
      theta[p] += size * draw.normal() * std::max(std::abs(theta[p]), 1e-3);
  }
  return theta;
}

struct Claims {
  int made = 0, close = 0;  // close: not more than a hundred times the truth
};

void try_to_break(const Design<double>& design, const LossOfModel& of, double l2, Stream& draw, Claims& claims) {
  constexpr int kPoints = 3;
  const LaneConfig config = testing::config_of(of, "exact", l2);
  const testing::TrueObjective objective(design, config.model);
  const auto minimum = objective.minimum();
  const std::size_t weights = minimum.theta.size() - (design.classes > 2 ? design.classes : 1);
  for (int i = 0; i < kPoints; ++i) {
    const std::vector<double> theta = somewhere(design, of, l2, draw);
    if (!std::all_of(theta.begin(), theta.end(), [](double x) { return std::isfinite(x); })) continue;
    const MinimumFacts facts = minimum_facts(design, config.model, theta);
    long double squares = 0;
    for (std::size_t p = 0; p < weights; ++p) squares += (theta[p] - minimum.theta[p]) * (theta[p] - minimum.theta[p]);
    const auto away = static_cast<double>(std::sqrt(squares) - minimum.error);
    const auto above = static_cast<double>(objective.value(theta) - minimum.value);
    const double digits = 1e-15 * static_cast<double>(std::abs(objective.value(theta))) + 1e-17;
    CAPTURE(i);
    CAPTURE(facts.distance);
    CAPTURE(away);
    CAPTURE(facts.gap);
    CAPTURE(above);
    if (std::isnan(facts.distance)) continue;
    ++claims.made, claims.close += facts.distance <= 100 * away || facts.distance <= 1e-9;
    CHECK(away <= facts.distance);
    CHECK(above - digits <= facts.gap);
  }
}

}  // namespace

TEST_CASE("property: no claim about the minimum is false, wherever a training ended") {
  constexpr int kProblems = 12;
  Claims claims;
  for (const LossOfModel& of : testing::kSmoothLosses)
    for (const Layout layout : {Layout::dense, Layout::sparse, Layout::standardized})
      for (int i = 0; i < kProblems; ++i) {
        const Seed seed{5000 + static_cast<std::uint64_t>(i)};
        Stream draw = stream(seed, "somewhere", static_cast<std::uint64_t>(layout));
        CAPTURE(of.loss);
        CAPTURE(static_cast<int>(layout));
        CAPTURE(i);
        const double l2 = std::pow(10, 11 * draw.uniform() - 8);
        CAPTURE(l2);
        try_to_break(testing::awkward_design(seed, of, layout), of, l2, draw, claims);
      }
  CAPTURE(claims.close);
  CHECK(claims.made >= 500);  // of 648: it is easy to claim nothing
  CHECK(4 * claims.close >= claims.made);
}

}  // namespace holdout::train
