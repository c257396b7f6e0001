#include "contours.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace holdout::report {
namespace {

// An edge of the grid, and where the level crosses it: 2 (row · columns + column) goes right from a node, one more goes
// up.
using Edge = std::size_t;

class Marching {
 public:
  Marching(const study::Surface& surface, double level) : s_(surface), level_(level) {
    for (std::size_t row = 0; row + 1 < s_.rows; ++row)
      for (std::size_t column = 0; column + 1 < s_.columns; ++column) cell(row, column);
  }

  std::vector<std::vector<Point>> lines() {
    std::vector<std::vector<Point>> all;
    const auto follow_all = [&](std::size_t ends) {
      for (const auto& [edge, next] : links_)
        if (!next.empty() && next.size() <= ends) all.push_back(follow(edge));
    };
    follow_all(1);  // those that begin at the border, then the closed ones
    follow_all(2);
    return all;
  }

 private:
  double height(std::size_t row, std::size_t column) const { return s_.values[row * s_.columns + column]; }

  void cell(std::size_t row, std::size_t column) {
    // Corners against the clock from the lower left; edge k goes from corner k to the next.
    const std::array<double, 4> h{height(row, column), height(row, column + 1), height(row + 1, column + 1),
                                  height(row + 1, column)};
    if (!std::isfinite(h[0] + h[1] + h[2] + h[3])) return;
    const Edge node = 2 * (row * s_.columns + column);
    const std::array<Edge, 4> edges{node, node + 3, node + 2 * s_.columns, node + 1};
    std::array<std::size_t, 4> crossed{};
    std::size_t count = 0;
    for (std::size_t k = 0; k < 4; ++k)
      if (above(h[k]) != above(h[(k + 1) % 4])) crossed[count++] = k;
    if (count == 2) link(edges[crossed[0]], edges[crossed[1]]);
    if (count < 4) return;
    // A saddle: the middle says whether the corners above the level are joined through it.
    const bool joined = above((h[0] + h[1] + h[2] + h[3]) / 4) == above(h[0]);
    link(edges[0], edges[joined ? 1 : 3]);
    link(edges[2], edges[joined ? 3 : 1]);
  }

  bool above(double h) const { return h >= level_; }

  void link(Edge a, Edge b) { links_[a].push_back(b), links_[b].push_back(a); }

  std::vector<Point> follow(Edge edge) {
    std::vector<Point> line{place(edge)};
    for (std::vector<Edge>* next = &links_[edge]; !next->empty(); next = &links_[edge]) {
      const Edge to = next->back();
      next->pop_back();
      std::vector<Edge>& back = links_[to];
      back.erase(std::find(back.begin(), back.end(), edge));
      line.push_back(place(edge = to));
    }
    return line;
  }

  Point place(Edge edge) const {
    const std::size_t node = edge / 2, row = node / s_.columns, column = node % s_.columns;
    const bool up = edge % 2 == 1;
    const double from = height(row, column), to = up ? height(row + 1, column) : height(row, column + 1);
    const double share = (level_ - from) / (to - from);
    const double x = static_cast<double>(column) + (up ? 0 : share), y = static_cast<double>(row) + (up ? share : 0);
    return {std::lerp(s_.low[0], s_.high[0], x / static_cast<double>(s_.columns - 1)),
            std::lerp(s_.low[1], s_.high[1], y / static_cast<double>(s_.rows - 1))};
  }

  const study::Surface& s_;
  double level_;
  std::map<Edge, std::vector<Edge>> links_;  // crossed edges and those they are joined to: one or two
};

}  // namespace

std::vector<std::vector<Point>> contour(const study::Surface& surface, double level) {
  return Marching(surface, level).lines();
}

std::vector<double> contour_levels(const study::Surface& surface, const std::optional<double>& minimum) {
  constexpr int kLevels = 14;
  constexpr std::size_t kLowest = 300;  // one in so many points lies inside the lowest line: smaller ones are specks
  std::vector<double> heights;
  for (const double value : surface.values)
    if (std::isfinite(value)) heights.push_back(value);
  if (heights.empty()) return {};
  std::sort(heights.begin(), heights.end());
  const double base = minimum.value_or(heights.front());
  const double low = heights[heights.size() / kLowest] - base, high = heights.back() - base;
  if (!(low > 0) || !(high > low)) return {};
  std::vector<double> levels;
  for (int i = 0; i < kLevels; ++i)
    levels.push_back(base + low * std::pow(high / low, static_cast<double>(i) / kLevels));
  return levels;
}

}  // namespace holdout::report
