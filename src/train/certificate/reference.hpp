// Between minima of J: how far the minimum can be from a path, and how low the hold-out error can be there.
#pragma once

#include <vector>

#include <Eigen/Cholesky>

#include "class_rows.hpp"
#include "path.hpp"

namespace holdout::train {

/// Symbols: θ̃(u) the path, u = t − c; H₀ = ∇²J(θ̃(0)) at λ₀ = e^c, and ‖·‖ its norm, ‖·‖* the dual one (of H₀⁻¹); r(u) =
/// ∇J(θ̃(u)) at e^(c+u); δ = θ_λ − θ̃(u). Scores change by a range (max − min over the classes) of κ_i ‖δ‖ at most, κ_i =
/// max_kl ‖x̃_i ⊗ (B_k − B_l)‖*; d_i: what the path has changed it by. Where scores change by a range of ρ, the second
/// derivative of softmax's loss changes by e^−ρ … e^ρ, since
///     |third[u, u, δ]| = |E_p (u − ū)² (δ − δ̄)| ≤ range(δ) · second[u, u].
/// On ‖δ‖ ≤ s the Hessian is at least that of H₀ with rows counted by 1 − a_i, a_i = 1 − e^−(d_i + κ_i s), and λ by
/// min(1, e^u); with h_i the trace of a row's part in H₀⁻¹ times it, and for every c ≥ 1 − min(1, e^u)
///     H ≥ μ(s) H₀,   μ(s) = 1 − c − Σ h_i (a_i − c)₊;    if s μ(s) > ‖r‖* then ‖δ‖ ≤ ‖r‖*/μ(s).
/// ‖r(u)‖* is measured at the ends of each part of the interval, and between them it is no more than the larger one
/// plus η²/8 sup ‖r″‖*, η its width. Suprema over a part come from the polynomials' terms about its middle
/// (bound_within). E is convex: E(θ_λ) ≥ E(θ̃) − ‖∇E(θ̃)‖* ‖δ‖. A row is certainly wrong where another class leads by
/// more than κ_i ‖δ‖.
class Reference {
 public:
  static constexpr std::size_t kParts = 32;

  /// @param path  about `centre`: kTerms coefficients; train, holdout and path must outlive the reference
  Reference(const ClassRows& train, const ClassRows& holdout, const std::vector<Eigen::MatrixXd>& path, double centre);

  struct Bounds {
    std::vector<double> radius;            // ‖δ‖ on each of kParts equal parts; infinity: no bound
    std::vector<double> log_loss, errors;  // and of the metrics, at least 0
  };
  /// @param low, high  t
  Bounds bounds(double low, double high) const;
  /// ‖v‖, v [D][m]
  double norm(const Eigen::MatrixXd& v) const;

 private:
  struct Rows {
    const ClassRows* rows;
    Eigen::VectorXd kappa;
    RowMajor terms;  // of the scores [row][term · K + class]
  };
  struct Samples {                 // at the ends of the parts
    Eigen::MatrixXd gradients;     // [parameter][sample]
    std::vector<double> loss;      // [sample]
    RowMajor wrong;                // 1 − p_y [row][sample]
    std::vector<double> rounding;  // Σ_i v_i ½‖p − e_y‖₁ κ_i [sample]
  };
  struct HoldoutPart {
    double second = 0, turned = 0, wrong = 0;
  };
  Rows rows_of(const ClassRows& rows) const;
  Samples samples(const Rows& rows, const std::vector<double>& at) const;
  std::vector<double> residual_norms(Samples inner, const std::vector<double>& at) const;
  double second_derivative(double middle, double half, Eigen::ArrayXd& changes) const;
  HoldoutPart holdout_part(const Samples& outer, std::size_t part, double middle, double half, double radius) const;
  double dual_norm(const Eigen::MatrixXd& v) const;
  double radius_of(double residual, const Eigen::ArrayXd& changes, double shrink) const;
  double curvature_left(double s, const Eigen::ArrayXd& changes, double shrink) const;
  double penalty_change(double middle, double half) const;

  const std::vector<Eigen::MatrixXd>& path_;
  double centre_, l2_;
  Eigen::LLT<Eigen::MatrixXd> cholesky_;
  Rows train_, holdout_;
  Eigen::ArrayXd leverage_;
  RowMajor probabilities_;  // of the training rows at the centre
};

/// ‖L⁻¹ (x̃ ⊗ B_k − x̃ ⊗ B_l)‖ at most, and the traces of L⁻¹ (x̃ x̃ᵀ ⊗ G) L⁻ᵀ, for every row; G: curvature(row).
struct RowNorms {
  Eigen::VectorXd kappa;
  Eigen::ArrayXd leverage;  // with the rows' weights; empty where they are not wanted
};
RowNorms row_norms(const Eigen::LLT<Eigen::MatrixXd>& cholesky, const ClassRows& rows, const RowMajor* residuals);

}  // namespace holdout::train
