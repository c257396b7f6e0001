// Single values of settings: from the text of a scalar to a Value, and from a Value to a number.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <holdout/base/settings.hpp>

#include "yaml.hpp"

namespace holdout::study {

/// What a setting accepts: one kind of field, its range or its words.
struct Leaf {
  enum class Kind { boolean, integer, real, word };
  Kind kind = Kind::word;
  Range<std::int64_t> integers = {};
  Range<double> reals = {};
  std::span<const std::string_view> words = {};  // empty: any text

  static Leaf boolean() { return {Kind::boolean}; }
  static Leaf of(const Range<std::int64_t>& range) { return {Kind::integer, range}; }
  static Leaf of(const Range<double>& range) { return {Kind::real, {}, range}; }
  static Leaf of(std::span<const std::string_view> words) { return {Kind::word, {}, {}, words}; }

  bool number() const { return kind == Kind::integer || kind == Kind::real; }
  std::string describe() const;
};

/// One value of a setting. A word that stands for a number stays a word.
/// @param what        the setting, at the front of messages: training.epochs
/// @param searchable  whether a range could stand in its place
std::optional<Value> read_value(const Leaf& leaf, const yaml::Node& node, const std::string& what, Errors& errors,
                                bool searchable = false);

/// The number that a value of such a setting means.
std::int64_t number(const Value& value, const Range<std::int64_t>& range);
double number(const Value& value, const Range<double>& range);

/// The number as a value of that setting: a word where only the word can say it.
Value value_of(std::int64_t x, const Range<std::int64_t>& range);
Value value_of(double x, const Range<double>& range);

/// The value as YAML that reads back to it.
std::string yaml_value(const Value& value);

/// Copies of words, as base's suggestions take them.
std::vector<std::string> strings(std::span<const std::string_view> words);
std::vector<std::string> names(std::span<const Info> infos);

}  // namespace holdout::study
