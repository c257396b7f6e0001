#include <holdout/search/space.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <utility>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>
#include <holdout/search/transform.hpp>

namespace holdout::search {
namespace {

bool integral(double x) {
  constexpr double kExact = 9007199254740992.0;  // beyond 2^53 a double no longer tells which integer was meant
  return std::trunc(x) == x && std::abs(x) <= kExact;
}

void check(const std::string& path, const Interval& range, Errors& errors) {
  const auto wrong = [&](std::string text, std::string hint) {
    errors.add({{}, path + ": " + std::move(text), std::move(hint), {}, path});
  };
  const auto said = [](const char* key, double x) { return key + (' ' + to_text(x)); };
  if (!std::isfinite(range.min) || !std::isfinite(range.max))
    return wrong("the range from " + to_text(range.min) + " to " + to_text(range.max) + " is infinite",
                 "`min` and `max` are finite numbers");
  if (!std::isfinite(range.max - range.min))
    return wrong("the range from " + to_text(range.min) + " to " + to_text(range.max) + " is too wide",
                 "its width is to be a number up to 1.8e308");
  if (range.min > range.max)
    return wrong(said("min", range.min) + " is above " + said("max", range.max), "swap `min` and `max`");
  if (range.log && range.min <= 0)
    wrong(said("min", range.min) + " has no logarithm",
          "with `scale: log`, `min` is above 0; `values: [0]` beside the range adds the zero");
  if (range.log && range.step)
    wrong(said("step", *range.step) + " with `scale: log`", "use `points` in its place, or `scale: linear`");
  if (range.step && !(*range.step > 0 && std::isfinite(*range.step)))
    wrong(said("step", *range.step) + " is not a number > 0", "leave `step` away, or make it positive");
  if (range.step && *range.step > 0 && !std::isfinite((range.max - range.min) / *range.step))
    wrong(said("step", *range.step) + " is too small for the range from " + to_text(range.min) + " to " +
              to_text(range.max),
          "use a larger step, or leave `step` away");
  if (range.points < 0) wrong("points " + std::to_string(range.points) + " is below 0", "leave `points` away");
  if (range.integer && !(integral(range.min) && integral(range.max) && integral(range.step.value_or(1))))
    wrong("the range from " + to_text(range.min) + " to " + to_text(range.max) +
              (range.step ? ", step " + to_text(*range.step) : "") + " is one of integers",
          "use whole numbers");
}

}  // namespace

SearchSpace::SearchSpace(std::vector<Parameter> parameters) : parameters_(std::move(parameters)) {
  by_path_.resize(parameters_.size());
  std::iota(by_path_.begin(), by_path_.end(), 0u);
  std::stable_sort(by_path_.begin(), by_path_.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return parameters_[a].path < parameters_[b].path; });
  Errors errors;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Parameter& parameter = parameters_[i];
    assert(find(parameter.path) == i);
    if (const auto& condition = parameter.condition) {
      assert(condition->parameter < i);
      assert(condition->choice < parameters_[condition->parameter].values.size());
    }
    if (parameter.values.empty() && !parameter.interval)
      errors.add({{},
                  parameter.path + ": `values` is empty",
                  "list at least one value, or give `min` and `max`",
                  {},
                  parameter.path});
    if (parameter.interval) check(parameter.path, *parameter.interval, errors);
  }
  errors.throw_if_any();
}

std::optional<std::size_t> SearchSpace::find(std::string_view path) const {
  const auto at =
      std::lower_bound(by_path_.begin(), by_path_.end(), path,
                       [&](std::uint32_t i, std::string_view wanted) { return parameters_[i].path < wanted; });
  if (at == by_path_.end() || parameters_[*at].path != path) return {};
  return *at;
}

bool SearchSpace::active(std::size_t i, const Configuration& configuration) const {
  const auto& condition = parameters_[i].condition;
  if (!condition) return true;
  // A parameter that does not exist has no value, so those that depend on it do not exist either.
  return configuration.values[condition->parameter] == parameters_[condition->parameter].values[condition->choice];
}

namespace {

bool contains(const Interval& range, const Value& value) {
  double x = 0;
  if (const auto* n = std::get_if<std::int64_t>(&value); n && range.integer)
    x = static_cast<double>(*n);
  else if (const auto* real = std::get_if<double>(&value); real && !range.integer)
    x = *real;
  else
    return false;
  if (!(x >= range.min && x <= range.max)) return false;
  if (!range.step) return true;
  const double k = std::round((x - range.min) / *range.step);
  return k < count(range) && nth(range, k) == value;
}

}  // namespace

bool SearchSpace::admits(std::size_t i, const Value& value) const {
  const Parameter& parameter = parameters_[i];
  const bool listed = std::find(parameter.values.begin(), parameter.values.end(), value) != parameter.values.end();
  return listed || (parameter.interval && search::contains(*parameter.interval, value));
}

bool SearchSpace::contains(const Configuration& configuration) const {
  if (configuration.values.size() != size()) return false;
  for (std::size_t i = 0; i < size(); ++i) {
    const auto& value = configuration.values[i];
    if (value.has_value() != active(i, configuration)) return false;
    if (value && !admits(i, *value)) return false;
  }
  return true;
}

}  // namespace holdout::search
