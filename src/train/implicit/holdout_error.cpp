#include "holdout_error.hpp"

#include "../weights.hpp"
#include "columns.hpp"

namespace holdout::train {

HoldoutError::HoldoutError(const Design<double>& design, const Model<double>& model, const Metric& metric)
    : design_(design),
      metric_(metric),
      sum_(model, find_loss(metric.smooth.loss(model.outputs())), design.holdout, design.features,
           own_weights(design.holdout)) {}

void HoldoutError::move(const Eigen::VectorXd& theta) {
  theta_ = theta;
  LaneTable<double> gradient(static_cast<std::size_t>(theta.size()), 1);
  std::vector<double> mean;
  sum_.mean(to_lanes(theta), {nullptr, design_.holdout.n, 0}, gradient, &mean);
  of_mean_ =
      metric_.smooth.of_mean(mean[0], {design_.holdout.target, 1, design_.holdout.target, design_.holdout.weights});
  mean_gradient_ = to_columns(gradient);
  gradient_ = of_mean_.first * mean_gradient_;
}

Eigen::MatrixXd HoldoutError::product(const Eigen::MatrixXd& directions) {
  const LaneTable<double> lanes = to_lanes(directions);
  LaneTable<double> product(lanes.rows(), lanes.lanes());
  sum_.mean_tangent(to_lanes(theta_.replicate(1, directions.cols())), lanes, product);
  Eigen::MatrixXd out = of_mean_.first * to_columns(product);
  if (of_mean_.second != 0) out += of_mean_.second * mean_gradient_ * (mean_gradient_.transpose() * directions);
  return out;
}

}  // namespace holdout::train
