#include <holdout/train/objective_at.hpp>

#include <algorithm>
#include <cmath>

#include "models.hpp"
#include "objective.hpp"
#include "ridge_table.hpp"
#include "weights.hpp"

namespace holdout::train {
namespace {

// What l1 adds to a partial derivative g at w: ±λ, and at a kink as much as shortens the subgradient.
double with_l1(double g, double w, double l1) {
  if (w != 0) return g + std::copysign(l1, w);
  return std::copysign(std::max(std::abs(g) - l1, 0.0), g);
}

}  // namespace

std::vector<ObjectiveValue> objective_at(const Design<double>& design, const ModelSettings& settings,
                                         std::span<const std::vector<double>> thetas) {
  constexpr std::size_t kLanes = 64;  // at once: what a cohort has
  const auto model = make_model<double>(settings, design.features, design.classes);
  LossSum<double> loss(*model, settings.loss.loss(), design.train, design.features,
                       row_weights(design.train, design.classes, settings),
                       moments_for(design, *model, settings.loss.loss()));
  const Ridges ridges = settings.ridges(design.features);
  const LaneTable<double> l2 = ridge_table<double>(std::span(&ridges, 1));
  const double l1 = settings.lasso();
  std::vector<ObjectiveValue> out;
  std::vector<double> losses;
  for (std::size_t first = 0; first < thetas.size(); first += kLanes) {
    const std::size_t lanes = std::min(kLanes, thetas.size() - first);
    LaneTable<double> theta(model->parameters(), lanes), gradient(model->parameters(), lanes), coefficients(1, lanes);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      coefficients.at(0, lane) = settings.loss.coefficient();
      for (std::size_t r = 0; r < theta.rows(); ++r) theta.at(r, lane) = thetas[first + lane][r];
    }
    loss.set_coefficients(coefficients.row(0));
    loss.mean(theta, {nullptr, design.train.n, 0}, gradient, &losses);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      double penalty = 0, squares = 0;
      for (std::size_t r = 0; r < theta.rows(); ++r) {
        const bool penalized = r < model->penalized();
        const double ridge = penalized ? l2.at(ridge_row(*model, l2, r), 0) : 0;
        const double w = theta.at(r, lane), g = gradient.at(r, lane);
        if (penalized) penalty += ridge / 2 * w * w + l1 * std::abs(w);
        const double slope = penalized ? with_l1(g + ridge * w, w, l1) : g;
        squares += slope * slope;
      }
      out.push_back({losses[lane] + penalty, std::sqrt(squares)});
    }
  }
  return out;
}

}  // namespace holdout::train
