// Sums over rows that stand for the rows, where the loss is squared: how they are taken, and what comes of them.
#pragma once

#include <vector>

#include <holdout/train/design.hpp>

namespace holdout::train {

/// Whether gradients from moments are worth it: then a full batch costs features² in the place of N · features. Follows
/// from the shape alone, because it decides about the last bits. One block of rows is left to the usual passes.
template <class T>
bool moments_pay(const Part<T>& part, std::size_t features);

/// Of dense rows: one pass for the means, one for the matrix, one for the residuals.
template <class T>
Moments moments_of(const Part<T>& part, std::size_t features);

/// (1/N) Σ (x, 1)(x, 1)ᵀ [features + 1][features + 1]: the Hessian of the loss.
LaneTable<double> hessian_of(const Moments& moments);

/// The passes of a cohort over moments, in double whatever the lanes are. Keeps scratch memory; one object per cohort.
class MomentSum {
 public:
  explicit MomentSum(const Moments& moments) : m_(moments) {}

  /// gradient = ∇(1/N) Σ ½ (f − y)², losses [lane] = (1/N) Σ ½ (f − y)² if wanted (not null).
  /// @param values  so many lanes of theta are points. Those behind them are directions: they get the Hessian's
  /// products
  template <class T>
  void mean(const LaneTable<T>& theta, std::size_t values, LaneTable<T>& gradient, std::vector<double>* losses);

 private:
  template <class T>
  void take_delta(const LaneTable<T>& theta, std::size_t values);
  template <class T>
  void uncentre(LaneTable<T>& gradient) const;

  const Moments& m_;
  LaneTable<double> delta_, product_, zeros_;  // δ and G δ
};

}  // namespace holdout::train
