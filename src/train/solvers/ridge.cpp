#include "ridge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <Eigen/Dense>

#include "../ridge_basis.hpp"

namespace holdout::train {
namespace {

// x with (C + Λ) x = b, a λ for every feature; where that is singular, the x of least norm.
Eigen::MatrixXd solve(const Covariance& c, const Ridges& l2, const Eigen::MatrixXd& b) {
  const Eigen::Index d = c.mean.size();
  Eigen::MatrixXd h = c.matrix.selfadjointView<Eigen::Lower>();
  h.diagonal() += Eigen::Map<const Eigen::VectorXd>(l2.data(), d);
  if (*std::min_element(l2.begin(), l2.begin() + d) > 0) return h.llt().solve(b);
  return h.completeOrthogonalDecomposition().solve(b);
}

}  // namespace

void RidgeSolver::run(double tolerance, std::span<LaneResult> results, const std::atomic<bool>* interrupt) {
  constexpr int kMostSteps = 10;  // each takes back all but ~1e-10 of what is left; two or three are enough
  constexpr double kTiny = 1e-300;
  const std::size_t lanes = results.size(), parameters = problem_.model.parameters();
  const Design<double>& design = problem_.design;
  // What lanes with one λ share, and what lanes with many start from.
  std::optional<RidgeBasis> own;
  std::optional<Covariance> covariance;
  const auto solved = [&](const Ridges& l2, const Eigen::VectorXd& g) -> Eigen::VectorXd {
    if (l2.size() == 1) {
      if (!design.ridge && !own) own = ridge_basis_of(design);
      return train::solve(design.ridge ? *design.ridge : *own, l2[0], g);
    }
    if (!covariance) covariance = covariance_of(design, problem_.weights);
    return solve_about_means(covariance->mean, g, [&](const Eigen::MatrixXd& b) { return solve(*covariance, l2, b); });
  };
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
      Eigen::VectorXd g(static_cast<Eigen::Index>(parameters));
      for (std::size_t p = 0; p < parameters; ++p) g[static_cast<Eigen::Index>(p)] = gradient.at(p, lane);
      const Eigen::VectorXd way = solved(problem_.l2[lane], g);
      for (std::size_t p = 0; p < parameters; ++p) theta.at(p, lane) -= way[static_cast<Eigen::Index>(p)];
    }
    if (!running) return;
  }
}

}  // namespace holdout::train
