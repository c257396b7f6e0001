// E of the lanes of a table, and its gradient in θ.
#pragma once

#include <vector>

#include <holdout/train/design.hpp>
#include <holdout/train/metric.hpp>

#include "models.hpp"
#include "objective.hpp"

namespace holdout::train {

/// A metric with a gradient on the hold-out rows: a function of the mean of a loss, so that the training's own kernels
/// have its derivatives.
class HoldoutSlopes {
 public:
  HoldoutSlopes(const Design<double>& design, const Metric& metric, const Model<double>& model);

  /// gradient [parameter][lane] = ∇E(theta). Returns E of every lane.
  std::vector<double> at(const LaneTable<double>& theta, LaneTable<double>& gradient);

 private:
  const Design<double>& design_;
  const Metric& metric_;
  LossSum<double> sum_;
};

}  // namespace holdout::train
