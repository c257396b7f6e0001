#include "axis.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>
#include <holdout/search/searchers.hpp>
#include <holdout/search/transform.hpp>

namespace holdout::search {
namespace {

// A logarithm of 14 with an error of half a unit in its last place is 2e-15 in x: 0.001, not 0.0010000000000000002.
constexpr double kRounding = 32 * std::numeric_limits<double>::epsilon();

}  // namespace

Axis::Axis(const Parameter& parameter) : interval_(parameter.interval) {
  std::set<Value> seen;
  for (const Value& value : parameter.values)
    if (seen.insert(value).second) values_.push_back(value);
  sorted_.assign(seen.begin(), seen.end());
  if (!interval_) return;
  const double all = count(*interval_), asked = static_cast<double>(interval_->points);
  if (std::isinf(all) && interval_->points == 0)
    throw Error(parameter.path + ": a grid over a continuous range needs `points`",
                "add `points: 10` to the range, or use `method: random`");
  // More points than a range has values are all its values: a log scale would pass some over.
  if (interval_->points >= all) interval_->points = 0;
  raw_points_ = interval_->points > 0 ? asked : all;
}

Value Axis::point(double k) const {
  if (interval_->points == 0) return nth(*interval_, k);
  const double last = static_cast<double>(interval_->points) - 1;
  const double u = last > 0 ? k / last : 0.5;
  if (u == 0 || u == 1) return value_at(*interval_, u);
  // Of finitely many values the nearest one, so that points stay evenly spaced and both ends belong to them.
  if (const double all = count(*interval_); !std::isinf(all) && !interval_->log)
    return nth(*interval_, std::round(u * (all - 1)));
  Interval real = *interval_;
  real.integer = false;
  const double x = std::get<double>(value_at(real, u));
  if (interval_->integer) return static_cast<std::int64_t>(std::round(x));
  const double largest = interval_->log ? x : std::max(std::abs(real.min), std::abs(real.max));
  return std::clamp(as_decimal(x, 12, kRounding * largest), real.min, real.max);
}

Value Axis::at(Place place) const {
  const auto listed = static_cast<Place>(values_.size());
  return place < listed ? values_[static_cast<std::size_t>(place)] : point(static_cast<double>(place - listed));
}

bool Axis::is_listed(const Value& value) const { return std::binary_search(sorted_.begin(), sorted_.end(), value); }

// Points come in increasing order, so that equal ones are neighbours.
bool Axis::repeated(Place place) const {
  const auto listed = static_cast<Place>(values_.size());
  if (place < listed) return false;
  const Value value = at(place);
  return (place > listed && at(place - 1) == value) || is_listed(value);
}

std::optional<Axis::Place> Axis::from(Place place) const {
  const double end = static_cast<double>(values_.size()) + raw_points_;
  for (; static_cast<double>(place) < end; ++place)
    if (!repeated(place)) return place;
  return {};
}

// Whether no two points can be equal, nor equal to a listed value: they are further apart than rounding moves them.
bool Axis::all_differ() const {
  const Interval& range = *interval_;
  for (const Value& value : values_) {
    const double* real = std::get_if<double>(&value);
    const std::int64_t* whole = std::get_if<std::int64_t>(&value);
    const double x = real ? *real : whole ? static_cast<double>(*whole) : range.min - 1;
    if (x >= range.min && x <= range.max) return false;
  }
  if (range.points == 0) return range.integer && !range.step;
  if (range.integer || range.step) return false;
  const double gaps = static_cast<double>(range.points) - 1;
  const double length = range.log ? holdout::log(range.max) - holdout::log(range.min)
                                  : (range.max - range.min) / std::max(std::abs(range.min), std::abs(range.max));
  return length / gaps > 4 * kRounding;
}

double Axis::points() const {
  if (!interval_) return 0;
  if (raw_points_ > static_cast<double>(kMaxTrials) || all_differ()) return raw_points_;
  double distinct = 0;
  std::optional<Value> last;
  for (Place k = 0; static_cast<double>(k) < raw_points_; ++k) {
    Value value = point(static_cast<double>(k));
    if (value != last && !is_listed(value)) ++distinct;
    last = std::move(value);
  }
  return distinct;
}

}  // namespace holdout::search
