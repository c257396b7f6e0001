// By what systems with the Hessian H = ∇²J of a lane are preconditioned. Products with H are passes over the rows; a
// matrix M that is close to H, and quickly solved with, makes conjugate gradients take fewer of them:
//
//   M = Q (c̄ S + λ) Qᵀ     from an eigenbasis of the features' covariance C = Q S Qᵀ about their means (RidgeBasis),
//   with
//                          the mean c̄ of the loss's curvature at the point; one basis serves all lanes and all points
//   M = the lane's own H   factored at a point near by, once a system has taken products that cost about as much: where
//                          classes separate, curvatures of rows differ by decades, and c̄ says little
//   M = diag(κ + λ)        where features have λ of their own, spread over decades
//
// What a lane gets follows from its own settings and products, never from its neighbours'.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include <Eigen/Cholesky>

#include "../loss_hessian.hpp"
#include "problem.hpp"

namespace holdout::train {

/// Lanes with more parameters get no factored Hessian: it would take more than 4 MB.
inline constexpr std::size_t kMaxFactoredParameters = 700;

/// (c̄ C + λ)⁻¹ of every output, the intercepts as solve_about_means has them.
class BasisPreconditioner {
 public:
  /// @param added  [lane] λ and damping, what stands beside c̄ S
  BasisPreconditioner(const RidgeBasis& basis, std::size_t outputs, std::span<const double> curvature,
                      std::span<const double> added, std::size_t stride);
  LaneTable<double> apply(const LaneTable<double>& residual) const;

 private:
  const RidgeBasis& basis_;
  std::size_t outputs_;
  std::vector<double> curvature_;
  LaneTable<double> inverse_;  // [eigenvalue][lane] 1/(c̄ s + λ)
};

/// Factored Hessians of lanes that conjugate gradients are slow in.
class LaneFactors {
 public:
  explicit LaneFactors(const Problem& problem);

  /// For systems of so many columns, a multiple of the lanes: column c is of lane c mod lanes, and begins with what the
  /// lane has. What columns beyond the lanes were given is forgotten.
  void set_columns(std::size_t columns);
  /// Before a system, and after each product with the Hessian. `lane`: a column, here and below.
  void begin(std::size_t lane) { lanes_[lane].products = 0; }
  void count(std::size_t lane) { ++lanes_[lane].products; }
  /// Whether factoring the lane's Hessian is due: the system's products so far cost about as much.
  bool due(std::size_t lane) const;
  /// Factors the Hessian of J at theta; rows that are held get an identity's. No factor where it is singular.
  /// @param held  [parameter] 1 where x stays 0; empty: nowhere
  /// @return false if interrupted
  [[nodiscard]] bool make(std::size_t lane, const Eigen::VectorXd& theta, const std::vector<char>& held,
                          const std::atomic<bool>* interrupt);
  /// Whether the lane has a factor, of a Hessian with the same held rows.
  bool has(std::size_t lane, const std::vector<char>& held) const;
  /// The residual's column becomes M⁻¹ times it.
  void solve(std::size_t lane, Eigen::VectorXd& residual) const { lanes_[lane].cholesky->solveInPlace(residual); }

 private:
  struct Lane {
    std::int64_t products = 0;
    std::int64_t patience = 1;  // times what is due: more after each Hessian that was singular
    std::shared_ptr<const Eigen::LLT<Eigen::MatrixXd>> cholesky;
    std::vector<char> held;
  };
  const Problem& problem_;
  LaneTable<double> l2_;
  LossHessian hessian_;
  double price_;             // of a factored Hessian, in products; infinity: too large, or there is no row to be gained
  std::vector<Lane> lanes_;  // [column]
};

}  // namespace holdout::train
