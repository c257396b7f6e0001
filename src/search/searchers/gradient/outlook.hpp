// Where a smooth curve may still be lower than at the places where it is known. Between neighbouring places whose
// values and slopes are exact stands an interpolant, with an estimate of its error; from both follows how low the curve
// may be there. The search along one λ refines the places that this points to, and ends where it points to none.
#pragma once

#include <span>
#include <vector>

#include "hermite.hpp"

namespace holdout::search {

/// Of the curve between the knots `left` and `left + 1`.
struct Outlook {
  std::size_t left = 0;
  double low = 0, high = 0;        // x of both knots
  double error = 0;                // estimate of the greatest error of the interpolant
  double at = 0, value = 0;        // its least value, and where
  double worst_at = 0, worst = 0;  // the least value that the curve may have if the interpolant is off by `error`
};

/// One for each pair of neighbours. The interpolant has degree 7 (four knots, one beyond each end; three where there is
/// none). Its error is `safety` times its distance from those of degree 5 through three of the four knots, and no less
/// than that of both intervals next door allows: two polynomials may agree by chance. An interpolation error vanishes
/// doubly at both ends, so the curve there is value − error · 16 s² (1 − s)², s from 0 to 1.
/// @param knots   two or more, x ascending, values and slopes exact
std::vector<Outlook> outlooks(std::span<const Knot> knots, double safety);

/// The knots that the interpolant between `left` and `left + 1` goes through: [first, last).
struct KnotRange {
  std::size_t first, last;
};
KnotRange knots_around(std::size_t count, std::size_t left);

}  // namespace holdout::search
