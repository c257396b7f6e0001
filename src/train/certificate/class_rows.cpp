#include "class_rows.hpp"

#include <cmath>

namespace holdout::train {
namespace {

using Index = Eigen::Index;

// Helmert's: column k has ones down to row k, and what makes the sum 0 below them; of length 1.
Eigen::MatrixXd sum_free(Index classes) {
  Eigen::MatrixXd b = Eigen::MatrixXd::Zero(classes, classes - 1);
  for (Index k = 0; k + 1 < classes; ++k) {
    const double n = static_cast<double>(k + 1), length = std::sqrt(n * (n + 1));
    b.col(k).head(k + 1).setConstant(1 / length);
    b(k + 1, k) = -n / length;
  }
  return b;
}

}  // namespace

ClassRows::ClassRows(const Part<double>& part, std::size_t features, std::size_t outputs,
                     const AlignedVector<double>& weights)
    : weight(Eigen::VectorXd::Ones(static_cast<Index>(part.n))) {
  const auto n = static_cast<Index>(part.n), d = static_cast<Index>(features);
  z = RowMajor::Zero(n, d + 1);
  z.col(d).setOnes();
  if (part.start.empty())
    z.leftCols(d) = Eigen::Map<const RowMajor>(part.x.data(), n, d);
  else
    for (Index i = 0; i < n; ++i)
      for (std::size_t at = part.start[static_cast<std::size_t>(i)]; at < part.start[static_cast<std::size_t>(i) + 1];
           ++at)
        z(i, static_cast<Index>(part.columns[at])) = part.x[at];
  for (std::size_t i = 0; i < weights.size(); ++i) weight[static_cast<Index>(i)] = weights[i];
  weight /= weight.sum();
  for (const double y : part.target) label.push_back(static_cast<Index>(y));
  b = outputs == 1 ? Eigen::MatrixXd(Eigen::Vector2d(0, 1)) : sum_free(static_cast<Index>(outputs));
}

Eigen::MatrixXd ClassRows::coordinates(const std::vector<double>& theta) const {
  const Index d = columns() - 1, outputs = static_cast<Index>(theta.size()) / (d + 1);
  Eigen::MatrixXd by_output(d + 1, outputs);
  by_output.topRows(d) = Eigen::Map<const Eigen::MatrixXd>(theta.data(), d, outputs);
  by_output.row(d) = Eigen::Map<const Eigen::RowVectorXd>(theta.data() + d * outputs, outputs);
  return outputs == 1 ? by_output : Eigen::MatrixXd(by_output * b);
}

double ClassRows::residuals(const RowMajor& s, RowMajor& r) const {
  r.resize(s.rows(), s.cols());
  double loss = 0;
  for (Index i = 0; i < s.rows(); ++i) {
    const Index y = label[static_cast<std::size_t>(i)];
    const double most = s.row(i).maxCoeff();
    r.row(i) = (s.row(i).array() - most).exp();
    const double sum = r.row(i).sum();
    // Of a row that is nearly sure: log1p of what the other classes have.
    const double others = sum - r(i, y);
    loss += weight[i] * (s(i, y) == most ? std::log1p(others) : std::log(sum) + (most - s(i, y)));
    r.row(i) /= sum;
    r(i, y) = -others / sum;  // p − 1 without cancellation
  }
  return loss;
}

double ClassRows::errors(const RowMajor& s) const {
  double wrong = 0;
  for (Index i = 0; i < s.rows(); ++i) {
    Index decided = 0;
    s.row(i).maxCoeff(&decided);
    if (decided != label[static_cast<std::size_t>(i)]) wrong += weight[i];
  }
  return wrong;
}

Eigen::MatrixXd ClassRows::gradient(const RowMajor& r) const {
  const RowMajor weighted = weight.asDiagonal() * (r * b);
  return z.transpose() * weighted;
}

Eigen::MatrixXd ClassRows::curvature(Index i, const RowMajor& r) const {
  Eigen::VectorXd p = r.row(i).transpose();
  const Index y = label[static_cast<std::size_t>(i)];
  // Σ_k p_k (1 − p_k) …: of the row's own class 1 + r, of which r is exact where p is nearly 1.
  p[y] += 1;
  const Eigen::VectorXd mean = b.transpose() * p;
  const Eigen::MatrixXd centred = b.rowwise() - mean.transpose();
  return centred.transpose() * p.asDiagonal() * centred;
}

Eigen::MatrixXd ClassRows::hessian(const RowMajor& r) const {
  const Index m = directions(), d = columns();
  Eigen::MatrixXd shares(rows(), m * m);
  for (Index i = 0; i < rows(); ++i) {
    const Eigen::MatrixXd c = weight[i] * curvature(i, r);
    shares.row(i) = Eigen::Map<const Eigen::RowVectorXd>(c.data(), m * m);
  }
  Eigen::MatrixXd h(m * d, m * d);
  for (Index k = 0; k < m; ++k)
    for (Index l = 0; l <= k; ++l) {
      const RowMajor scaled = shares.col(k * m + l).asDiagonal() * z;
      h.block(k * d, l * d, d, d).noalias() = z.transpose() * scaled;
    }
  return h;
}

}  // namespace holdout::train
