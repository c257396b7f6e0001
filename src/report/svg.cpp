#include "svg.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <holdout/base/number.hpp>

#include "text.hpp"

namespace holdout::report {
namespace {

constexpr double kRight = 14, kTop = 12, kBottom = 44;  // px around the plot, for labels

// A tenth of a pixel is finer than any screen.
std::string px(double x) {
  char buffer[32];
  const double rounded = std::round(x * 10) / 10;
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, rounded == 0 ? 0.0 : rounded).ptr};
}

// The part of a segment inside the unit square, if there is one: Liang and Barsky, ACM TOG 3, 1984.
std::optional<std::pair<Point, Point>> cut_at_frame(const Point& from, const Point& to) {
  double first = 0, last = 1;
  const auto cut = [&](double step, double room) {  // keeps t with step · t ≤ room
    if (step == 0) return room >= 0;
    const double t = room / step;
    if (step < 0)
      first = std::max(first, t);
    else
      last = std::min(last, t);
    return first <= last;
  };
  const double dx = to.x - from.x, dy = to.y - from.y;
  if (!std::isfinite(dx) || !std::isfinite(dy)) return {};
  if (!cut(-dx, from.x) || !cut(dx, 1 - from.x) || !cut(-dy, from.y) || !cut(dy, 1 - from.y)) return {};
  const auto at = [&](double t) { return t == 0 ? from : t == 1 ? to : Point{from.x + t * dx, from.y + t * dy}; };
  return std::pair{at(first), at(last)};
}

}  // namespace

Plot::Plot(Axis x, Axis y, std::string_view x_label, std::string_view y_label, double width, double height)
    : x_(std::move(x)), y_(std::move(y)), x_label_(x_label), y_label_(y_label), width_(width), height_(height) {}

double Plot::left(double x) const {
  return left_room_ + std::clamp(x_.at(x), 0.0, 1.0) * (width_ - left_room_ - kRight);
}
double Plot::top(double y) const { return kTop + (1 - std::clamp(y_.at(y), 0.0, 1.0)) * (height_ - kTop - kBottom); }

namespace {

std::string attributes(const Note& note) {
  if (note.trial) return " data-t=\"" + std::to_string(*note.trial) + "\"";
  return note.text.empty() ? "" : " data-tip=\"" + html_escaped(note.text) + "\"";
}

}  // namespace

// NaN has no place.
bool Plot::has_place(const Point& point) const { return !std::isnan(x_.at(point.x)) && !std::isnan(y_.at(point.y)); }

void Plot::dot(const Point& point, std::string_view style, double radius, const Note& note) {
  if (!has_place(point)) return;
  const double at = y_.at(point.y);
  body_ += "<circle class=\"" + std::string(style) + (at < 0 || at > 1 ? " outside" : "") + "\" cx=\"" +
           px(left(point.x)) + "\" cy=\"" + px(top(point.y)) + "\" r=\"" + px(radius) + "\"" + attributes(note) +
           "/>\n";
}

void Plot::segment(const Point& from, const Point& to, std::string_view style, bool head) {
  if (!has_place(from) || !has_place(to)) return;
  const std::string start = "<path class=\"" + std::string(style) + "\" d=\"M";
  const double x = left(to.x), y = top(to.y);
  body_ += start + px(left(from.x)) + " " + px(top(from.y)) + "L" + px(x) + " " + px(y);
  const double dx = x - left(from.x), dy = y - top(from.y), length = std::hypot(dx, dy);
  if (head && length > 0) {
    constexpr double kHead = 5;  // px
    const double ux = kHead * dx / length, uy = kHead * dy / length;
    body_ += "M" + px(x - ux - uy / 2) + " " + px(y - uy + ux / 2) + "L" + px(x) + " " + px(y) + "L" +
             px(x - ux + uy / 2) + " " + px(y - uy - ux / 2);
  }
  body_ += "\"/>\n";
}

void Plot::box(const Point& from, const Point& to, std::string_view style, const Note& note) {
  if (!has_place(from) || !has_place(to)) return;
  const double x = std::min(left(from.x), left(to.x)), y = std::min(top(from.y), top(to.y));
  body_ += "<rect class=\"" + std::string(style) + "\" x=\"" + px(x) + "\" y=\"" + px(y) + "\" width=\"" +
           px(std::abs(left(to.x) - left(from.x))) + "\" height=\"" + px(std::abs(top(to.y) - top(from.y))) + "\"" +
           attributes(note) + "/>\n";
}

void Plot::text(const Point& at, double dx, double dy, std::string_view anchor, std::string_view style,
                std::string_view words) {
  if (!has_place(at)) return;
  body_ += "<text class=\"" + std::string(style) + "\" text-anchor=\"" + std::string(anchor) + "\" x=\"" +
           px(left(at.x) + dx) + "\" y=\"" + px(top(at.y) + dy) + "\">" + html_escaped(words) + "</text>\n";
}

void Plot::dots(const std::vector<Point>& points, std::string_view style, double radius) {
  for (const Point& point : points) dot(point, style, radius, {});
}

void Plot::line(const std::vector<Point>& points, std::string_view style, const Note& note) {
  std::string places;
  for (const Point& point : points)
    if (has_place(point)) places += (places.empty() ? "" : " ") + px(left(point.x)) + "," + px(top(point.y));
  if (places.empty()) return;
  body_ += "<polyline class=\"" + std::string(style) + "\" points=\"" + places + "\"" + attributes(note) + "/>\n";
}

void Plot::path(const std::vector<std::vector<Point>>& lines, std::string_view style, const Note& note) {
  std::vector<std::vector<Point>> places(lines);
  for (std::vector<Point>& line : places)
    for (Point& point : line) point = {x_.at(point.x), y_.at(point.y)};
  trace(places, style, note);
}

void Plot::shares(const std::vector<std::vector<Point>>& lines, std::string_view style) { trace(lines, style, {}); }

void Plot::dot_at(const Point& share, std::string_view style, double radius, const Note& note) {
  body_ += "<circle class=\"" + std::string(style) + "\" cx=\"" +
           px(left_room_ + share.x * (width_ - left_room_ - kRight)) + "\" cy=\"" +
           px(kTop + (1 - share.y) * (height_ - kTop - kBottom)) + "\" r=\"" + px(radius) + "\"" + attributes(note) +
           "/>\n";
}

void Plot::trace(const std::vector<std::vector<Point>>& lines, std::string_view style, const Note& note) {
  constexpr double kApart = 0.3;  // px: nearer points are not told apart
  const double width = width_ - left_room_ - kRight, height = height_ - kTop - kBottom;
  const auto text = [&](const Point& at) {
    return px(left_room_ + at.x * width) + " " + px(kTop + (1 - at.y) * height);
  };
  std::string d;
  for (const std::vector<Point>& line : lines) {
    Point before;       // in shares of the frame
    bool down = false;  // the pen is on the paper, at `before`
    for (std::size_t i = 0; i < line.size(); ++i) {
      const Point here = line[i];
      const bool near = std::hypot((here.x - before.x) * width, (here.y - before.y) * height) < kApart;
      if (down && near && i + 1 < line.size()) continue;
      const auto cut = i > 0 ? cut_at_frame(before, here) : std::nullopt;
      if (cut && !down) d += "M" + text(cut->first);
      if (cut) d += "L" + text(cut->second);
      down = cut && cut->second.x == here.x && cut->second.y == here.y;
      before = here;
    }
  }
  body_ += "<path class=\"" + std::string(style) + "\" d=\"" + d + "\"" + attributes(note) + "/>\n";
}

void Plot::legend(std::string_view style, std::string_view text) { legend_.emplace_back(style, text); }

bool Plot::shows(const Point& point) const {
  const double x = x_.at(point.x), y = y_.at(point.y);
  return x >= 0 && x <= 1 && y >= 0 && y <= 1;
}

std::string Plot::svg(std::string_view title) const {
  const auto [width, height] = size();
  return "<svg role=\"img\" tabindex=\"0\" viewBox=\"0 0 " + px(width) + " " + px(height) + "\" width=\"" + px(width) +
         "\" height=\"" + px(height) + "\">" + inside(title) + samples() + "</svg>\n";
}

std::string Plot::file(std::string_view title, std::string_view style_sheet) const {
  const auto [width, height] = size();
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 " + px(width) + " " + px(height) +
         "\" width=\"" + px(width) + "\" height=\"" + px(height) + "\"><style>" + std::string(style_sheet) +
         "</style>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>" + inside(title) + samples() + "</svg>\n";
}

namespace {
constexpr double kLine = 19, kSample = 30, kLetter = 8;  // px, of the legend; letters of 12 px are hardly wider
}  // namespace

// Of the plot with its legend to the right.
std::pair<double, double> Plot::size() const {
  if (legend_.empty()) return {width_, height_};
  std::size_t longest = 0;
  for (const auto& [style, text] : legend_) longest = std::max(longest, letters(text));
  return {width_ + kSample + kLetter * static_cast<double>(longest) + kRight,
          std::max(height_, kTop + kLine * static_cast<double>(legend_.size()) + kTop)};
}

// The lines of the legend.
std::string Plot::samples() const {
  std::string out;
  for (std::size_t i = 0; i < legend_.size(); ++i) {
    const auto& [style, text] = legend_[i];
    const double y = kTop + kLine * (static_cast<double>(i) + 0.5);
    if (!style.empty())
      out += "<line class=\"" + style + "\" x1=\"" + px(width_) + "\" x2=\"" + px(width_ + kSample - 8) + "\" y1=\"" +
             px(y) + "\" y2=\"" + px(y) + "\"/>";
    out += "<text class=\"name\" x=\"" + px(width_ + (style.empty() ? 0 : kSample)) + "\" y=\"" + px(y + 4) + "\">" +
           html_escaped(text) + "</text>\n";
  }
  return out;
}

std::string Plot::inside(std::string_view title) const {
  const std::string right = px(width_ - kRight), bottom = px(height_ - kBottom);
  std::string out = "<title>" + html_escaped(title) + "</title>\n";
  for (const auto& [value, name] : y_.ticks()) {
    const std::string y = px(top(value));
    out += "<line class=\"grid\" x1=\"" + px(left_room_) + "\" x2=\"" + right + "\" y1=\"" + y + "\" y2=\"" + y +
           "\"/>" + "<text class=\"tick\" text-anchor=\"end\" x=\"" + px(left_room_ - 6) + "\" y=\"" +
           px(top(value) + 4) + "\">" + html_escaped(name) + "</text>\n";
  }
  for (const auto& [value, name] : x_.ticks()) {
    constexpr double kHalfLetter = 4.6;  // px, of a phone's larger letters
    const std::string x = px(left(value));
    const bool fits = left(value) + kHalfLetter * static_cast<double>(letters(name)) < width_;
    out += "<line class=\"grid\" x1=\"" + x + "\" x2=\"" + x + "\" y1=\"" + px(kTop) + "\" y2=\"" + bottom + "\"/>" +
           "<text class=\"tick\" text-anchor=\"" + (fits ? "middle" : "end") + "\" x=\"" + (fits ? x : px(width_ - 1)) +
           "\" y=\"" + px(height_ - kBottom + 16) + "\">" + html_escaped(name) + "</text>\n";
  }
  const double middle = (kTop + height_ - kBottom) / 2;
  out += "<text class=\"label\" text-anchor=\"middle\" x=\"" + px((left_room_ + width_ - kRight) / 2) + "\" y=\"" +
         px(height_ - 8) + "\">" + html_escaped(x_label_) + "</text>\n<text class=\"label\" text-anchor=\"middle\" " +
         "transform=\"translate(14 " + px(middle) + ") rotate(-90)\">" + html_escaped(y_label_) + "</text>\n";
  return out + body_;
}

}  // namespace holdout::report
