// Newton's method of one lane with a factored Hessian, for the search by gradient: the loop, the line search and the
// convergence monitor are those of all solvers; whoever factors the Hessian gives the step.
#pragma once

#include <functional>

#include <Eigen/Core>

#include "../solvers/damping.hpp"
#include "../solvers/descent.hpp"

namespace holdout::train {

class FactoredNewton final : public DescentSolver {
 public:
  /// −H⁻¹∇J, and whether the point is accurate enough as it stands.
  struct Direction {
    Eigen::VectorXd step;
    bool solves;  // H step = −∇J, which a singular H may not allow
    bool accurate;
  };
  using Find =
      std::function<Direction(const Eigen::VectorXd& theta, const Eigen::VectorXd& gradient, double objective)>;
  /// −(H + μ D)⁻¹∇J at the same point, by the diagonal of μ D.
  using FindDamped = std::function<Eigen::VectorXd(const Eigen::VectorXd& damping)>;

  FactoredNewton(const Problem& problem, Find find, FindDamped find_damped);

 private:
  void find_direction() override;
  void learn(const LaneTable<double>& theta_before, const LaneTable<double>& gradient_before) override;

  Find find_;
  FindDamped find_damped_;
  Eigen::VectorXd diagonal_;  // D
  Damping damping_;
};

}  // namespace holdout::train
