// Small plots as inline SVG: axes with round ticks, dots and lines. Colours come from the page's style sheet.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdout::report {

/// Maps values to 0 … 1 along a side of a plot.
class Axis {
 public:
  /// Numbers from min to max; on a log axis both are positive. Ends are moved outwards a little.
  static Axis numbers(double min, double max, bool log);
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
  /// The finished element; `title` is what a screen reader says.
  std::string svg(std::string_view title) const;

 private:
  double left(double x) const;
  double top(double y) const;

  Axis x_, y_;
  std::string x_label_, y_label_, body_;
  double width_, height_;
};

}  // namespace holdout::report
