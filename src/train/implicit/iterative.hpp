// Implicit hypergradients with Hessian-vector products, all lanes side by side: for models whose Hessian would be too
// large, and for several lanes that are to be solved exactly.
#pragma once

#include <optional>

#include <holdout/train/hypergradient.hpp>

#include "../holdout_slopes.hpp"
#include "../solvers/conditioning.hpp"
#include "../solvers/newton.hpp"
#include "../solvers/problem.hpp"

namespace holdout::train {

/// Newton's method and conjugate gradients, all lanes in the same passes. No curvature; values are corrected to first
/// order in the residual.
///
/// Of one hyperparameter h the adjoint H q = ∇E and the tangent H t = −∂∇J/∂h are both solved for, loosely: with the
/// residuals ρ = ∇E − H q and σ = −∂∇J/∂h − H t,
///
///   dE/dh = −q·∂∇J/∂h + ρ·t + ρ·H⁻¹σ,
///
/// of which the last term, a product of two residuals, is left out (Pierce and Giles, SIAM Review 42, 2000, § 2).
class IterativeHyperSolver final : public HyperSolver {
 public:
  IterativeHyperSolver(const Design<double>& design, const Metric& metric, const ModelSettings& settings);
  /// @param conditioned  the design with columns as solvers want them, which must outlive the solver
  IterativeHyperSolver(const Design<double>& design, const Metric& metric, const ModelSettings& settings,
                       Conditioning conditioning, const Design<double>& conditioned);
  std::vector<HyperDerivatives> solve(const HyperRequest& request) override;
  std::size_t parameters() const override { return model_->parameters(); }

 private:
  // Solves the given lanes to a relative gradient norm, and derives E there; theta in the coordinates of `inner`.
  void solve_to(double tolerance, const HyperRequest& request, const std::vector<std::size_t>& lanes,
                std::vector<HyperDerivatives>& out);
  Problem problem_of(const HyperRequest& request, const std::vector<std::size_t>& lanes);
  // Where all lanes of a level are: θ, ∇J without l1 and ∇E there, and the solutions of both systems: columns are the
  // lanes' adjoints and then, of one hyperparameter, their tangents.
  struct Level {
    LaneTable<double> theta, slope, held, up;
    AlignedVector<double> scores;  // as LossSum gives them
    HessianSystem::Solution solved;
    bool tangents = false;
  };
  Level level_at(const Problem& problem, NewtonSolver& newton, std::span<const LaneResult> results);
  HessianSystem::Solution solve_systems(const Level& level, NewtonSolver& newton, const HyperRequest& request,
                                        const std::vector<std::size_t>& lanes) const;
  LaneTable<double> changes(const LaneTable<double>& theta, const HyperRequest& request,
                            const std::vector<std::size_t>& lanes) const;
  void derive(const Level& level, const Problem& problem, const HyperRequest& request, std::size_t lane,
              std::size_t column, HyperDerivatives& out) const;

  const Design<double>& design_;
  const Metric& metric_;
  ModelSettings settings_;
  Conditioning conditioning_;
  std::optional<Design<double>> conditioned_;
  const Design<double>& inner_;  // that with columns as solvers want them, or the design itself
  std::unique_ptr<Model<double>> model_;
  HoldoutSlopes error_;
  std::vector<LossAtZero> at_zero_;
};

}  // namespace holdout::train
