// J of every lane, its gradient and Hessian products, for solvers.
#pragma once

#include <span>
#include <vector>

#include <holdout/train/design.hpp>

#include "../models.hpp"
#include "../objective.hpp"

namespace holdout::train {

/// What is minimized: the mean loss over the training rows plus (λ/2)‖w‖², one λ a lane.
struct Problem {
  const Design<double>& design;
  const Model<double>& model;
  const ModelKind& kind;
  std::vector<double> l2;  // [lane]
};

/// Values and derivatives at points that the solver gives. Not thread-safe.
class Values {
 public:
  explicit Values(const Problem& problem);

  /// gradient = ∇J(theta), loss [lane] = mean loss without penalty.
  void gradient(const LaneTable<double>& theta, LaneTable<double>& gradient, std::vector<double>& loss);
  /// product = ∇²J(theta) · direction.
  void hessian(const LaneTable<double>& theta, const LaneTable<double>& direction, LaneTable<double>& product);
  /// (λ/2)‖w‖² of every lane.
  std::vector<double> penalty(const LaneTable<double>& theta) const;
  /// Σ_r a[r] · b[r] of every lane, in the order of rows.
  static std::vector<double> dot(const LaneTable<double>& a, const LaneTable<double>& b);

 private:
  const Problem& problem_;
  LossSum<double> sum_;
  LaneTable<double> l2_;
};

}  // namespace holdout::train
