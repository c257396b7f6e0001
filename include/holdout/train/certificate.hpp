// Lower bounds of the hold-out error over intervals of λ, of which a certificate is made: no λ of the range is better
// than the one found by more than a tolerance.
//
// J(θ) = mean loss + (λ/2)‖w‖², the intercepts not penalized; t = ln λ; E(t) is the metric at the minimum of J, on the
// rows that measure it. Two ways to bound E from below on an interval of t:
//   squared loss   one eigendecomposition gives E, E′ and a majorant of |E″| for every t: branch and bound;
//   logistic, softmax   between minima that are known a path θ̃(t) is laid (Hermite's polynomial through θ and dθ/dt).
//                  The residual of J along it is measured, and the curvature of J, whose third derivative is bounded by
//                  the second one (Bach, Self-concordant analysis for logistic regression, EJS 4, 2010), turns it into
//                  a radius: ‖θ_λ − θ̃‖ ≤ s. E is convex in θ. The idea to bound the validation error along λ:
//                  Shibagaki, Suzuki, Karasuyama, Takeuchi, Regularization path of cross-validation error lower bounds,
//                  NIPS 2015.
// Rounding: radii are enlarged by kRadiusInflation, values lowered by kValueInflation, relative, beside estimates of
// what the solves lose. That is no interval arithmetic.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <holdout/train/design.hpp>
#include <holdout/train/metric.hpp>
#include <holdout/train/settings.hpp>

namespace holdout::train {

/// A triangular solve loses as many digits as half of those of the Hessian's condition: at λ = 1e-6 eleven are left.
inline constexpr double kRadiusInflation = 1e-6;
/// Sums of up to a million rows in double keep twelve digits.
inline constexpr double kValueInflation = 1e-10;

/// A minimum of J that is known, need not be exact: what is left of the gradient is measured.
struct CertificateAnchor {
  double l2 = 0;
  std::vector<double> theta;       // [parameter], as LaneResult::theta
  std::vector<double> derivative;  // dθ/dλ [parameter]; empty: not known
};

/// Bounds of one fold. Places are t = ln λ.
class HoldoutBound {
 public:
  virtual ~HoldoutBound() = default;
  /// Lower bounds of the metric for every λ of the interval: one for each of equal parts of it, in order; at least 0.
  /// From many threads, but not beside evaluate().
  virtual std::vector<double> lower(double low, double high) const = 0;
  /// The metric at the minimum of J there, which is known from now on; NaN if it could not be found.
  virtual double evaluate(double at) = 0;
  /// The places from which the bounds are made, ascending, both ends of the range among them. Intervals that are asked
  /// for lie between neighbours.
  virtual std::vector<double> anchors() const = 0;
  /// Whether evaluate() makes bounds tighter. Otherwise they only depend on the width of the interval.
  virtual bool grows() const = 0;
};

/// Why there are no such bounds for the model and the metric, a clause; empty if there are.
std::string not_bounded(const ModelSettings& model, const Metric& metric);
/// The same of the data: more parameters, and more rows, than a Hessian is factored for; too much work or memory. With
/// fewer rows than features the coordinates of what the rows span take the features' place.
std::string not_bounded(const Design<double>& design, const ModelSettings& model);

/// @param design  must outlive the bound; neither not_bounded() says anything
/// @param low, high  the range of λ, 0 < low < high
/// @param anchors    of logistic and softmax; what the range lacks is solved for
/// @throws Error if J has no minimum there that can be found
std::unique_ptr<HoldoutBound> make_holdout_bound(const Design<double>& design, const Metric& metric,
                                                 const ModelSettings& model, double low, double high,
                                                 std::span<const CertificateAnchor> anchors);

}  // namespace holdout::train
