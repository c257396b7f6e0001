#include "outlook.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace holdout::search {
namespace {

constexpr std::size_t kSamples = 33;  // of an interval: a parabola between three of them finds the least
using Samples = std::array<double, kSamples>;

// Dense at both ends, where minima close to a knot lie.
const Samples& fractions() {
  static const Samples all = [] {
    constexpr double kPi = 3.14159265358979323846;
    Samples u{};
    for (std::size_t k = 0; k < kSamples; ++k)
      u[k] = 0.5 - 0.5 * std::cos(kPi * static_cast<double>(k) / (kSamples - 1));
    u[0] = 0, u[kSamples - 1] = 1;
    return u;
  }();
  return all;
}

Samples places(const Knot& a, const Knot& b) {
  Samples x{};
  for (std::size_t k = 0; k < kSamples; ++k) x[k] = a.x + fractions()[k] * (b.x - a.x);
  x[kSamples - 1] = b.x;
  return x;
}

Samples sampled(const Hermite& p, const Samples& x) {
  Samples v{};
  for (std::size_t k = 0; k < kSamples; ++k) v[k] = p(x[k]);
  return v;
}

double distance(const Samples& a, const Samples& b) {
  double most = 0;
  for (std::size_t k = 0; k < kSamples; ++k) most = std::max(most, std::abs(a[k] - b[k]));
  return most;
}

// The chord between both ends: the only other curve where there are but two knots.
Samples chord(const Knot& a, const Knot& b) {
  Samples v{};
  for (std::size_t k = 0; k < kSamples; ++k) v[k] = std::lerp(a.value, b.value, fractions()[k]);
  return v;
}

struct Least {
  double at, value;
};

// Of a smooth curve through samples. The slopes at both ends are exact: a minimum less than a sample away from an end
// would be lost without them.
Least least(const Samples& x, const Samples& v, double slope_low, double slope_high) {
  const std::size_t k = static_cast<std::size_t>(std::min_element(v.begin(), v.end()) - v.begin());
  if (k > 0 && k + 1 < kSamples) {  // the vertex of the parabola through three samples
    const double left = (v[k] - v[k - 1]) / (x[k] - x[k - 1]), right = (v[k + 1] - v[k]) / (x[k + 1] - x[k]);
    const double c = (right - left) / (x[k + 1] - x[k - 1]);
    if (!(c > 0)) return {x[k], v[k]};
    const double slope = left + c * (x[k] - x[k - 1]);
    return {x[k] - slope / (2 * c), v[k] - slope * slope / (4 * c)};
  }
  const std::size_t next = k == 0 ? 1 : kSamples - 2;
  const double slope = k == 0 ? slope_low : slope_high, width = x[next] - x[k];
  if (slope * width >= 0) return {x[k], v[k]};
  const double c = (v[next] - v[k] - slope * width) / (width * width);
  if (!(c > 0) || !(std::abs(slope / (2 * c)) < std::abs(width))) return {x[k], v[k]};
  return {x[k] - slope / (2 * c), v[k] - slope * slope / (4 * c)};
}

}  // namespace

KnotRange knots_around(std::size_t count, std::size_t left) {
  return {left > 0 ? left - 1 : 0, std::min(count, left + 3)};
}

std::vector<Outlook> outlooks(std::span<const Knot> knots, double safety) {
  const std::size_t n = knots.size(), intervals = n - 1;
  std::vector<Samples> curve(intervals), x(intervals);
  std::vector<double> own(intervals);  // errors, before the neighbours' are looked at
  for (std::size_t i = 0; i < intervals; ++i) {
    x[i] = places(knots[i], knots[i + 1]);
    const auto through = [&](std::size_t first, std::size_t last) {
      return sampled(Hermite(knots.subspan(first, last - first)), x[i]);
    };
    const auto [first, last] = knots_around(n, i);
    curve[i] = through(first, last);
    if (last - first == 4)
      own[i] = std::max(distance(curve[i], through(first, last - 1)), distance(curve[i], through(first + 1, last)));
    else
      own[i] = distance(curve[i], n > 2 ? through(i, i + 2) : chord(knots[0], knots[1]));
    own[i] *= safety;
  }
  std::vector<Outlook> all;
  for (std::size_t i = 0; i < intervals; ++i) {
    Outlook o{i, knots[i].x, knots[i + 1].x, own[i], 0, 0, 0, 0};
    for (std::size_t j = i > 0 ? i - 1 : 0; j < std::min(intervals, i + 2); ++j) {
      const double ratio = (o.high - o.low) / (knots[j + 1].x - knots[j].x);
      o.error =
          std::max(o.error, own[j] * std::min(1.0, std::pow(ratio, 6)));  // an error of degree 5 is of sixth order
    }
    Samples lowest = curve[i];
    for (std::size_t k = 0; k < kSamples; ++k) {
      const double s = fractions()[k], bump = 16 * s * s * (1 - s) * (1 - s);
      lowest[k] -= o.error * bump;
    }
    const Least likely = least(x[i], curve[i], knots[i].slope, knots[i + 1].slope),
                worst = least(x[i], lowest, knots[i].slope, knots[i + 1].slope);
    o.at = likely.at, o.value = likely.value, o.worst_at = worst.at, o.worst = worst.value;
    all.push_back(o);
  }
  return all;
}

}  // namespace holdout::search
