#include <holdout/train/ridge_path.hpp>

#include <cassert>

#include <Eigen/Dense>

#include "weights.hpp"

namespace holdout::train {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Eigen::ArrayXd, Eigen::Index, Eigen::VectorXd;

Eigen::Map<const RowMajor> rows_of(const Part<double>& part, std::size_t features) {
  return {part.x.data(), static_cast<Index>(part.n), static_cast<Index>(features)};
}

VectorXd weights_of(const Part<double>& part) {
  const AlignedVector<double> weights = row_weights(part, 0, "none");
  if (weights.empty()) return VectorXd::Ones(static_cast<Index>(part.n));
  return Eigen::Map<const VectorXd>(weights.data(), static_cast<Index>(part.n));
}

// 1/(s + λ) and its derivatives in λ. Directions without data stay out.
struct Shrinkage {
  ArrayXd value, first, second;
  Shrinkage(const ArrayXd& spectrum, double l2)
      : value((spectrum + l2 > 0).select(1 / (spectrum + l2), 0)), first(-value.square()), second(2 * value.cube()) {}
};

}  // namespace

// In the eigenbasis Q of the covariance: rows z = Qᵀ(x − x̄), so that f = ȳ + Σ_j z_j c_j / (s_j + λ).
struct RidgePath::Basis {
  VectorXd mean, correlation;  // x̄; c
  ArrayXd spectrum;            // s
  double level = 0;            // ȳ
  Eigen::MatrixXd vectors, train, holdout;
  VectorXd train_residual, holdout_residual;  // y − ȳ
  VectorXd train_weights, holdout_weights;    // of mean 1
};

RidgePath::RidgePath(const Design<double>& design) {
  assert(design.train.start.empty() && design.classes == 0);
  const auto x = rows_of(design.train, design.features), h = rows_of(design.holdout, design.features);
  const double n = static_cast<double>(design.train.n);
  Basis b;
  b.train_weights = weights_of(design.train), b.holdout_weights = weights_of(design.holdout);
  const Eigen::Map<const VectorXd> y(design.train.y.data(), x.rows()), yh(design.holdout.y.data(), h.rows());
  b.mean = x.transpose() * b.train_weights / n, b.level = y.dot(b.train_weights) / n;
  const Eigen::MatrixXd centred = x.rowwise() - b.mean.transpose();
  const Eigen::MatrixXd weighted = b.train_weights.cwiseSqrt().asDiagonal() * centred;
  Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(x.cols(), x.cols());
  covariance.selfadjointView<Eigen::Lower>().rankUpdate(weighted.transpose(), 1 / n);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
  b.vectors = solver.eigenvectors(), b.spectrum = solver.eigenvalues().array().max(0);
  b.train = centred * b.vectors, b.holdout = (h.rowwise() - b.mean.transpose()) * b.vectors;
  b.train_residual = y.array() - b.level, b.holdout_residual = yh.array() - b.level;
  b.correlation = b.train.transpose() * b.train_weights.cwiseProduct(b.train_residual) / n;
  basis_ = std::make_unique<const Basis>(std::move(b));
}

RidgePath::~RidgePath() = default;

std::vector<double> RidgePath::theta(double l2) const {
  const Basis& b = *basis_;
  const VectorXd w = b.vectors * (b.correlation.array() * Shrinkage(b.spectrum, l2).value).matrix();
  std::vector<double> out(w.begin(), w.end());
  out.push_back(b.level - b.mean.dot(w));
  return out;
}

RidgePath::Point RidgePath::holdout(double l2) const {
  const Basis& b = *basis_;
  const Shrinkage s(b.spectrum, l2);
  const ArrayXd c = b.correlation.array(), share = b.holdout_weights.array() / b.holdout_weights.sum();
  const ArrayXd r = b.holdout_residual - b.holdout * (c * s.value).matrix();
  const ArrayXd r1 = -(b.holdout * (c * s.first).matrix()), r2 = -(b.holdout * (c * s.second).matrix());
  return {(share * r.square()).sum(), 2 * (share * r * r1).sum(), 2 * (share * (r1.square() + r * r2)).sum()};
}

// e_i = r_i/(1 − h_i), h_i = w_i (1 + Σ_j z_ij²/(s_j + μ))/n, where the sum over n rows has λ's part of the sum over n
// − 1: μ = λ (n − 1)/n.
RidgePath::Point RidgePath::leave_one_out(double l2) const {
  const Basis& b = *basis_;
  const double n = static_cast<double>(b.train.rows()), scale = (n - 1) / n;
  const Shrinkage s(b.spectrum, scale * l2);
  const ArrayXd c = b.correlation.array(), weight = b.train_weights.array();
  const Eigen::MatrixXd squares = b.train.cwiseAbs2();
  const auto left = [&](const ArrayXd& shrinkage) -> ArrayXd {
    return -(weight * (squares * shrinkage.matrix()).array()) / n;
  };
  const auto moved = [&](const ArrayXd& shrinkage) -> ArrayXd { return -(b.train * (c * shrinkage).matrix()).array(); };
  const ArrayXd d = 1 - weight / n + left(s.value), d1 = left(s.first), d2 = left(s.second);  // 1 − h
  const ArrayXd r = b.train_residual.array() + moved(s.value), r1 = moved(s.first), r2 = moved(s.second);
  const ArrayXd e = r / d, e1 = (r1 - e * d1) / d, e2 = (r2 - 2 * e1 * d1 - e * d2) / d;
  const ArrayXd share = weight / n;
  return {(share * e.square()).sum(), scale * 2 * (share * e * e1).sum(),
          scale * scale * 2 * (share * (e1.square() + e * e2)).sum()};
}

}  // namespace holdout::train
