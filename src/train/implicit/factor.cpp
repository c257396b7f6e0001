#include "factor.hpp"

#include <limits>

#include "../ridge_basis.hpp"

namespace holdout::train {

Factor::Factor(const Eigen::MatrixXd& hessian, std::vector<Eigen::Index> kept) : kept_(std::move(kept)) {
  // A pivot that lost 12 digits: what is left of it is rounding.
  constexpr double kSingular = 1e-13;
  const Eigen::Index n = static_cast<Eigen::Index>(kept_.size());
  Eigen::MatrixXd h = Eigen::MatrixXd::Zero(n, n);  // the upper half is not read, but has to be finite
  for (Eigen::Index j = 0; j < n; ++j)
    for (Eigen::Index i = j; i < n; ++i)
      h(i, j) = hessian(kept_[static_cast<std::size_t>(i)], kept_[static_cast<std::size_t>(j)]);
  if (!h.allFinite()) h.setIdentity();  // diverged: whoever asks sees it in b
  const Eigen::VectorXd diagonal = h.diagonal();
  cholesky_.compute(h);
  bool sound = cholesky_.info() == Eigen::Success;
  for (Eigen::Index i = 0; sound && i < n; ++i) {
    const double pivot = cholesky_.matrixLLT()(i, i);
    sound = pivot * pivot > kSingular * diagonal[i];
  }
  if (sound) return;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(h);
  vectors_ = solver.eigenvectors();
  const double noise =
      static_cast<double>(n) * std::numeric_limits<double>::epsilon() * solver.eigenvalues().cwiseAbs().maxCoeff();
  inverse_ = solver.eigenvalues().unaryExpr([noise](double x) { return x > noise ? 1 / x : 0; });
}

Eigen::MatrixXd Factor::solve(const Eigen::MatrixXd& b) const {
  if (basis_) return train::solve(*basis_, l2_, b);
  const Eigen::Index n = static_cast<Eigen::Index>(kept_.size());
  Eigen::MatrixXd x(n, b.cols());
  for (Eigen::Index i = 0; i < n; ++i) x.row(i) = b.row(kept_[static_cast<std::size_t>(i)]);
  if (singular())
    x = vectors_ * inverse_.asDiagonal() * (vectors_.transpose() * x);
  else
    cholesky_.solveInPlace(x);
  Eigen::MatrixXd out = Eigen::MatrixXd::Zero(b.rows(), b.cols());
  for (Eigen::Index i = 0; i < n; ++i) out.row(kept_[static_cast<std::size_t>(i)]) = x.row(i);
  return out;
}

}  // namespace holdout::train
