#include "holdout_slopes.hpp"

#include "weights.hpp"

namespace holdout::train {

HoldoutSlopes::HoldoutSlopes(const Design<double>& design, const Metric& metric, const Model<double>& model)
    : design_(design),
      metric_(metric),
      sum_(model, find_loss(metric.smooth.loss(model.outputs())), design.holdout, design.features,
           own_weights(design.holdout)) {}

std::vector<double> HoldoutSlopes::at(const LaneTable<double>& theta, LaneTable<double>& gradient) {
  std::vector<double> values;
  sum_.mean(theta, {nullptr, design_.holdout.n, 0}, gradient, &values);
  const Predictions rows{design_.holdout.target, 1, design_.holdout.target, design_.holdout.weights};
  for (std::size_t lane = 0; lane < values.size(); ++lane) {
    const OfMean of_mean = metric_.smooth.of_mean(values[lane], rows);
    values[lane] = of_mean.value;
    for (std::size_t r = 0; r < gradient.rows(); ++r) gradient.at(r, lane) *= of_mean.first;
  }
  return values;
}

}  // namespace holdout::train
