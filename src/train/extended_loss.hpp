// Losses and their derivatives in scores, in extended precision: for proofs, which are not to rest on the kernels that
// train.
#pragma once

#include <span>
#include <string_view>

namespace holdout::train {

/// The smooth losses, by name (losses()).
class ExtendedLoss {
 public:
  ExtendedLoss(std::string_view name, double coefficient);

  bool known() const { return kind_ != Kind::other; }
  /// ∂L/∂f of one row: scores [output] become slopes. @return L
  long double slopes(std::span<long double> scores, double y) const;
  /// Of losses of one output: the largest L″ between two scores, and L″ where it is defined.
  long double largest_curvature(long double from, long double to) const;
  long double curvature(long double f, double y) const;
  /// What the score gains over a wrong class, negative where the row is on the wrong side; 0 for numbers.
  static long double margin(std::span<const long double> scores, double y);

 private:
  enum class Kind { squared, huber, logistic, softmax, poisson, squared_hinge, other } kind_;
  long double delta_;
};

}  // namespace holdout::train
