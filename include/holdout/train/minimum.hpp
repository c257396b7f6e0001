// What is known of J at trained parameters: whether there is one minimum, and how far away it can be.
#pragma once

#include <limits>
#include <span>
#include <string>

#include <holdout/train/trainer.hpp>

namespace holdout::train {

enum class Convexity { none, convex, strongly };

/// Facts of J at some parameters, on the rows it was trained on. NaN: not known.
struct MinimumFacts {
  Convexity convexity = Convexity::none;
  std::string reason;                                   // why, in words
  double gradient_norm = 0;                             // ‖∇J‖; with l1 of the subgradient of least norm
  double least_eigenvalue = 0, largest_eigenvalue = 0;  // of the Hessian of J without l1; with few parameters
  /// The minimum's weights are no farther away, in the norm of their difference, and J is no farther above its minimum.
  /// Both are shown in extended precision, with the rounding of the gradient and the distance of the intercepts from
  /// their own best values counted; NaN where nothing could be shown. J is strongly convex in the weights with
  /// μ = l2 (Boyd and Vandenberghe, Convex Optimization, 2004, eq. 9.11), once the intercepts are at their best; that
  /// with squared loss with the least eigenvalue of its Hessian, too.
  double distance = std::numeric_limits<double>::quiet_NaN(), gap = distance;
  /// J falls for ever: the classes of the training rows can be separated, and nothing penalizes the weights.
  bool no_minimum = false;
};

/// At most so many parameters have a Hessian formed, and only where that is at most so much work (rows · parameters²).
inline constexpr std::size_t kHessianParameters = 400;
inline constexpr double kHessianWork = 1e10;

MinimumFacts minimum_facts(const Design<double>& design, const ModelSettings& model, std::span<const double> theta);
/// The same in double of rows as rounded to floats, some at a time: takes no second copy of them. Dense rows only.
MinimumFacts minimum_facts(const Design<float>& design, const ModelSettings& model, std::span<const double> theta);

}  // namespace holdout::train
