#include "threshold.hpp"

#include <algorithm>
#include <cmath>

#include "objective.hpp"

namespace holdout::study {
namespace {

/// visit(design of that fold), in the precision that trained it.
template <class Visit>
void with_design(const Designs& designs, const train::LaneConfig& config, std::size_t fold, Visit visit) {
  if (config.training.in_float32())
    visit(designs.get<float>(fold, DesignKey(config)));
  else
    visit(designs.get<double>(fold, DesignKey(config)));
}

bool all_finite(std::span<const train::LaneResult> folds) {
  return std::all_of(folds.begin(), folds.end(), [](const train::LaneResult& fold) {
    return std::all_of(fold.theta.begin(), fold.theta.end(), [](double x) { return std::isfinite(x); });
  });
}

}  // namespace

PooledPredictions pooled_predictions(const Designs& designs, const train::LaneConfig& config,
                                     std::span<const train::LaneResult> folds) {
  PooledPredictions all;
  for (std::size_t k = 0; k < folds.size(); ++k)
    with_design(designs, config, k, [&](const auto& design) {
      const std::vector<double> scores = train::holdout_scores(design, config.model, folds[k].theta);
      const auto& rows = design.holdout;
      all.outputs = scores.size() / rows.n;
      all.scores.insert(all.scores.end(), scores.begin(), scores.end());
      all.y.insert(all.y.end(), rows.target.begin(), rows.target.end());
      all.weights.insert(all.weights.end(), rows.weights.begin(), rows.weights.end());
    });
  return all;
}

std::optional<double> tuned_threshold(const Designs& designs, const train::LaneConfig& config,
                                      const train::Metric& metric, std::span<const train::LaneResult> folds) {
  if (!metric.options.tune_threshold || !all_finite(folds)) return {};
  return best_threshold(metric, pooled_predictions(designs, config, folds).predictions());
}

Metrics metrics_at(double threshold, const Designs& designs, const train::LaneConfig& config,
                   const train::Metric& metric, std::size_t fold, const train::LaneResult& trained) {
  Metrics all;
  with_design(designs, config, fold, [&](const auto& design) {
    const std::vector<double> scores = train::holdout_scores(design, config.model, trained.theta);
    const auto& rows = design.holdout;
    all = measure_all(metric, design.classes, train::losses()[config.model.loss_for(design.classes)].link,
                      {scores, scores.size() / rows.n, rows.target, rows.weights, threshold});
  });
  return all;
}

std::optional<Outcome> combine(std::span<const train::LaneResult> folds, const train::Metric& metric,
                               const Designs& designs, const train::LaneConfig& config) {
  std::optional<Outcome> outcome = combine(folds, metric);
  if (!outcome || !outcome->reason.empty() || folds.size() == 1) return outcome;
  const std::optional<double> threshold = tuned_threshold(designs, config, metric, folds);
  if (!threshold) return outcome;
  std::vector<train::LaneResult> decided(folds.begin(), folds.end());
  const std::string label = metric.label();
  for (std::size_t k = 0; k < folds.size(); ++k) {
    decided[k].metrics = metrics_at(*threshold, designs, config, metric, k, folds[k]);
    for (const auto& [name, value] : decided[k].metrics)
      if (name == label) decided[k].value = value;
  }
  return combine(decided, metric);
}

}  // namespace holdout::study
