// Rows of a classification as bounds along λ see them: logistic and softmax regression alike, dense, in double.
#pragma once

#include <vector>

#include <Eigen/Core>

#include <holdout/train/design.hpp>
#include <holdout/train/settings.hpp>

namespace holdout::train {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Symbols: K classes; x̃ = (x, 1) a row; scores s = V′x̃ in B's coordinates: s = B Vᵀx̃ with V [D][m], D = features + 1.
/// logistic: B = (0, 1)ᵀ, m = 1. softmax: at a minimum the weights of a feature sum to 0 over the classes, and adding a
/// number to all scores changes nothing, so that B has the m = K − 1 directions orthogonal to (1, …, 1): the Hessian is
/// regular, and the penalty of V is that of the weights. p = softmax(s); v_i weights, Σ v_i = 1; y the class.
/// Parameters as a vector: column by column of V.
class ClassRows {
 public:
  /// @param weights  of the rows; empty: all 1
  ClassRows(const Part<double>& part, std::size_t features, std::size_t outputs, const AlignedVector<double>& weights);

  Eigen::Index rows() const { return z.rows(); }
  Eigen::Index columns() const { return z.cols(); }
  Eigen::Index classes() const { return b.rows(); }
  Eigen::Index directions() const { return b.cols(); }

  /// V of parameters as LaneResult::theta has them.
  Eigen::MatrixXd coordinates(const std::vector<double>& theta) const;
  /// s [row][class]
  RowMajor scores(const Eigen::MatrixXd& v) const { return (z * v) * b.transpose(); }
  /// (p − e_y) of each row, and the mean loss.
  double residuals(const RowMajor& scores, RowMajor& residuals) const;
  /// Share of the rows that are classified wrong, as the metric `error` counts: the first of equal scores decides.
  double errors(const RowMajor& scores) const;
  /// The mean loss's gradient [D][m], of residuals.
  Eigen::MatrixXd gradient(const RowMajor& residuals) const;
  /// The mean loss's Hessian, lower half.
  Eigen::MatrixXd hessian(const RowMajor& residuals) const;
  /// Bᵀ(diag p − p pᵀ)B of a row.
  Eigen::MatrixXd curvature(Eigen::Index row, const RowMajor& residuals) const;

  RowMajor z;                       // x̃ [row][D]
  Eigen::VectorXd weight;           // v
  std::vector<Eigen::Index> label;  // y
  Eigen::MatrixXd b;                // B [K][m]
};

/// The columns that the penalty counts: all but the last one.
inline auto penalized(const Eigen::MatrixXd& v) { return v.topRows(v.rows() - 1); }

}  // namespace holdout::train
