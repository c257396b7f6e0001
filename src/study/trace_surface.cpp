#include "trace_surface.hpp"

#include <algorithm>
#include <cmath>

namespace holdout::study {
namespace {

struct Box {
  Point2 low{INFINITY, INFINITY}, high{-INFINITY, -INFINITY};

  void add(const Point2& at) {
    for (const std::size_t i : {0u, 1u}) low[i] = std::min(low[i], at[i]), high[i] = std::max(high[i], at[i]);
  }
  double size(std::size_t i) const { return high[i] - low[i]; }
};

// What must be seen: where paths begin, where they end unless that is uphill, and the minima. Of several minima those
// count that a path came to: the others may be far away.
Box essential(const Trace& trace) {
  Box box;
  for (const TracePath& path : trace.paths) {
    box.add(path.points.front().theta);
    if (path.points.back().value <= path.points.front().value) box.add(path.points.back().theta);
  }
  if (trace.minima.size() == 1) box.add(trace.minima.front());
  return box;
}

}  // namespace

Surface surface_around(const Trace& trace,
                       const std::function<std::vector<double>(const std::vector<Point2>&)>& values) {
  constexpr double kFurther = 1;       // paths may leave the essential part by its size: a diverging one goes anywhere
  constexpr double kMargin = 0.12;     // of a side, around everything
  constexpr double kNarrowest = 0.35;  // of the longer side: a path along an axis needs room across
  constexpr std::size_t kSide = 161;   // as fine as the eye sees in 500 pixels
  const Box core = essential(trace);
  Box box = core;
  const double longer = std::max({core.size(0), core.size(1), 1e-9});
  for (const TracePath& path : trace.paths)
    for (const TracePoint& point : path.points) {
      Point2 near;
      for (const std::size_t i : {0u, 1u})
        near[i] = std::clamp(point.theta[i], core.low[i] - kFurther * longer / 2, core.high[i] + kFurther * longer / 2);
      box.add(near);
    }
  Surface surface;
  surface.columns = surface.rows = kSide;
  const double longest = std::max({box.size(0), box.size(1), 1e-9});
  for (const std::size_t i : {0u, 1u}) {
    const double size = std::max(box.size(i), kNarrowest * longest) * (1 + 2 * kMargin);
    const double middle = box.low[i] / 2 + box.high[i] / 2;
    surface.low[i] = middle - size / 2, surface.high[i] = middle + size / 2;
  }
  std::vector<Point2> points;
  for (std::size_t row = 0; row < surface.rows; ++row)
    for (std::size_t column = 0; column < surface.columns; ++column) {
      const double x = static_cast<double>(column) / (kSide - 1), y = static_cast<double>(row) / (kSide - 1);
      points.push_back({std::lerp(surface.low[0], surface.high[0], x), std::lerp(surface.low[1], surface.high[1], y)});
    }
  surface.values = values(points);
  return surface;
}

}  // namespace holdout::study
