// Implicit hypergradients with a factored Hessian.
#pragma once

#include <optional>

#include <holdout/train/hypergradient.hpp>

#include "../hyperparameters.hpp"
#include "../solvers/conditioning.hpp"
#include "factor.hpp"
#include "holdout_error.hpp"
#include "iterative.hpp"
#include "training_loss.hpp"

namespace holdout::train {

class DenseHyperSolver final : public HyperSolver {
 public:
  DenseHyperSolver(const Design<double>& design, const Metric& metric, const ModelSettings& settings);
  std::vector<HyperDerivatives> solve(const HyperRequest& request) override;
  std::size_t parameters() const override { return model_->parameters(); }

 private:
  // J of the lane at hand, and what is known at the point where it stands, in the coordinates of `inner`.
  struct Lane {
    const LaneConfig* config;
    Eigen::VectorXd l2;            // [parameter]
    Eigen::VectorXd theta, slope;  // slope: ∇J; with l1 of the subgradient of least norm
    double loss = 0, objective = 0;
    std::vector<Eigen::Index> support;  // parameters that l1 does not hold at 0
  };
  // Of E at a point: the adjoint q = H⁻¹∇E, the Newton step −H⁻¹∇J, and E corrected along it.
  struct Adjoint {
    std::optional<Factor> factor;
    Eigen::VectorXd q, step;
    Eigen::MatrixXd tangents;      // dθ/dh of a few hyperparameters h, a column each; none if they are many
    Eigen::VectorXd bend;          // (∇²E − D³[q]) · step
    Eigen::MatrixXd bent;          // the same of the tangents, where d²E/dh² is wanted
    double first = 0, second = 0;  // corrections of E
    double error = 0;              // an estimate of what they leave
    bool close = false;            // the corrections are known, and small against E
  };

  bool goes_side_by_side(const HyperRequest& request, std::size_t lane) const;
  void solve_side_by_side(const HyperRequest& request, const std::vector<std::size_t>& lanes,
                          std::vector<HyperDerivatives>& out);
  void solve_lane(const HyperRequest& request, Lane& lane, HyperDerivatives& out);
  Lane make_lane(const LaneConfig& config) const;
  Eigen::VectorXd start_of(const Lane& lane, const HyperRequest& request, const HyperStart* start) const;
  void evaluate(Lane& lane, HyperWork& work);
  /// @return false if interrupted: then there is no factor
  [[nodiscard]] bool factor(const Lane& lane, const HyperRequest& request, Adjoint& adjoint, HyperWork& work);
  void adjoin(const Lane& lane, const HyperRequest& request, Adjoint& adjoint);
  Eigen::MatrixXd curved(const Lane& lane, const Eigen::VectorXd& q, const Eigen::MatrixXd& directions);
  static bool is_near_minimum(const Lane& lane, const Eigen::VectorXd& step);
  void minimize(Lane& lane, const HyperRequest& request, Adjoint& at, HyperDerivatives& out);
  void minimize_with_l1(const HyperRequest& request, const std::vector<std::size_t>& numbers, std::vector<Lane>& lanes,
                        std::vector<HyperDerivatives>& out);
  bool solves(const Lane& lane, const Adjoint& at);
  [[nodiscard]] bool polish(Lane& lane, const HyperRequest& request, Adjoint& at, HyperDerivatives& out);
  const RidgeBasis& basis();
  void derive(const Lane& lane, const Adjoint& adjoint, const HyperRequest& request, HyperDerivatives& out);
  Eigen::MatrixXd changes(const Lane& lane, const HyperRequest& request) const;
  Eigen::VectorXd ridge_slope(const Lane& lane, const PenaltySlope& slope) const;
  std::vector<double> curvature(const Lane& lane, const Adjoint& adjoint, const HyperRequest& request) const;
  Eigen::VectorXd by_weight(const Ridges& ridges) const;

  const Design<double>& design_;
  const Metric& metric_;
  ModelSettings settings_;
  Conditioning conditioning_;
  std::optional<Design<double>> conditioned_;
  const Design<double>& inner_;  // that with columns as solvers want them, or the design itself
  std::unique_ptr<Model<double>> model_;
  std::size_t loss_place_;
  TrainingLoss loss_;
  HoldoutError error_;
  std::optional<RidgeBasis> basis_;  // where the design has none
  Eigen::VectorXd scale_;            // [penalized parameter] Conditioning::scale
  std::optional<IterativeHyperSolver> side_by_side_;
  std::vector<LossAtZero> at_zero_;
};

}  // namespace holdout::train
