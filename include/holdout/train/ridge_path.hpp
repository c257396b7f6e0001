// Ridge regression for all λ at once.
#pragma once

#include <memory>
#include <vector>

#include <holdout/train/design.hpp>

namespace holdout::train {

/// The whole path of ridge regression, J = (1/2n) Σ w_i r_i² + (λ/2)‖w‖², the intercept not penalized, from one
/// eigendecomposition of the features' covariance: every λ > 0 after it costs O(d · rows) at most. Hastie, Tibshirani,
/// Friedman, The Elements of Statistical Learning, 2009, eqs. 3.47 and 7.64 (leave-one-out). Values are mean squared
/// errors without ½; const calls are safe from many threads.
class RidgePath {
 public:
  /// A mean squared error, and its derivatives in λ.
  struct Point {
    double value = 0, first = 0, second = 0;
  };

  /// @param design  dense, of a target of numbers; must outlive the path
  explicit RidgePath(const Design<double>& design);
  ~RidgePath();

  /// Weights, then the intercept.
  std::vector<double> theta(double l2) const;
  /// On the hold-out rows.
  Point holdout(double l2) const;
  /// Of rows without weights: every training row's error by the model of the n − 1 others, trained with the same λ in
  /// the mean over them; features keep their scale.
  Point leave_one_out(double l2) const;

 private:
  struct Basis;
  std::unique_ptr<const Basis> basis_;
};

}  // namespace holdout::train
