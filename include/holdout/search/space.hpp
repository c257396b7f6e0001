// The search space: which hyperparameters a study searches, and where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <holdout/base/settings.hpp>

namespace holdout::search {

/// A range of numbers.
struct Interval {
  double min = 0, max = 1;          // true values, never exponents; both ends belong to it
  bool log = false;                 // uniform in the logarithm; min > 0
  std::optional<double> step = {};  // min, min + step, … (linear only)
  bool integer = false;
  std::int64_t points = 0;  // grid points, both ends included; 0: not given
};

/// A parameter exists only where another one has a certain value.
struct Condition {
  std::size_t parameter;  // index in the space, smaller than the index of the parameter it is for
  std::size_t choice;     // index in that parameter's `values`
};

/// One hyperparameter that is searched. It has `values`, an `interval`, or both ("zero or the range").
struct Parameter {
  std::string path;                // its path in the study: model.l2
  std::vector<Value> values = {};  // listed values, in the study's order
  std::optional<Interval> interval = {};
  std::optional<Condition> condition = {};
};

/// One value for every parameter, by index; empty where the parameter's condition does not hold.
struct Configuration {
  std::vector<std::optional<Value>> values;
  friend bool operator==(const Configuration&, const Configuration&) = default;
};

class SearchSpace {
 public:
  /// @param parameters  those that a condition names come before those it is for
  explicit SearchSpace(std::vector<Parameter> parameters = {});

  const std::vector<Parameter>& parameters() const { return parameters_; }
  std::size_t size() const { return parameters_.size(); }
  /// The index of the parameter with that path, if there is one.
  std::optional<std::size_t> find(std::string_view path) const;
  /// Whether parameter i exists, given the values of those before it.
  bool active(std::size_t i, const Configuration& configuration) const;
  /// Whether the value is listed for parameter i, or lies inside its range.
  bool admits(std::size_t i, const Value& value) const;
  /// Whether every active parameter has a value inside its range and every other none.
  bool contains(const Configuration& configuration) const;

 private:
  std::vector<Parameter> parameters_;
  std::vector<std::uint32_t> by_path_;  // indices, in the order of their paths
};

}  // namespace holdout::search
