#include "axis.hpp"

#include <algorithm>
#include <cmath>

#include <holdout/base/number.hpp>

namespace holdout::report {
namespace {

using Ticks = std::vector<std::pair<double, std::string>>;

constexpr double kLargest = 1e300;  // differences, margins and ticks of such numbers are still finite
// Narrowest span that is drawn, in relation to the largest value on it. Trainings that reach the same minimum differ by
// some 1e-15; labels of 12 digits tell ticks of a thousandth of this apart.
constexpr double kMinSpan = 1e-9;
constexpr double kMinAbsoluteSpan = 1e-300;  // steps of a smaller one would be denormal
constexpr int kMaxTicks = 24;

// 1, 2 or 5 times a power of ten, about a fifth of the span.
double round_step(double span) {
  constexpr double kWanted = 5;
  const double raw = span / kWanted, power = std::pow(10, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= raw) return factor * power;
  return 10 * power;
}

// As many digits as it takes to tell neighbours apart, six at least.
std::string label(double x, double step) {
  const double digits = x == 0 ? 1 : std::floor(std::log10(std::abs(x) / step)) + 2;
  return to_text(x, static_cast<int>(std::clamp(digits, 6.0, 15.0)));
}

Ticks linear_ticks(double min, double max) {
  const double step = round_step(max - min), first = std::ceil(min / step - 1e-9);
  Ticks ticks;
  for (int i = 0; i < kMaxTicks; ++i) {
    const double x = (first + i) * step;
    if (x > max + 1e-9 * step) break;
    if (ticks.empty() || x > ticks.back().first) ticks.emplace_back(x + 0.0, label(x + 0.0, step));  // no minus zero
  }
  return ticks;
}

// Powers of ten, thinned where there are many; 2 and 5 times them where there are few; else as on a linear axis.
// @param low, high  logarithms
Ticks log_ticks(double low, double high) {
  const int every = std::max(1, static_cast<int>(std::ceil((high - low) / 7)));
  Ticks ticks;
  for (int decade = static_cast<int>(std::floor(low)); decade <= static_cast<int>(std::ceil(high)); ++decade)
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (factor > 1 && high - low > 2) break;
      if (every > 1 && decade % every != 0) break;
      const double x = factor * std::pow(10, decade);
      if (!(x > 0) || !std::isfinite(x)) continue;
      const double at = std::log10(x);
      if (at >= low - 1e-9 && at <= high + 1e-9) ticks.emplace_back(x, to_text(x, 3));
    }
  return ticks.size() < 2 ? linear_ticks(std::pow(10, low), std::pow(10, high)) : ticks;
}

// Both ends moved apart to the narrowest span that can be drawn.
void widen(double& min, double& max, double least) {
  if (max - min >= least) return;
  const double middle = min + (max - min) / 2;
  min = middle - least / 2, max = middle + least / 2;
}

}  // namespace

Axis Axis::numbers(double min, double max, bool log, double margin) {
  if (std::isnan(min)) min = max;
  if (std::isnan(max)) max = min;
  if (std::isnan(min)) min = 0, max = 1;
  if (max < min) std::swap(min, max);
  Axis axis;
  axis.log_ = log && min > 0;
  min = std::clamp(min, -kLargest, kLargest), max = std::clamp(max, -kLargest, kLargest);
  const double size = std::max(std::abs(min), std::abs(max));
  if (axis.log_) {
    constexpr double kLeast = 1 / kLargest;
    axis.min_ = std::log10(std::max(min, kLeast)), axis.max_ = std::log10(std::max(max, kLeast));
    if (axis.max_ - axis.min_ < kMinSpan) axis.min_ -= std::log10(2), axis.max_ += std::log10(2);
  } else {
    axis.min_ = min, axis.max_ = max;
    // A tenth of the value to both sides where all are equal: how large they are can then be read.
    if (!(max - min > kMinSpan * size)) widen(axis.min_, axis.max_, 0.2 * size);
    widen(axis.min_, axis.max_, size > 0 ? kMinAbsoluteSpan : 2);
  }
  const double room = margin * (axis.max_ - axis.min_);
  axis.min_ -= room, axis.max_ += room;
  axis.ticks_ = axis.log_ ? log_ticks(axis.min_, axis.max_) : linear_ticks(axis.min_, axis.max_);
  return axis;
}

Axis Axis::names(std::vector<std::string> names) {
  Axis axis;
  axis.min_ = -0.5, axis.max_ = std::max(0.5, static_cast<double>(names.size()) - 0.5);
  for (std::size_t i = 0; i < names.size(); ++i) axis.ticks_.emplace_back(static_cast<double>(i), std::move(names[i]));
  return axis;
}

Axis Axis::bare(double low, double high) {
  Axis axis;
  axis.min_ = low, axis.max_ = high > low ? high : low + 1;
  return axis;
}

double Axis::at(double x) const {
  if (std::isnan(x)) return x;
  constexpr double kFar = 1e9;  // of the side: beyond, and still a number that lines can be cut with
  const double scaled = log_ ? (x > 0 ? std::log10(x) : min_ - (max_ - min_)) : x;
  const double at = (std::clamp(scaled, -1e6 * kLargest, 1e6 * kLargest) - min_) / (max_ - min_);
  return std::clamp(at, -kFar, kFar);
}

}  // namespace holdout::report
