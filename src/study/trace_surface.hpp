// The part of the plane that a trace shows, and the heights in it.
#pragma once

#include <functional>
#include <vector>

#include <holdout/study/trace.hpp>

namespace holdout::study {

/// At most so many points of a path are kept.
inline constexpr std::size_t kMaxTracePoints = 10'000;

/// A window around starts, minima, and the paths as far as they stay near.
/// @param values  of the function at many points
Surface surface_around(const Trace& trace,
                       const std::function<std::vector<double>(const std::vector<Point2>&)>& values);

}  // namespace holdout::study
