#include "row_space.hpp"

#include <algorithm>

#include <Eigen/QR>

namespace holdout::train {
namespace {

using Index = Eigen::Index;
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// With zeros.
Rows rows_of(const Part<double>& part, std::size_t features) {
  const auto n = static_cast<Index>(part.n), d = static_cast<Index>(features);
  if (part.start.empty()) return Eigen::Map<const Rows>(part.x.data(), n, d);
  Rows x = Rows::Zero(n, d);
  for (std::size_t i = 0; i < part.n; ++i)
    for (std::size_t at = part.start[i]; at < part.start[i + 1]; ++at)
      x(static_cast<Index>(i), static_cast<Index>(part.columns[at])) = part.x[at];
  return x;
}

Part<double> with_rows(const Part<double>& part, const Rows& x) {
  Part<double> out;
  out.n = part.n, out.y = part.y, out.target = part.target, out.weights = part.weights;
  out.x.assign(x.data(), x.data() + x.size());
  return out;
}

}  // namespace

Design<double> dense_design(const Design<double>& design) {
  Design<double> out;
  out.features = design.features, out.classes = design.classes;
  out.train = with_rows(design.train, rows_of(design.train, design.features));
  out.holdout = with_rows(design.holdout, rows_of(design.holdout, design.features));
  return out;
}

RowSpace row_space_of(const Design<double>& design) {
  RowSpace out;
  const auto d = static_cast<Index>(design.features);
  const Index columns = std::min(d, static_cast<Index>(design.train.n));
  Rows x = rows_of(design.train, design.features);
  out.mean = x.colwise().mean();
  x.rowwise() -= out.mean.transpose();
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(x.transpose());
  out.basis = qr.householderQ() * Eigen::MatrixXd::Identity(d, columns);
  out.design.features = static_cast<std::size_t>(columns), out.design.classes = design.classes;
  out.design.train = with_rows(design.train, x * out.basis);
  Rows holdout = rows_of(design.holdout, design.features);
  holdout.rowwise() -= out.mean.transpose();
  out.design.holdout = with_rows(design.holdout, holdout * out.basis);
  return out;
}

std::vector<double> RowSpace::coordinates(std::span<const double> theta) const {
  const Index d = basis.rows(), k = basis.cols(), outputs = static_cast<Index>(theta.size()) / (d + 1);
  const Eigen::Map<const Eigen::MatrixXd> weights(theta.data(), d, outputs);
  const Eigen::Map<const Eigen::VectorXd> intercepts(theta.data() + d * outputs, outputs);
  std::vector<double> out(static_cast<std::size_t>((k + 1) * outputs));
  Eigen::Map<Eigen::MatrixXd>(out.data(), k, outputs) = basis.transpose() * weights;
  Eigen::Map<Eigen::VectorXd>(out.data() + k * outputs, outputs) = intercepts + weights.transpose() * mean;
  return out;
}

CertificateAnchor RowSpace::coordinates(const CertificateAnchor& anchor) const {
  CertificateAnchor out{anchor.l2, coordinates(anchor.theta), {}};
  if (!anchor.derivative.empty()) out.derivative = coordinates(anchor.derivative);
  return out;
}

double row_space_work(const Design<double>& design) {
  const double n = static_cast<double>(design.train.n), d = static_cast<double>(design.features),
               columns = std::min(n, d);
  return d * columns * (3 * n + static_cast<double>(design.holdout.n));  // factor, basis, both parts
}

double row_space_numbers(const Design<double>& design) {
  const double n = static_cast<double>(design.train.n), d = static_cast<double>(design.features);
  return d * (2 * n + std::min(n, d) + static_cast<double>(design.holdout.n));
}

}  // namespace holdout::train
