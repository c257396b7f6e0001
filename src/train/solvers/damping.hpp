// The damping of Newton's method, of one lane.
#pragma once

namespace holdout::train {

/// μ of the damped system (H + μ D) d = −∇J: larger after each step that had to be cut down, smaller after each that
/// had not, 0 near a minimum with a Hessian that says what J does (Levenberg, 1944; Marquardt, 1963).
struct Damping {
  double mu = 0;
  double curvature = 0;  // dᵀHd / dᵀDd of the last direction d

  /// After a direction, by gᵀd and dᵀDd. The residual of its system must be orthogonal to d: dᵀ(H + μ D)d = −gᵀd.
  void measure(double fall, double squared_length);
  /// Where H is 0 to rounding: d = −D⁻¹g is the direction of this damping.
  void begin() { mu = 1; }
  /// After a step of t times the direction, which is that of a model 1/t times as curved; 0: none was found.
  void learn(double t);
};

}  // namespace holdout::train
