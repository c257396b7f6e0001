// E and its derivatives in θ.
#pragma once

#include <Eigen/Dense>

#include <holdout/train/design.hpp>
#include <holdout/train/metric.hpp>

#include "../models.hpp"
#include "../objective.hpp"

namespace holdout::train {

/// A metric with a gradient on the hold-out rows: a function of the mean of a loss, so that the training's own kernels
/// have its derivatives.
class HoldoutError {
 public:
  HoldoutError(const Design<double>& design, const Model<double>& model, const Metric& metric);

  /// Goes to theta.
  void move(const Eigen::VectorXd& theta);
  double value() const { return of_mean_.value; }
  const Eigen::VectorXd& gradient() const { return gradient_; }
  /// ∇²E(theta) · directions, a column each.
  Eigen::MatrixXd product(const Eigen::MatrixXd& directions);

 private:
  const Design<double>& design_;
  const Metric& metric_;
  LossSum<double> sum_;
  OfMean of_mean_;
  Eigen::VectorXd theta_, mean_gradient_, gradient_;
};

}  // namespace holdout::train
