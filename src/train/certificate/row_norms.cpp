#include "reference.hpp"

#include <algorithm>
#include <cmath>

namespace holdout::train {

RowNorms row_norms(const Eigen::LLT<Eigen::MatrixXd>& cholesky, const ClassRows& rows, const RowMajor* residuals) {
  using Index = Eigen::Index;
  constexpr Index kChunk = 256;  // rows at a time: their solves take parameters · directions numbers each
  const Index n = rows.rows(), m = rows.directions(), d = rows.columns(), all = m * d;
  RowNorms out;
  out.kappa.resize(n);
  if (residuals) out.leverage.resize(n);
  const Eigen::MatrixXd& l = cholesky.matrixLLT();
  std::vector<Eigen::MatrixXd> solved(static_cast<std::size_t>(m));
  for (Index from = 0; from < n; from += kChunk) {
    const Index count = std::min(kChunk, n - from);
    for (Index k = 0; k < m; ++k) {
      // What is above the block of direction k stays 0.
      Eigen::MatrixXd& w = solved[static_cast<std::size_t>(k)];
      w.setZero(all, count);
      w.middleRows(k * d, d) = rows.z.middleRows(from, count).transpose();
      const Index left = all - k * d;
      auto block = w.bottomRows(left);
      l.bottomRightCorner(left, left).triangularView<Eigen::Lower>().solveInPlace(block);
    }
    for (Index i = 0; i < count; ++i) {
      Eigen::MatrixXd gram(m, m);
      for (Index k = 0; k < m; ++k)
        for (Index q = 0; q <= k; ++q)
          gram(k, q) = gram(q, k) =
              solved[static_cast<std::size_t>(k)].col(i).dot(solved[static_cast<std::size_t>(q)].col(i));
      double most = 0;
      for (Index a = 0; a < rows.classes(); ++a)
        for (Index c = 0; c < a; ++c) {
          const Eigen::VectorXd way = (rows.b.row(a) - rows.b.row(c)).transpose();
          most = std::max(most, way.dot(gram * way));
        }
      out.kappa[from + i] = std::sqrt(most);
      if (residuals)
        out.leverage[from + i] = rows.weight[from + i] * rows.curvature(from + i, *residuals).cwiseProduct(gram).sum();
    }
  }
  return out;
}

}  // namespace holdout::train
