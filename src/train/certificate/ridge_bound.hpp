// Lower bounds of the error of ridge regression along λ, from one eigendecomposition: of hold-out rows, and of training
// rows that are each measured by the model without them.
#pragma once

#include <Eigen/Core>

#include <holdout/train/certificate.hpp>

namespace holdout::train {

/// Symbols: s_j, q_j eigenvalues and eigenvectors of the features' covariance; z_i a measured row, centred; μ = σ_i λ
/// with σ_i = 1, or, where the row trains too, 1 − w_i/N.
///     e_i(t) = y_i − ȳ − Σ_j b_ij / (s_j + μ),   1 − h_i(t) = 1 − w_i/N − Σ_j c_ij / (s_j + μ)   (hold-out rows: 1)
///     E = Σ_i v_i r_i²,  r_i = e_i / (1 − h_i),  Σ v_i = 1
/// In t, 1/(s + μ) has the derivative −μ/(s + μ)², and its second derivative is no larger: over an interval both are at
/// most μ_high/(s + μ_high) · 1/(s + μ_low). From these come majorants of |r|, |r′|, |r″|, and with the middle m and
/// half of the width ε: E ≥ E(m) − |E′(m)| ε − ½ sup|E″| ε².
class RidgeBound final : public HoldoutBound {
 public:
  RidgeBound(const Design<double>& design, bool root, double low, double high);
  std::vector<double> lower(double low, double high) const override;
  double evaluate(double at) override;
  std::vector<double> anchors() const override { return anchors_; }
  bool grows() const override { return false; }

 private:
  struct Sums {  // over the rows
    double value = 0, first = 0, largest_second = 0, rounding = 0;
  };
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  void project(const Part<double>& rows, const Eigen::VectorXd& mean, const Eigen::MatrixXd& vectors,
               double target_mean);
  void leave_out(const Part<double>& rows);
  Sums sums(double low, double high) const;
  double metric(double mean_square) const;

  bool root_;                                 // the metric is the root of the mean square
  Eigen::VectorXd spectrum_, slopes_;         // s; q_jᵀ times the covariance of features and target
  Rows b_, c_;                                // [row][direction]; c: none for hold-out rows
  Eigen::VectorXd target_, weight_, length_;  // y − ȳ, v, ‖z‖ [row]
  Eigen::VectorXd own_;                       // w/N [row] of rows that train too
  std::vector<double> anchors_;
};

}  // namespace holdout::train
