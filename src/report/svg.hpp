// Small plots as SVG: dots, lines and clipped paths, a legend. Colours come from a style sheet:
// the page's for inline plots, its own for a file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "axis.hpp"

namespace holdout::report {

struct Point {
  double x = 0, y = 0;
};

/// What a mark says of itself: the number of its trial, of which the page knows the rest, or a text.
struct Note {
  std::optional<int> trial = {};
  std::string text = {};
};

/// A plot under construction. Points that lie outside the vertical range are drawn at its edge, hollow; what has no
/// place (a coordinate is NaN) is not drawn.
class Plot {
 public:
  Plot(Axis x, Axis y, std::string_view x_label, std::string_view y_label, double width, double height);

  /// @param style  a class of the style sheet: dot, best, line, second
  void dots(const std::vector<Point>& points, std::string_view style, double radius);
  void dot(const Point& point, std::string_view style, double radius, const Note& note);
  void line(const std::vector<Point>& points, std::string_view style, const Note& note = {});
  /// A straight piece, as long as it lies: error bars, arrows (`head`).
  void segment(const Point& from, const Point& to, std::string_view style, bool head = false);
  /// A rectangle between two corners.
  void box(const Point& from, const Point& to, std::string_view style, const Note& note);
  /// Text at a point, moved by (dx, dy) px; `anchor`: start, middle, end.
  void text(const Point& at, double dx, double dy, std::string_view anchor, std::string_view style,
            std::string_view words);
  /// Polylines as one element, cut at the frame: what runs out of it and comes back does so where it should.
  void path(const std::vector<std::vector<Point>>& lines, std::string_view style, const Note& note = {});
  /// The same in shares of the frame, 0 … 1.
  void shares(const std::vector<std::vector<Point>>& lines, std::string_view style);
  void dot_at(const Point& share, std::string_view style, double radius, const Note& note);
  /// A line of the legend, to the right of the frame: a sample in that style, unless it is empty, and a text.
  void legend(std::string_view style, std::string_view text);
  /// Whether a point is inside the frame.
  bool shows(const Point& point) const;
  /// Room on the left for the names of an axis, px; before anything is drawn.
  void widen_left(double room) { left_room_ = room; }
  /// The finished element; `title` is what a screen reader says.
  std::string svg(std::string_view title) const;
  /// A file of its own, with its style sheet.
  std::string file(std::string_view title, std::string_view style_sheet) const;

 private:
  std::string inside(std::string_view title) const;
  std::pair<double, double> size() const;
  std::string samples() const;
  void trace(const std::vector<std::vector<Point>>& lines, std::string_view style, const Note& note);
  bool has_place(const Point& point) const;
  double left(double x) const;
  double top(double y) const;

  Axis x_, y_;
  std::string x_label_, y_label_, body_;
  double width_, height_, left_room_ = 64;
  std::vector<std::pair<std::string, std::string>> legend_;  // style, text
};

}  // namespace holdout::report
