// Small plots as SVG: axes with round ticks, dots, lines and clipped paths, a legend. Colours come from a style sheet:
// the page's for inline plots, its own for a file.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdout::report {

/// Maps values to 0 … 1 along a side of a plot.
class Axis {
 public:
  /// Numbers from min to max; on a log axis both are positive. Ends are moved outwards by a share of the whole.
  static Axis numbers(double min, double max, bool log, double margin = 0.04);
  /// Named places side by side: value i is the i-th name.
  static Axis names(std::vector<std::string> names);

  double at(double x) const;  // outside 0 … 1 for values outside the range
  bool log() const { return log_; }
  const std::vector<std::pair<double, std::string>>& ticks() const { return ticks_; }  // value, label

 private:
  double min_ = 0, max_ = 1;  // logarithms on a log axis
  bool log_ = false;
  std::vector<std::pair<double, std::string>> ticks_;
};

struct Point {
  double x = 0, y = 0;
};

/// A plot under construction. Points that lie outside the vertical range are drawn at its edge, hollow.
class Plot {
 public:
  Plot(Axis x, Axis y, std::string_view x_label, std::string_view y_label, double width, double height);

  /// @param style  a class of the style sheet: dot, best, line, second
  void dots(const std::vector<Point>& points, std::string_view style, double radius);
  void line(const std::vector<Point>& points, std::string_view style);
  /// Polylines as one element, cut at the frame: what runs out of it and comes back does so where it should.
  void path(const std::vector<std::vector<Point>>& lines, std::string_view style);
  /// A line of the legend, to the right of the frame: a sample in that style, unless it is empty, and a text.
  void legend(std::string_view style, std::string_view text);
  /// Whether a point is inside the frame.
  bool shows(const Point& point) const;
  /// The finished element; `title` is what a screen reader says.
  std::string svg(std::string_view title) const;
  /// A file of its own, with its style sheet.
  std::string file(std::string_view title, std::string_view style_sheet) const;

 private:
  std::string inside(std::string_view title) const;
  double left(double x) const;
  double top(double y) const;

  Axis x_, y_;
  std::string x_label_, y_label_, body_;
  double width_, height_;
  std::vector<std::pair<std::string, std::string>> legend_;  // style, text
};

}  // namespace holdout::report
