#include "factored_newton.hpp"

#include "../solvers/hessian_system.hpp"

namespace holdout::train {
namespace {

constexpr int kPatience = 5, kMaxIterations = 200;

}  // namespace

FactoredNewton::FactoredNewton(const Problem& problem, Find find, FindDamped find_damped)
    : DescentSolver(problem, {kPatience, kMaxIterations, true, false}),
      find_(std::move(find)),
      find_damped_(std::move(find_damped)),
      diagonal_(Eigen::VectorXd::Ones(static_cast<Eigen::Index>(parameters_))) {
  const LaneTable<double> inverse = diagonal_preconditioner(problem_);
  for (std::size_t p = 0; p < inverse.rows(); ++p) diagonal_[static_cast<Eigen::Index>(p)] = 1 / inverse.at(p, 0);
}

void FactoredNewton::find_direction() {
  Eigen::VectorXd theta(static_cast<Eigen::Index>(parameters_)), gradient(theta.size());
  for (std::size_t p = 0; p < parameters_; ++p) {
    theta[static_cast<Eigen::Index>(p)] = theta_.at(p, 0);
    gradient[static_cast<Eigen::Index>(p)] = gradient_.at(p, 0);
  }
  const Direction found = find_(theta, gradient, value_[0]);
  if (interrupted()) return;
  if (found.accurate) monitor_->accept(0);
  Eigen::VectorXd step = found.step;
  if (damping_.mu == 0 && (!found.solves || !step.allFinite())) damping_.begin();
  if (damping_.mu == 0)
    decrement_[0] = -gradient.dot(step);
  else
    step = find_damped_(damping_.mu * diagonal_);
  for (std::size_t p = 0; p < parameters_; ++p) direction_.at(p, 0) = step[static_cast<Eigen::Index>(p)];
  damping_.measure(gradient.dot(step), step.cwiseProduct(diagonal_).dot(step));
}

void FactoredNewton::learn(const LaneTable<double>&, const LaneTable<double>&) { damping_.learn(step_[0]); }

}  // namespace holdout::train
