// Implicit hypergradients with Hessian-vector products: for models whose Hessian would be too large.
#pragma once

#include <optional>

#include <holdout/train/hypergradient.hpp>

#include "../holdout_slopes.hpp"
#include "../solvers/conditioning.hpp"
#include "../solvers/problem.hpp"

namespace holdout::train {

/// Newton's method and conjugate gradients, all lanes in the same passes. No curvature; values are corrected to first
/// order in the residual.
class IterativeHyperSolver final : public HyperSolver {
 public:
  IterativeHyperSolver(const Design<double>& design, const Metric& metric, const ModelSettings& settings);
  std::vector<HyperDerivatives> solve(const HyperRequest& request) override;
  std::size_t parameters() const override { return model_->parameters(); }

 private:
  // Solves the given lanes to a relative gradient norm, and derives E there; theta in the coordinates of `inner`.
  void solve_to(double tolerance, const HyperRequest& request, const std::vector<std::size_t>& lanes,
                std::vector<HyperDerivatives>& out);
  Problem problem_of(const HyperRequest& request, const std::vector<std::size_t>& lanes) const;

  const Design<double>& design_;
  const Metric& metric_;
  ModelSettings settings_;
  Conditioning conditioning_;
  std::optional<Design<double>> conditioned_;
  const Design<double>& inner_;  // that with columns as solvers want them, or the design itself
  std::unique_ptr<Model<double>> model_;
  HoldoutSlopes error_;
};

}  // namespace holdout::train
