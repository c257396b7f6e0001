#include "svg.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <holdout/base/number.hpp>

#include "text.hpp"

namespace holdout::report {
namespace {

constexpr double kLeft = 64, kRight = 14, kTop = 12, kBottom = 44;  // px around the plot, for labels

// A tenth of a pixel is finer than any screen.
std::string px(double x) {
  char buffer[32];
  const double rounded = std::round(x * 10) / 10;
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, rounded == 0 ? 0.0 : rounded).ptr};
}

std::string label(double x) { return to_text(x, 6); }

std::vector<std::pair<double, std::string>> linear_ticks(double min, double max) {
  constexpr double kWanted = 5;
  const double raw = (max - min) / kWanted, power = std::pow(10, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0})
    if (factor * power >= raw) step = factor * power;
  std::vector<std::pair<double, std::string>> ticks;
  for (double i = std::ceil(min / step - 1e-9); i * step <= max + 1e-9 * step; ++i)
    ticks.emplace_back(i * step, label(i * step));
  return ticks;
}

// Powers of ten, thinned where there are many; 2 and 5 times them where there are few.
std::vector<std::pair<double, std::string>> log_ticks(double min, double max) {
  const double low = std::log10(min), high = std::log10(max);
  const int every = std::max(1, static_cast<int>(std::ceil((high - low) / 7)));
  std::vector<std::pair<double, std::string>> ticks;
  for (int decade = static_cast<int>(std::floor(low)); decade <= static_cast<int>(std::ceil(high)); ++decade)
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (factor > 1 && high - low > 2) break;
      if (every > 1 && decade % every != 0) break;
      const double x = factor * std::pow(10, decade);
      if (x >= min * (1 - 1e-9) && x <= max * (1 + 1e-9)) ticks.emplace_back(x, to_text(x, 3));
    }
  if (ticks.size() < 2) return {{min, to_text(min, 3)}, {max, to_text(max, 3)}};
  return ticks;
}

}  // namespace

Axis Axis::numbers(double min, double max, bool log) {
  constexpr double kMargin = 0.04;  // dots at the ends stay off the frame
  Axis axis;
  axis.log_ = log && min > 0;
  if (!(max > min)) {
    const double half = axis.log_ ? 1 : std::max(std::abs(min) * 0.1, 1e-12);
    min = axis.log_ ? min / 2 : min - half, max = axis.log_ ? max * 2 : max + half;
  }
  axis.min_ = axis.log_ ? std::log10(min) : min;
  axis.max_ = axis.log_ ? std::log10(max) : max;
  const double margin = kMargin * (axis.max_ - axis.min_);
  axis.min_ -= margin, axis.max_ += margin;
  axis.ticks_ =
      axis.log_ ? log_ticks(std::pow(10, axis.min_), std::pow(10, axis.max_)) : linear_ticks(axis.min_, axis.max_);
  return axis;
}

Axis Axis::names(std::vector<std::string> names) {
  Axis axis;
  axis.min_ = -0.5, axis.max_ = static_cast<double>(names.size()) - 0.5;
  for (std::size_t i = 0; i < names.size(); ++i) axis.ticks_.emplace_back(static_cast<double>(i), std::move(names[i]));
  return axis;
}

double Axis::at(double x) const {
  const double scaled = log_ ? (x > 0 ? std::log10(x) : min_ - 1) : x;
  return (scaled - min_) / (max_ - min_);
}

Plot::Plot(Axis x, Axis y, std::string_view x_label, std::string_view y_label, double width, double height)
    : x_(std::move(x)), y_(std::move(y)), x_label_(x_label), y_label_(y_label), width_(width), height_(height) {}

double Plot::left(double x) const { return kLeft + std::clamp(x_.at(x), 0.0, 1.0) * (width_ - kLeft - kRight); }
double Plot::top(double y) const { return kTop + (1 - std::clamp(y_.at(y), 0.0, 1.0)) * (height_ - kTop - kBottom); }

void Plot::dots(const std::vector<Point>& points, std::string_view style, double radius) {
  for (const Point& point : points) {
    const double at = y_.at(point.y);
    body_ += "<circle class=\"" + std::string(style) + (at < 0 || at > 1 ? " outside" : "") + "\" cx=\"" +
             px(left(point.x)) + "\" cy=\"" + px(top(point.y)) + "\" r=\"" + px(radius) + "\"/>\n";
  }
}

void Plot::line(const std::vector<Point>& points, std::string_view style) {
  if (points.empty()) return;
  body_ += "<polyline class=\"" + std::string(style) + "\" points=\"";
  for (const Point& point : points) body_ += px(left(point.x)) + "," + px(top(point.y)) + " ";
  body_.back() = '"';
  body_ += "/>\n";
}

std::string Plot::svg(std::string_view title) const {
  const std::string right = px(width_ - kRight), bottom = px(height_ - kBottom);
  std::string out = "<svg role=\"img\" viewBox=\"0 0 " + px(width_) + " " + px(height_) + "\" width=\"" + px(width_) +
                    "\" height=\"" + px(height_) + "\"><title>" + html_escaped(title) + "</title>\n";
  for (const auto& [value, name] : y_.ticks()) {
    const std::string y = px(top(value));
    out += "<line class=\"grid\" x1=\"" + px(kLeft) + "\" x2=\"" + right + "\" y1=\"" + y + "\" y2=\"" + y + "\"/>" +
           "<text class=\"tick\" text-anchor=\"end\" x=\"" + px(kLeft - 6) + "\" y=\"" + px(top(value) + 4) + "\">" +
           html_escaped(name) + "</text>\n";
  }
  for (const auto& [value, name] : x_.ticks()) {
    const std::string x = px(left(value));
    out += "<line class=\"grid\" x1=\"" + x + "\" x2=\"" + x + "\" y1=\"" + px(kTop) + "\" y2=\"" + bottom + "\"/>" +
           "<text class=\"tick\" text-anchor=\"middle\" x=\"" + x + "\" y=\"" + px(height_ - kBottom + 16) + "\">" +
           html_escaped(name) + "</text>\n";
  }
  const double middle = (kTop + height_ - kBottom) / 2;
  out += "<text class=\"label\" text-anchor=\"middle\" x=\"" + px((kLeft + width_ - kRight) / 2) + "\" y=\"" +
         px(height_ - 8) + "\">" + html_escaped(x_label_) + "</text>\n<text class=\"label\" text-anchor=\"middle\" " +
         "transform=\"translate(14 " + px(middle) + ") rotate(-90)\">" + html_escaped(y_label_) + "</text>\n";
  return out + body_ + "</svg>\n";
}

}  // namespace holdout::report
