// Leave-one-out: every row is measured by the model that is trained on all others. For ridge regression in closed form,
// for any λ at once.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <holdout/data/dataset.hpp>
#include <holdout/train/lanes.hpp>
#include <holdout/train/ridge_basis.hpp>

namespace holdout::train {

template <class T>
struct Part;

/// The error of ridge regression without row i on that row is e_i / (1 − h_i), with the error e_i and the leverage h_i
/// of the row in the model of all rows (Allen, The relationship between variable selection and data augmentation and a
/// method for prediction, Technometrics 16, 1974; Golub, Heath and Wahba, Technometrics 21, 1979, section 1). Here J is
/// a mean over the rows that train: λ over all rows but one is λ (1 − w_i/N) over all N, w_i the row's weight, and e
/// and h are those. Exact for features as they are: a scaling fitted to all rows is not fitted anew without the row.
///
/// In the basis of ridge regression that takes N·d operations for every λ, and no further factorization.
class LeaveOneOut {
 public:
  /// @param rows   all of them; dense, their target a number
  /// @param basis  theirs
  LeaveOneOut(const Part<double>& rows, const RidgeBasis& basis);

  /// [row] what the model trained with that λ on all other rows predicts. Where λ is 0 and those do not determine it,
  /// the model of least norm, as λ → 0.
  std::vector<double> scores(double l2) const;

  /// The weighted mean of ½ (y − f)² over the rows, and its first and second derivative in λ.
  struct Mean {
    double value = 0, first = 0, second = 0;
  };
  Mean mean_loss(double l2) const;

  std::size_t bytes() const { return rows_.size() * sizeof(double); }

 private:
  struct Residual;
  template <class Visit>
  void for_each(double l2, bool slopes, const Visit& visit) const;
  double weight(std::size_t i) const { return weights_.empty() ? 1 : weights_[i]; }

  // With Z the centred rows and q_k the eigenvectors of their covariance, t_ik = (Z q_k)_i / √s_k, of mean square 1.
  AlignedVector<double> rows_;    // t [row][direction]
  std::vector<double> spectrum_;  // s [direction]; those in which the rows vary
  std::vector<double> slopes_;    // Σ_i w_i t_ik (y_i − ȳ) / N [direction]
  std::vector<double> y_;
  std::vector<double> weights_;  // of mean 1; empty: all 1
  std::vector<double> outside_;  // of y_i − ȳ what no λ explains [row]
  std::vector<double> rest_;     // 1 − h_i at λ = 0 [row]
};

template <class T>
struct Design;

/// All rows train, and each is measured by the models that lack it: the hold-out part has targets and no features, and
/// the design its basis and its LeaveOneOut.
Design<double> make_leave_one_out_design(const data::Dataset& dataset, const data::Scaling& scaling,
                                         const data::RowList& rows);

}  // namespace holdout::train
