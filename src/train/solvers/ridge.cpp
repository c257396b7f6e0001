#include "ridge.hpp"

#include <algorithm>

#include <Eigen/Dense>

namespace holdout::train {
namespace {

// Each step takes back all but ~1e-10 of what is left: two or three are enough.
constexpr int kPatience = 2, kMaxIterations = 20;

// x with (C + Λ) x = b, a λ for every feature; where that is singular, the x of least norm. Rows and columns are
// scaled to a diagonal of ones first: λ and features may be spread over decades.
Eigen::MatrixXd solve_scaled(const Covariance& c, const Ridges& l2, const Eigen::MatrixXd& b) {
  const Eigen::Index d = c.mean.size();
  Eigen::MatrixXd h = c.matrix.selfadjointView<Eigen::Lower>();
  h.diagonal() += Eigen::Map<const Eigen::VectorXd>(l2.data(), d);
  if (!(*std::min_element(l2.begin(), l2.begin() + d) > 0)) return h.completeOrthogonalDecomposition().solve(b);
  const Eigen::VectorXd unit = h.diagonal().cwiseSqrt().cwiseInverse();
  h = unit.asDiagonal() * h * unit.asDiagonal();
  return unit.asDiagonal() * h.llt().solve(unit.asDiagonal() * b);
}

}  // namespace

RidgeSolver::RidgeSolver(const Problem& problem) : DescentSolver(problem, {kPatience, kMaxIterations, true, false}) {}

Eigen::VectorXd RidgeSolver::solve(std::size_t lane, const Eigen::VectorXd& gradient) {
  const Design<double>& design = problem_.design;
  const Ridges& l2 = problem_.l2[lane];
  if (l2.size() == 1) {
    if (!design.ridge && !basis_) basis_ = ridge_basis_of(design);
    return train::solve(design.ridge ? *design.ridge : *basis_, l2[0], gradient);
  }
  if (!covariance_) covariance_ = covariance_of(design, problem_.weights);
  return solve_about_means(covariance_->mean, gradient,
                           [&](const Eigen::MatrixXd& b) { return solve_scaled(*covariance_, l2, b); });
}

void RidgeSolver::find_direction() {
  for (std::size_t lane = 0; lane < lanes_; ++lane) {
    if (!open(lane)) continue;
    Eigen::VectorXd g(static_cast<Eigen::Index>(parameters_));
    for (std::size_t p = 0; p < parameters_; ++p) g[static_cast<Eigen::Index>(p)] = gradient_.at(p, lane);
    const Eigen::VectorXd step = solve(lane, g);
    decrement_[lane] = g.dot(step);
    for (std::size_t p = 0; p < parameters_; ++p) direction_.at(p, lane) = -step[static_cast<Eigen::Index>(p)];
  }
}

}  // namespace holdout::train
