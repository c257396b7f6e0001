// The pictures of a trace, each an SVG file of its own.
#pragma once

#include <string>

#include <holdout/study/trace.hpp>

namespace holdout::report {

/// Every path over the contours of the surface: one path element of class `path` for each.
std::string trajectories(const study::Trace& trace);

enum class Against { steps, examples, seconds };

/// Height above the minimum of every path, on a log axis where it can be.
std::string losses(const study::Trace& trace, Against what);

}  // namespace holdout::report
