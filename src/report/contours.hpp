// Lines of equal height of values on a regular grid.
#pragma once

#include <optional>
#include <vector>

#include <holdout/study/trace.hpp>

#include "svg.hpp"

namespace holdout::report {

/// Where the surface has that height: lines in its coordinates, closed ones end where they begin. Marching squares,
/// after Lorensen and Cline, SIGGRAPH 1987, in two dimensions; cells with a corner that is not finite have no line.
std::vector<std::vector<Point>> contour(const study::Surface& surface, double level);

/// Heights above `minimum` (or the lowest value there is) in equal ratios, ascending.
std::vector<double> contour_levels(const study::Surface& surface, const std::optional<double>& minimum);

}  // namespace holdout::report
