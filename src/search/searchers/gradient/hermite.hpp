// A cubic through two values and two slopes.
#pragma once

#include <optional>

namespace holdout::search {

/// A point of a curve: where, how high, how steep.
struct Knot {
  double x = 0, value = 0, slope = 0;
};

/// The minimum of the cubic through two knots, inside (a.x, b.x); none if it has none there. Nocedal and Wright,
/// Numerical Optimization, 2006, eq. 3.59.
std::optional<Knot> cubic_minimum(const Knot& a, const Knot& b);

}  // namespace holdout::search
