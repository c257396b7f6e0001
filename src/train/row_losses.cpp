#include <holdout/train/row_losses.hpp>

#include <cmath>

#include "models.hpp"
#include "objective.hpp"

namespace holdout::train {

double value_of_mean_loss(const Metric& metric, double mean) {
  if (metric.maximize) return -mean;
  return metric.root_of_mean ? std::sqrt(mean) : mean;
}

std::vector<double> row_losses(const Metric& metric, const Predictions& predictions) {
  std::vector<double> losses = metric.terms(predictions, metric.options);
  if (metric.maximize)
    for (double& x : losses) x = -x;
  return losses;
}

bool has_row_losses(const Metric& metric) { return metric.terms && !metric.options.tune_threshold; }

template <class T>
void for_each_row_losses(const Design<T>& design, const Metric& metric, std::span<const LaneConfig> lanes,
                         std::span<const std::span<const double>> theta,
                         const std::function<void(std::size_t model, std::span<const double> losses)>& each) {
  const auto tell = [&](std::size_t i, std::span<const double> scores, std::size_t outputs) {
    each(i, row_losses(metric, {scores, outputs, design.holdout.target, design.holdout.weights}));
  };
  if (design.leave_one_out) {
    for (std::size_t i = 0; i < lanes.size(); ++i) tell(i, design.leave_one_out->scores(lanes[i].model.ridge()), 1);
    return;
  }
  const auto model = make_model<T>(lanes[0].model, design.features, design.classes);
  const Link link = losses()[lanes[0].model.loss_for(design.classes)].link;
  LaneTable<T> table(model->parameters(), lanes.size());
  for (std::size_t i = 0; i < lanes.size(); ++i)
    for (std::size_t r = 0; r < table.rows(); ++r) table.at(r, i) = static_cast<T>(theta[i][r]);
  std::vector<std::vector<double>> memory;
  for_each_scores(*model, design.holdout, design.features, table, memory, [&](std::size_t i, std::span<double> scores) {
    apply_link(link, scores);
    design.holdout.transform.invert(scores);
    tell(i, scores, model->outputs());
  });
}

template void for_each_row_losses(const Design<float>&, const Metric&, std::span<const LaneConfig>,
                                  std::span<const std::span<const double>>,
                                  const std::function<void(std::size_t, std::span<const double>)>&);
template void for_each_row_losses(const Design<double>&, const Metric&, std::span<const LaneConfig>,
                                  std::span<const std::span<const double>>,
                                  const std::function<void(std::size_t, std::span<const double>)>&);

}  // namespace holdout::train
