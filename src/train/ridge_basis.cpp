#include "ridge_basis.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Dense>

#include <holdout/train/design.hpp>
#include <holdout/train/trainer.hpp>

#include "symmetric.hpp"
#include "weights.hpp"

namespace holdout::train {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Covariance covariance_of(const Moments& moments) {
  const auto d = static_cast<Eigen::Index>(moments.mean.size());
  return {Eigen::Map<const Eigen::VectorXd>(moments.mean.data(), d),
          Eigen::Map<const RowMajor>(moments.gram.data(), d + 1, d + 1).topLeftCorner(d, d)};
}

Covariance covariance_of(const Part<double>& part, std::size_t features, const AlignedVector<double>& weights) {
  constexpr Eigen::Index kRows = 1024;  // centred copies of so many rows at a time
  const auto n = static_cast<Eigen::Index>(part.n), d = static_cast<Eigen::Index>(features);
  Covariance c{Eigen::VectorXd::Zero(d), Eigen::MatrixXd::Zero(d, d)};
  const auto weight = [&](Eigen::Index i) { return weights.empty() ? 1 : weights[static_cast<std::size_t>(i)]; };
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < d; ++j) c.mean[j] += weight(i) * part.x[static_cast<std::size_t>(i * d + j)];
  c.mean /= static_cast<double>(n);
  for (Eigen::Index from = 0; from < n; from += kRows) {
    const Eigen::Index count = std::min(kRows, n - from);
    RowMajor block = Eigen::Map<const RowMajor>(part.x.data() + from * d, count, d);
    block.rowwise() -= c.mean.transpose();
    for (Eigen::Index i = 0; i < count; ++i) block.row(i) *= std::sqrt(weight(from + i));
    c.matrix.selfadjointView<Eigen::Lower>().rankUpdate(block.transpose());
  }
  c.matrix /= static_cast<double>(n);
  return c;
}

}  // namespace

Covariance covariance_of(const Design<double>& design, const AlignedVector<double>& weights) {
  return design.moments ? covariance_of(*design.moments) : covariance_of(design.train, design.features, weights);
}

RidgeBasis ridge_basis_of(const Design<double>& design) {
  const Covariance c = covariance_of(design, row_weights(design.train, design.classes, "none"));
  const Spectrum s = spectrum_of(c.matrix);
  return {{c.mean.begin(), c.mean.end()},
          {s.values.begin(), s.values.end()},
          {s.vectors.data(), s.vectors.data() + s.vectors.size()}};
}

bool takes_ridge_basis(const LaneConfig& config, bool sparse) {
  const OptimizerChoice& optimizer = config.training.optimizer;
  const ModelSettings& model = config.model;
  return !sparse && optimizer.is_solver() && optimizer.alternatives()[optimizer.selected()].name == "exact" &&
         !model.has_layers() && model.loss.info().quadratic && model.lasso() == 0 && model.l2_groups.empty();
}

// Eigenvalues that are rounding noise belong to directions in which the data do not vary.
Eigen::MatrixXd solve(const RidgeBasis& basis, double l2, const Eigen::MatrixXd& b) {
  const auto d = static_cast<Eigen::Index>(basis.mean.size());
  const Eigen::Map<const Eigen::VectorXd> mean(basis.mean.data(), d), spectrum(basis.spectrum.data(), d);
  const Eigen::Map<const Eigen::MatrixXd> vectors(basis.vectors.data(), d, d);
  const double noise = noise_level(spectrum);
  Eigen::VectorXd inverse(d);
  for (Eigen::Index j = 0; j < d; ++j)
    inverse[j] = l2 == 0 && spectrum[j] <= noise ? 0 : 1 / (std::max(spectrum[j], 0.0) + l2);
  return solve_about_means(mean, b, [&](const Eigen::MatrixXd& c) -> Eigen::MatrixXd {
    return vectors * (inverse.asDiagonal() * (vectors.transpose() * c));
  });
}

}  // namespace holdout::train
