#include <holdout/search/transform.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include <holdout/base/number.hpp>

namespace holdout::search {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kBelowOne = 1 - kEpsilon / 2;

double number(const Value& value) {
  if (const auto* n = std::get_if<std::int64_t>(&value)) return static_cast<double>(*n);
  return std::get<double>(value);
}

Value typed(const Interval& interval, double x) {
  x = std::clamp(x, interval.min, interval.max);
  if (interval.integer) return static_cast<std::int64_t>(x);
  return x;
}

// What the log of an integer is spread over reaches half a unit beyond its ends, so that these have whole shares.
double low_end(const Interval& i) { return i.integer ? i.min - 0.5 : i.min; }
double high_end(const Interval& i) { return i.integer ? i.max + 0.5 : i.max; }

}  // namespace

double count(const Interval& interval) {
  if (!interval.step)
    return interval.integer ? interval.max - interval.min + 1 : std::numeric_limits<double>::infinity();
  const double step = *interval.step, steps = (interval.max - interval.min) / step;
  // 0.3 / 0.1 is below 3: the ends and the step were rounded from decimals, each by up to half a unit in the last
  // place.
  const double rounding = kEpsilon * ((std::abs(interval.min) + std::abs(interval.max)) / step + steps);
  return std::floor(steps + std::min(rounding, 0.5)) + 1;
}

double as_decimal(double x, int digits, double error) {
  const double decimal = to_real(to_text(x, digits)).value_or(x);
  return std::abs(decimal - x) <= error ? decimal : x;
}

Value nth(const Interval& interval, double k) {
  assert(k >= 0 && k < count(interval));
  const double way = k * interval.step.value_or(1), x = interval.min + way;
  if (interval.integer) return typed(interval, x);
  return typed(interval,
               as_decimal(x, std::numeric_limits<double>::digits10, kEpsilon * (std::abs(interval.min) + way)));
}

Value value_at(const Interval& interval, double u) {
  assert(u >= 0 && u <= 1);
  if (interval.log) {
    if (u == 0) return typed(interval, interval.min);
    if (u == 1) return typed(interval, interval.max);
    const double x = exp(std::lerp(log(low_end(interval)), log(high_end(interval)), u));
    return typed(interval, interval.integer ? std::round(x) : x);
  }
  const double n = count(interval);
  if (std::isinf(n)) return typed(interval, std::lerp(interval.min, interval.max, u));
  return nth(interval, std::min(std::floor(u * n), n - 1));
}

double position(const Interval& interval, const Value& value) {
  const double x = number(value);
  double u = 0;
  if (interval.log) {
    const double low = log(low_end(interval)), high = log(high_end(interval));
    u = high > low ? (log(x) - low) / (high - low) : 0;
  } else if (const double n = count(interval); std::isinf(n)) {
    // Halves, because the difference of two numbers may be too large for a third.
    const double width = interval.max / 2 - interval.min / 2;
    u = width > 0 ? (x / 2 - interval.min / 2) / width : 0;
  } else {
    u = (std::round((x - interval.min) / interval.step.value_or(1)) + 0.5) / n;
  }
  return std::clamp(u, 0.0, kBelowOne);
}

Value value_at(const Parameter& parameter, double u) {
  assert(u >= 0 && u <= 1);
  const std::size_t listed = parameter.values.size(), shares = listed + (parameter.interval ? 1 : 0);
  const double place = u * static_cast<double>(shares);
  const std::size_t share = std::min(static_cast<std::size_t>(place), shares - 1);
  if (share < listed) return parameter.values[share];
  return value_at(*parameter.interval, place - static_cast<double>(share));
}

double position(const Parameter& parameter, const Value& value) {
  const std::size_t listed = parameter.values.size(), shares = listed + (parameter.interval ? 1 : 0);
  const auto found = std::find(parameter.values.begin(), parameter.values.end(), value);
  const double share = static_cast<double>(found - parameter.values.begin());
  const double inside = found == parameter.values.end() ? position(parameter.interval.value(), value) : 0.5;
  return std::min((share + inside) / static_cast<double>(shares), kBelowOne);
}

}  // namespace holdout::search
