#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <holdout/search/space.hpp>

namespace holdout::search {

/// The values of one parameter on a grid, each once: the listed ones, then the points of the range. Nothing is stored
/// for the points, so a range may have any number of them.
class Axis {
 public:
  /// @throws Error if the range is continuous and says no `points`
  explicit Axis(const Parameter& parameter);

  /// A place on the axis; not every number is one, because equal values are passed over.
  using Place = std::int64_t;
  std::optional<Place> first() const { return from(0); }
  std::optional<Place> after(Place place) const { return from(place + 1); }
  Value at(Place place) const;
  const std::vector<Value>& listed() const { return values_; }
  /// How many values the range adds to the listed ones; above kMaxTrials, equal ones are not told apart any more.
  double points() const;

 private:
  std::optional<Place> from(Place place) const;
  Value point(double k) const;
  bool repeated(Place place) const;
  bool is_listed(const Value& value) const;
  bool all_differ() const;

  std::vector<Value> values_;
  std::vector<Value> sorted_;  // the same
  std::optional<Interval> interval_;
  double raw_points_ = 0;  // of the range, equal ones counted as often as they occur
};

}  // namespace holdout::search
