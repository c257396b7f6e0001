#include "ridge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Dense>

#include "../symmetric.hpp"

namespace holdout::train {
namespace {

// Features' weighted means and covariance over the training rows.
struct Covariance {
  Eigen::VectorXd mean;
  Eigen::MatrixXd matrix;  // its lower half
  Spectrum spectrum;
};

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Covariance covariance_of(const Moments& moments) {
  const auto d = static_cast<Eigen::Index>(moments.mean.size());
  Covariance c{Eigen::Map<const Eigen::VectorXd>(moments.mean.data(), d),
               Eigen::Map<const RowMajor>(moments.gram.data(), d + 1, d + 1).topLeftCorner(d, d),
               {}};
  c.spectrum = spectrum_of(c.matrix);
  return c;
}

Covariance covariance_of(const Part<double>& part, std::size_t features, const AlignedVector<double>& weights) {
  constexpr Eigen::Index kRows = 1024;  // centred copies of so many rows at a time
  const auto n = static_cast<Eigen::Index>(part.n), d = static_cast<Eigen::Index>(features);
  Covariance c{Eigen::VectorXd::Zero(d), Eigen::MatrixXd::Zero(d, d), {}};
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
  c.spectrum = spectrum_of(c.matrix);
  return c;
}

// (C + λ)⁻¹ g with one λ. Eigenvalues that are rounding noise belong to directions in which the data do not vary.
Eigen::VectorXd solve(const Spectrum& s, double l2, const Eigen::VectorXd& g) {
  const double noise = noise_level(s.values);
  Eigen::VectorXd step = s.vectors.transpose() * g;
  for (Eigen::Index j = 0; j < step.size(); ++j)
    step[j] = l2 == 0 && s.values[j] <= noise ? 0 : step[j] / (std::max(s.values[j], 0.0) + l2);
  return s.vectors * step;
}

// (C + Λ)⁻¹ g with a λ for every feature; where that is singular, the solution of least norm.
Eigen::VectorXd solve(const Covariance& c, const Ridges& l2, const Eigen::VectorXd& g) {
  if (l2.size() == 1) return solve(c.spectrum, l2[0], g);
  const Eigen::Index d = c.mean.size();
  Eigen::MatrixXd h = c.matrix.selfadjointView<Eigen::Lower>();
  h.diagonal() += Eigen::Map<const Eigen::VectorXd>(l2.data(), d);
  if (*std::min_element(l2.begin(), l2.begin() + d) > 0) return h.llt().solve(g);
  return h.completeOrthogonalDecomposition().solve(g);
}

// theta −= H⁻¹ gradient for one lane. With the intercept at its best for given weights, H acts on the weights alone.
void newton_step(const Covariance& c, const Ridges& l2, const LaneTable<double>& gradient, std::size_t lane,
                 LaneTable<double>& theta) {
  const Eigen::Index d = c.mean.size();
  const auto row = [](Eigen::Index j) { return static_cast<std::size_t>(j); };
  Eigen::VectorXd g(d);
  const double intercept = gradient.at(row(d), lane);
  for (Eigen::Index j = 0; j < d; ++j) g[j] = gradient.at(row(j), lane) - c.mean[j] * intercept;
  const Eigen::VectorXd step = solve(c, l2, g);
  for (Eigen::Index j = 0; j < d; ++j) theta.at(row(j), lane) -= step[j];
  theta.at(row(d), lane) -= intercept - c.mean.dot(step);
}

}  // namespace

void RidgeSolver::run(double tolerance, std::span<LaneResult> results, const std::atomic<bool>* interrupt) {
  constexpr int kMostSteps = 10;  // each takes back all but ~1e-10 of what is left; two or three are enough
  constexpr double kTiny = 1e-300;
  const std::size_t lanes = results.size(), parameters = problem_.model.parameters();
  const Design<double>& design = problem_.design;
  const Covariance covariance =
      design.moments ? covariance_of(*design.moments) : covariance_of(design.train, design.features, problem_.weights);
  Values values(problem_);
  LaneTable<double> theta(parameters, lanes), gradient(parameters, lanes);
  std::vector<double> loss;
  values.gradient(theta, gradient, loss);  // at zero, what tolerances are relative to
  const std::vector<double> first = Values::dot(gradient, gradient);
  std::vector<double> best(lanes, std::numeric_limits<double>::infinity());
  for (std::size_t lane = 0; lane < lanes; ++lane)
    for (std::size_t r = 0; r < parameters; ++r) theta.at(r, lane) = results[lane].theta[r];
  for (int step = 0; step <= kMostSteps; ++step) {
    values.gradient(theta, gradient, loss);
    const std::vector<double> squares = Values::dot(gradient, gradient);
    bool running = false;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      LaneResult& r = results[lane];
      if (r.end != LaneEnd::running) continue;
      const double norm = std::sqrt(squares[lane] / std::max(first[lane], kTiny));
      const bool better = norm < best[lane] / 2;  // else rounding is all that is left
      if (norm < best[lane]) {
        best[lane] = r.gradient_norm = norm;
        r.train_loss = loss[lane], r.epochs = step;
        r.steps = step + 2;  // passes over the rows
        for (std::size_t p = 0; p < parameters; ++p) r.theta[p] = theta.at(p, lane);
      }
      if (norm <= tolerance)
        r.end = LaneEnd::converged;
      else if (!std::isfinite(norm))
        r.end = LaneEnd::diverged;
      else if (!better || step == kMostSteps)
        r.end = LaneEnd::rounding;
      else if (interrupt && interrupt->load())
        r.end = LaneEnd::interrupted;
      if (r.end != LaneEnd::running) continue;
      running = true;
      newton_step(covariance, problem_.l2[lane], gradient, lane, theta);
    }
    if (!running) return;
  }
}

}  // namespace holdout::train
