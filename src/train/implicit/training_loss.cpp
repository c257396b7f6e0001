#include "training_loss.hpp"

#include <algorithm>

#include "../weights.hpp"
#include "columns.hpp"

namespace holdout::train {

TrainingLoss::TrainingLoss(const Design<double>& design, const Model<double>& model, std::size_t loss,
                           const ModelSettings& settings)
    : design_(design),
      model_(model),
      loss_(loss),
      weights_(row_weights(design.train, design.classes, settings)),
      coefficients_(lane_stride<double>(model.outputs())),
      matrix_(design, model, loss, weights_),
      sum_(model, loss, design.train, design.features, weights_, moments_for(design, model, loss)) {
  sum_.set_coefficients(coefficients_.data());
}

void TrainingLoss::set_coefficient(double coefficient) {
  std::fill(coefficients_.begin(), coefficients_.end(), coefficient);
}

double TrainingLoss::value(const Eigen::VectorXd& theta, Eigen::VectorXd& gradient) {
  LaneTable<double> out(model_.parameters(), 1);
  std::vector<double> mean;
  sum_.mean(to_lanes(theta), {nullptr, design_.train.n, 0}, out, &mean);
  gradient = to_columns(out);
  return mean[0];
}

const Eigen::MatrixXd* TrainingLoss::hessian(const Eigen::VectorXd& theta, const std::atomic<bool>* interrupt) {
  if (known_) return &hessian_;
  const bool quadratic = losses()[loss_].quadratic;
  if (const Moments* const moments = moments_for(design_, model_, loss_)) {
    hessian_ = to_columns(hessian_of(*moments));
  } else {
    const Eigen::MatrixXd* const at = matrix_.at(theta, coefficients_[0], interrupt);
    if (!quadratic || !at) return at;
    hessian_ = *at;
  }
  known_ = quadratic;
  return &hessian_;
}

}  // namespace holdout::train
