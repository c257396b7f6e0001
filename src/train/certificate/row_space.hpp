// A design in fewer columns, for bounds that factor matrices over columns: where rows are fewer than features, in the
// coordinates of what the rows span; where rows are sparse, with their zeros.
#pragma once

#include <span>
#include <vector>

#include <Eigen/Core>

#include <holdout/train/certificate.hpp>
#include <holdout/train/design.hpp>

namespace holdout::train {

/// With zeros: what a design takes that is dense.
Design<double> dense_design(const Design<double>& design);

/// At a minimum of J = mean loss + (λ/2)‖w‖² with a free intercept, w is a combination of the centred training rows. In
/// coordinates of an orthonormal basis Q of their span, x' = Qᵀ(x − m), w' = Qᵀw and b' = b + m·w have the same scores
/// and the same J: the minima are the same.
struct RowSpace {
  Design<double> design;  // as many features as training rows, or as before if these are fewer; dense
  Eigen::VectorXd mean;   // m [feature]
  Eigen::MatrixXd basis;  // Q [feature][feature of design]

  /// Of parameters, or their derivative, as LaneResult::theta has them: weights by output, then intercepts.
  std::vector<double> coordinates(std::span<const double> theta) const;
  CertificateAnchor coordinates(const CertificateAnchor& anchor) const;
};

RowSpace row_space_of(const Design<double>& design);

/// Multiplications that this takes, and numbers that are in memory meanwhile.
double row_space_work(const Design<double>& design);
double row_space_numbers(const Design<double>& design);

}  // namespace holdout::train
