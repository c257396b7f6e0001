// The direction of a projected quasi-Newton step.
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "descent.hpp"

namespace holdout::search {

/// What is known of the second derivatives: all of them, or what the last steps showed. Nocedal and Wright, Numerical
/// Optimization, 2006, algorithm 7.4 (L-BFGS) and § 3.4 (eigenvalues made positive).
class QuasiNewton {
 public:
  /// The way from a point with that gradient, inside the box: coordinates at an end of their range from which the
  /// gradient points outward stay there. Always downhill; no coordinate moves more than `longest`.
  std::vector<double> direction(const Box& box, std::span<const double> at, std::span<const double> gradient,
                                std::span<const double> curvature, double longest) const;
  /// Learns from a step and the change of the gradient over it; steps without positive curvature teach nothing.
  void learn(std::vector<double> step, std::vector<double> change);

 private:
  struct Pair {
    std::vector<double> step, change;
    double product = 0;  // step · change
  };
  std::deque<Pair> pairs_;
};

double dot(std::span<const double> a, std::span<const double> b);

}  // namespace holdout::search
