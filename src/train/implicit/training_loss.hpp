// The mean loss over the training rows of one lane, with its first three derivatives, for scores linear in θ.
#pragma once

#include <atomic>

#include <Eigen/Dense>

#include <holdout/train/design.hpp>

#include "../loss_hessian.hpp"
#include "../models.hpp"
#include "../objective.hpp"

namespace holdout::train {

class TrainingLoss {
 public:
  /// @param loss  place in losses(), smooth
  /// @param settings  for the weights of classes
  TrainingLoss(const Design<double>& design, const Model<double>& model, std::size_t loss,
               const ModelSettings& settings);

  /// The coefficient of the loss, for the calls to come.
  void set_coefficient(double coefficient);
  /// The mean loss; gradient becomes its gradient.
  double value(const Eigen::VectorXd& theta, Eigen::VectorXd& gradient);
  /// The lower triangle of its Hessian. Rows of data times table of lanes, where the lanes are the features once more.
  /// @param interrupt  read before every chunk of rows, if not null
  /// @return null if interrupted; else valid until the next call
  const Eigen::MatrixXd* hessian(const Eigen::VectorXd& theta, const std::atomic<bool>* interrupt = nullptr);
  /// D³(theta)[q, v], a column for each v: d/dε of the Hessian at theta + ε v, times q.
  Eigen::MatrixXd third(const Eigen::VectorXd& theta, const Eigen::VectorXd& q, const Eigen::MatrixXd& v) const;

 private:
  const Design<double>& design_;
  const Model<double>& model_;
  std::size_t loss_;
  AlignedVector<double> weights_, coefficients_;
  LossHessian matrix_;
  LossSum<double> sum_;
  Eigen::MatrixXd hessian_;
  bool known_ = false;  // of a quadratic loss there is but one Hessian
};

}  // namespace holdout::train
