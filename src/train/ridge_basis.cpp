#include "ridge_basis.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Dense>

#include <holdout/train/design.hpp>
#include <holdout/train/trainer.hpp>

#include "kernels.hpp"
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

// The product is a gradient pass whose slopes are the weighted, centred rows themselves, a feature a lane.
Covariance covariance_of(const Part<double>& part, std::size_t features, const AlignedVector<double>& weights) {
  constexpr std::size_t kRows = 64;  // centred copies of so many rows at a time: they stay in the cache
  const std::size_t d = features;
  const auto weight = [&](std::size_t i) { return weights.empty() ? 1 : weights[i]; };
  Covariance c{Eigen::VectorXd::Zero(static_cast<Eigen::Index>(d)), {}};
  for (std::size_t i = 0; i < part.n; ++i)
    for (std::size_t j = 0; j < d; ++j) c.mean[static_cast<Eigen::Index>(j)] += weight(i) * part.x[i * d + j];
  c.mean /= static_cast<double>(part.n);
  LaneTable<double> gram(d, d), rows(kRows, d), rest(1, d);
  AlignedVector<double> centred(kRows * d);
  for (std::size_t first = 0; first < part.n; first += kRows) {
    const std::size_t n = std::min(kRows, part.n - first);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < d; ++j) {
        const double x = part.x[(first + i) * d + j] - c.mean[static_cast<Eigen::Index>(j)];
        centred[i * d + j] = x, rows.at(i, j) = weight(first + i) * x;
      }
    gradient(GradientPass<double>{Rows<double>{centred.data(), d, nullptr, n}, rows.row(0), rows.stride(), gram.row(0),
                                  rest.row(0), gram.stride(), first == 0, true});
  }
  c.matrix = Eigen::Map<const RowMajor, 0, Eigen::OuterStride<>>(
                 gram.row(0), static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(d),
                 Eigen::OuterStride<>(static_cast<Eigen::Index>(gram.stride()))) /
             static_cast<double>(part.n);
  return c;
}

}  // namespace

Covariance covariance_of(const Design<double>& design, const AlignedVector<double>& weights) {
  return design.moments ? covariance_of(*design.moments) : covariance_of(design.train, design.features, weights);
}

RidgeBasis ridge_basis_of(const Design<double>& design) {
  const Covariance c = covariance_of(design, own_weights(design.train));
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
