// Columns as solvers want them. J is convex, but a solver that meets years, time stamps in milliseconds or prices as
// they are loses the digits that count: the Hessian's condition grows with (mean / deviation)² and with the squared
// ratio of the columns' sizes. Since the intercept is free, a column may be shifted, and a weight may be measured in
// another unit, without changing J: solvers work on shifted and scaled copies of such rows, and give back parameters
// for the rows as they were. Ordinary columns, standardized ones above all, are left as they are, to the last bit.
#pragma once

#include <span>
#include <vector>

#include <holdout/train/design.hpp>
#include <holdout/train/settings.hpp>

namespace holdout::train {

/// x′ = (x − shift) · scale for every column; scale is a power of two, so that it rounds nothing, and x − shift is
/// exact where the shift matters (Sterbenz). In the parameters: w′ = w / scale, b′ = b + Σ w shift, which is linear in
/// them; λ₂′ = λ₂ scale², λ₁′ = λ₁ scale.
class Conditioning {
 public:
  /// Of the training rows. A column that has a mean of many deviations is shifted by it; of sparse rows that are
  /// columns in which hardly any row has a 0, so that rows stay sparse.
  explicit Conditioning(const Design<double>& design);

  /// Whether all columns may stay as they are.
  bool identity() const { return identity_; }
  /// Whether any column is scaled: then weights with one λ get λ′ of their own.
  bool scales() const;
  /// The design with such columns, for training rows and hold-out rows; with moments, if it had them.
  Design<double> apply(const Design<double>& design) const;

  /// Parameters, [output][feature] and then the intercepts, for x′ in the place of x, and back. Differences and
  /// tangents of parameters are mapped in the same way.
  void to_inner(std::span<double> theta) const;
  void to_outer(std::span<double> theta) const;
  /// λ₂ of w′.
  Ridges to_inner(const Ridges& l2) const;
  /// [feature]; λ₁ of a w′ is λ₁ times this.
  std::span<const double> scale() const { return scale_; }

 private:
  void measure_dense(const Part<double>& part);
  void measure_sparse(const Part<double>& part);
  void decide(std::span<const double> mean, std::span<const double> deviation, std::span<const double> size);
  Part<double> apply(const Part<double>& part) const;

  std::size_t features_;
  bool sparse_, identity_ = true;
  std::vector<double> shift_, scale_;
};

}  // namespace holdout::train
