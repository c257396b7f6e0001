#include "trace_plots.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>

#include "contours.hpp"
#include "svg.hpp"

namespace holdout::report {
namespace {

constexpr double kSide = 520;          // px of the longer side of the plane
constexpr double kFrame[] = {78, 56};  // px around it, for labels

constexpr std::size_t kSeparateSteps = 61;  // so many dots on a path can be told apart

// Hues that stay apart on white and on black, also for most people who see fewer colours; what comes after the eighth
// path is dashed.
constexpr std::array<const char*, 8> kOnLight{"#0b66c3", "#d1344b", "#1f8a3d", "#8e44ad",
                                              "#b86a00", "#007f86", "#8a4b24", "#4d4f53"};
constexpr std::array<const char*, 8> kOnDark{"#6cb6ff", "#ff7b8a", "#6bd98a", "#d59bf0",
                                             "#ffb454", "#4fd6dc", "#e0a37e", "#c8ccd2"};
constexpr std::array<const char*, 4> kDashes{"none", "7 4", "2 3", "9 3 2 3"};

std::string style_sheet() {
  std::string css =
      "svg { color-scheme: light dark; --page: #ffffff; --soft: #5b6670; --rule: #e6eaee; --contour: #9fb0c0; }\n";
  for (std::size_t i = 0; i < kOnLight.size(); ++i)
    css += ".c" + std::to_string(i) + " { --c: " + kOnLight[i] + "; }\n";
  css +=
      "@media (prefers-color-scheme: dark) {\n"
      "svg { --page: #14181c; --soft: #9aa6b1; --rule: #262d34; --contour: #55636f; }\n";
  for (std::size_t i = 0; i < kOnDark.size(); ++i) css += ".c" + std::to_string(i) + " { --c: " + kOnDark[i] + "; }\n";
  css += "}\n";
  for (std::size_t i = 0; i < kDashes.size(); ++i)
    css += ".d" + std::to_string(i) + " { stroke-dasharray: " + kDashes[i] + "; }\n";
  return css +
         "text { font: 12px system-ui, \"Segoe UI\", Roboto, sans-serif; fill: var(--soft); }\n"
         ".page { fill: var(--page); } .grid { stroke: var(--rule); } .contour { fill: none; stroke: var(--contour); "
         "}\n"
         ".path { fill: none; stroke: var(--c); stroke-width: 1.7; stroke-linejoin: round; }\n"
         ".start { fill: var(--page); stroke: var(--soft); stroke-width: 2; } .end, .step { fill: var(--c); }\n"
         ".minimum { fill: none; stroke: var(--soft); stroke-width: 2; }\n";
}

std::string colour(std::size_t path) {
  return "c" + std::to_string(path % kOnLight.size()) + " d" + std::to_string(path / kOnLight.size() % kDashes.size());
}

std::string legend_text(const study::TracePath& path) {
  return path.label + (path.end == "diverged" ? " (diverged)" : "");
}

void add_legend(Plot& plot, const study::Trace& trace) {
  for (std::size_t i = 0; i < trace.paths.size(); ++i) plot.legend("path " + colour(i), legend_text(trace.paths[i]));
}

// In the order of drawing: many steps make a tangle, and what has few would vanish below it.
std::vector<std::size_t> longest_first(const study::Trace& trace) {
  std::vector<std::size_t> order(trace.paths.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater(), [&](std::size_t i) { return trace.paths[i].points.size(); });
  return order;
}

double place(const study::TracePoint& point, Against what) {
  return what == Against::seconds ? point.seconds
                                  : static_cast<double>(what == Against::steps ? point.step : point.examples);
}

}  // namespace

std::string trajectories(const study::Trace& trace) {
  const study::Surface& surface = trace.surface;
  // The same scale on both sides: gradients are then at right angles to the contours.
  const double width = surface.high[0] - surface.low[0], height = surface.high[1] - surface.low[1];
  const double scale = kSide / std::max(width, height);
  Plot plot(Axis::numbers(surface.low[0], surface.high[0], false, 0),
            Axis::numbers(surface.low[1], surface.high[1], false, 0), trace.parameters[0], trace.parameters[1],
            width * scale + kFrame[0], height * scale + kFrame[1]);
  for (const double level : contour_levels(surface, trace.minimum)) plot.path(contour(surface, level), "contour");
  for (const std::size_t i : longest_first(trace)) {
    std::vector<Point> line;
    for (const study::TracePoint& p : trace.paths[i].points) line.push_back({p.theta[0], p.theta[1]});
    plot.path({line}, "path " + colour(i));
    if (line.size() > kSeparateSteps) continue;
    std::erase_if(line, [&](const Point& at) { return !plot.shows(at); });
    plot.dots(line, "step " + colour(i), 2);
  }
  for (const study::TracePath& path : trace.paths) {
    const Point start{path.points.front().theta[0], path.points.front().theta[1]};
    plot.dots({start}, "start", 4);
  }
  for (const study::Point2& at : trace.minima)
    if (plot.shows({at[0], at[1]})) plot.dots({{at[0], at[1]}}, "minimum", 7);
  for (std::size_t i = 0; i < trace.paths.size(); ++i) {
    const study::TracePoint& last = trace.paths[i].points.back();
    if (plot.shows({last.theta[0], last.theta[1]}))
      plot.dots({{last.theta[0], last.theta[1]}}, "end " + colour(i), 3.5);
  }
  add_legend(plot, trace);
  plot.legend("", "○ start  ● end" + std::string(trace.minima.empty() ? "" : "  ◯ minimum"));
  return plot.file("Paths of " + std::to_string(trace.paths.size()) + " configurations over " + trace.what,
                   style_sheet());
}

std::string losses(const study::Trace& trace, Against what) {
  constexpr double kWide = 640, kHeight = 400;
  constexpr double kRise = 100;        // times the highest start: a diverging path leaves the picture there
  constexpr double kRounding = 1e-17;  // of the highest start: below, there is nothing but rounding
  constexpr double kMany = 30;         // times as many steps as another path has: a log axis shows both
  const double base = trace.minimum.value_or(0);
  double start = 0, low = INFINITY, high = -INFINITY, nearest = INFINITY, shortest = INFINITY, longest = 0;
  for (const study::TracePath& path : trace.paths) {
    start = std::max(start, path.points.front().value - base);
    shortest = std::min(shortest, place(path.points.back(), what)),
    longest = std::max(longest, place(path.points.back(), what));
  }
  bool positive = start > 0;
  for (const study::TracePath& path : trace.paths)
    for (const study::TracePoint& p : path.points) {
      const double y = p.value - base;
      positive = positive && (y > 0 || trace.minimum);
      if (y > kRounding * start || !positive) low = std::min(low, y);
      high = std::max(high, std::min(y, kRise * start));
      if (place(p, what) > 0) nearest = std::min(nearest, place(p, what));
    }
  const bool log_x = longest > kMany * shortest && nearest < longest;
  static constexpr const char* kNames[] = {"step", "examples seen", "seconds"};
  const char* const name = kNames[static_cast<int>(what)];
  const std::string value = trace.what + (trace.minimum ? " above its minimum" : "");
  Plot plot(Axis::numbers(log_x ? nearest : 0, std::max(longest, nearest), log_x), Axis::numbers(low, high, positive),
            name, value, kWide, kHeight);
  for (const std::size_t i : longest_first(trace)) {
    std::vector<Point> line;
    for (const study::TracePoint& p : trace.paths[i].points)
      if (!log_x || place(p, what) > 0) line.push_back({place(p, what), p.value - base});
    plot.path({line}, "path " + colour(i));
  }
  add_legend(plot, trace);
  return plot.file(value + " against " + name, style_sheet());
}

}  // namespace holdout::report
