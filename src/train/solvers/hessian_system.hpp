// Systems with the Hessian of J, solved in lanes by products with it alone: directions of Newton's method, and adjoints
// of the search by gradient.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "preconditioner.hpp"
#include "problem.hpp"

namespace holdout::train {

/// Conjugate gradients: Nocedal and Wright, Numerical Optimization, 2006, algorithm 5.3, preconditioned as
/// preconditioner.hpp says. Every product is a pass over the rows that all lanes share; lanes that have come down to
/// their tolerance leave, and those that are left move together. Factors that lanes were given serve later systems,
/// near by, as well. Lanes do not influence each other, to the last bit.
class HessianSystem {
 public:
  /// @param problem, values  must outlive the system; values of that problem
  HessianSystem(const Problem& problem, Values& values);

  /// (H + μ D) x = b, for H = ∇²J(theta). Each lane has one right side, or as many as the others: column c of b is of
  /// lane c mod lanes, and gets what it would get by itself.
  struct Request {
    const LaneTable<double>& theta;
    const LaneTable<double>& b;
    const LaneTable<double>& held;                  // 1 where x is to stay 0, 0 elsewhere, as theta; empty: nowhere
    std::vector<double> damping;                    // [column] μ; empty: 0
    std::vector<double> target;                     // [column] of ‖b − (H + μ D) x‖², at which it leaves
    std::vector<char> lanes;                        // [column] 1: to be solved; else x is 0
    const std::atomic<bool>* interrupt = nullptr;   // read before every product: once true, the solution means nothing
    const AlignedVector<double>* scores = nullptr;  // at theta, as Values::gradient gives them; empty: not known
  };
  struct Solution {
    LaneTable<double> x;
    LaneTable<double> residual;          // b − (H + μ D) x
    std::vector<char> reached;           // [column] 1: the target; else H is flat to rounding in what is left, or the
                                         // number of products was not enough
    std::vector<std::int64_t> products;  // [column] that the lane itself needed
  };
  Solution solve(const Request& request);

  /// D⁻¹ x, and xᵀDx: D is κ + λ where features have λ of their own, else 1.
  LaneTable<double> preconditioned(const LaneTable<double>& x) const;
  std::vector<double> squared_length(const LaneTable<double>& x) const;

 private:
  const Problem& problem_;
  Values& values_;
  LaneTable<double> l2_;              // as ridge_table makes it
  LaneTable<double> preconditioner_;  // diagonal_preconditioner: D⁻¹
  LaneFactors factors_;
  HessianPoint<double> point_;  // its memory serves all systems, as does that of
  AlignedVector<double> some_;  // scores of some lanes
};

/// 1/(κ + λ) for every parameter: an inverse diagonal of the Hessian where features have λ of their own, which may be
/// spread over decades. Empty where there is one λ.
LaneTable<double> diagonal_preconditioner(const Problem& problem);
/// Element by element; an empty diagonal is that of the identity.
LaneTable<double> times(const LaneTable<double>& diagonal, const LaneTable<double>& table);

}  // namespace holdout::train
