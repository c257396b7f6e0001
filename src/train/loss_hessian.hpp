// The Hessian of the mean loss over the training rows as a matrix, for scores linear in θ and one lane.
#pragma once

#include <atomic>

#include <Eigen/Core>

#include <holdout/train/design.hpp>

#include "models.hpp"
#include "objective.hpp"

namespace holdout::train {

/// One pass over the rows that costs as much as d/4 products with the Hessian. Keeps its memory.
class LossHessian {
 public:
  /// @param loss     place in losses(), smooth
  /// @param weights  of the training rows, of mean 1; empty: all count the same. All references must outlive it
  LossHessian(const Design<double>& design, const Model<double>& model, std::size_t loss,
              const AlignedVector<double>& weights)
      : design_(design), model_(model), loss_(loss), weights_(weights) {}

  /// Its lower triangle, valid until the next call.
  /// @param coefficient  of the loss
  /// @param interrupt    read before every chunk of rows, if not null
  /// @return null if interrupted
  const Eigen::MatrixXd* at(const Eigen::VectorXd& theta, double coefficient, const std::atomic<bool>* interrupt);

 private:
  // Weights of the second moments: per row, the matrix ∂²L/∂f² over the outputs.
  struct SecondMoments;
  void add_moments(const LaneTable<double>& theta, std::size_t first, std::size_t n, SecondMoments& moments);

  const Design<double>& design_;
  const Model<double>& model_;
  std::size_t loss_;
  const AlignedVector<double>& weights_;
  AlignedVector<double> coefficients_;
  Eigen::MatrixXd hessian_;
};

}  // namespace holdout::train
