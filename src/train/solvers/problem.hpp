// J of every lane, its gradient and Hessian products, for solvers.
#pragma once

#include <span>
#include <vector>

#include <holdout/train/design.hpp>

#include "../models.hpp"
#include "../objective.hpp"
#include "../ridge_table.hpp"

namespace holdout::train {

/// The mean loss and its gradient where all parameters are 0, which λ has no part in.
struct LossAtZero {
  double coefficient, loss;  // the loss's own
  std::vector<double> gradient;
};

/// What is minimized: the mean loss over the training rows plus (λ₂/2)‖w‖² + λ₁‖w‖₁, with its own λ₂ and λ₁ in every
/// lane.
struct Problem {
  const Design<double>& design;
  const Model<double>& model;
  std::size_t loss;                            // place in losses(), smooth
  AlignedVector<double> weights;               // of the training rows; empty: all count the same
  std::vector<Ridges> l2;                      // [lane]
  std::vector<double> l1;                      // [lane]
  std::vector<double> coefficient;             // [lane], of the loss
  std::span<const double> scale = {};          // [feature]: its λ₁ is l1 times this (Conditioning); empty: 1
  std::vector<LossAtZero>* at_zero = nullptr;  // what is known of the same rows and loss: solvers look there before
                                               // they go through the rows, and add to it; null: nothing
};

/// The problem of some of its lanes.
Problem part_of(const Problem& problem, const std::vector<std::size_t>& lanes);

/// Values and derivatives at points that the solver gives. Not thread-safe.
class Values {
 public:
  explicit Values(const Problem& problem);

  /// gradient = ∇J(theta) without l1, loss [lane] = mean loss without penalty.
  /// @param scores  as LossSum::mean gives them
  void gradient(const LaneTable<double>& theta, LaneTable<double>& gradient, std::vector<double>& loss,
                AlignedVector<double>* scores = nullptr);
  /// The same at zero, from what is known of it where it is.
  void gradient_at_zero(LaneTable<double>& gradient, std::vector<double>& loss);
  /// product = ∇²J(theta) · direction.
  void hessian(const LaneTable<double>& theta, const LaneTable<double>& direction, LaneTable<double>& product);
  /// The same for several directions at one theta.
  void go_to(const LaneTable<double>& theta, HessianPoint<double>& point, const AlignedVector<double>* scores) {
    sum_.go_to(theta, point, scores);
  }
  void hessian(const LaneTable<double>& theta, const HessianPoint<double>& point, const LaneTable<double>& direction,
               LaneTable<double>& product);
  std::size_t kept_scores(std::size_t stride) const { return sum_.kept_scores(stride); }
  /// (λ₂/2)‖w‖² + λ₁‖w‖₁ of every lane.
  std::vector<double> penalty(const LaneTable<double>& theta) const;
  /// Σ_r a[r] · b[r] of every lane, in the order of rows.
  static std::vector<double> dot(const LaneTable<double>& a, const LaneTable<double>& b);

 private:
  const Problem& problem_;
  LossSum<double> sum_;
  LaneTable<double> l2_;  // as ridge_table makes it
  LaneTable<double> coefficient_;
};

}  // namespace holdout::train
