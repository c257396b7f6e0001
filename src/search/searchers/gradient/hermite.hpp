// Polynomials through values and slopes. A search that has exact errors and derivatives at some places interpolates
// them between: a cubic through two places, degree 7 through four. Also their weights, for whatever else is smooth
// between the same places (the parameters of models). Every number is finite where the knots are finite and apart.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

namespace holdout::search {

/// A point of a curve: where, how high, how steep.
struct Knot {
  double x = 0, value = 0, slope = 0;
};

/// The minimum of the cubic through two knots, inside (a.x, b.x); none if it has none there. Nocedal and Wright,
/// Numerical Optimization, 2006, eq. 3.59.
std::optional<Knot> cubic_minimum(const Knot& a, const Knot& b);

/// The polynomial of least degree through the values and slopes of some knots, in Newton's form with every knot twice.
/// Stoer and Bulirsch, Introduction to Numerical Analysis, 2002, § 2.1.5.
class Hermite {
 public:
  static constexpr std::size_t kMaxKnots = 4;
  /// @param knots  one to kMaxKnots, x ascending
  explicit Hermite(std::span<const Knot> knots);
  double operator()(double x) const;

 private:
  std::size_t terms_;
  std::array<double, 2 * kMaxKnots> at_, factor_;
};

/// What the interpolant at x is made of: Σ value[i] · (value of knot i) + slope[i] · (slope of knot i).
struct HermiteWeights {
  std::array<double, Hermite::kMaxKnots> value{}, slope{};
};
HermiteWeights hermite_weights(std::span<const Knot> knots, double x);

}  // namespace holdout::search
