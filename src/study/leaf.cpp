#include "leaf.hpp"

#include <algorithm>
#include <type_traits>

#include <holdout/base/number.hpp>

#include "foreign.hpp"

namespace holdout::study {
namespace {

using yaml::message_at;
using yaml::Node;

// Whether commas stand as in 1,000,000.
bool thousands(const std::string& text) {
  std::size_t comma = text.find(',');
  if (comma == std::string::npos || text.starts_with('0')) return false;
  while (comma != std::string::npos) {
    const std::size_t next = text.find(',', comma + 1);
    if (std::min(next, text.size()) - comma != 4) return false;
    comma = next;
  }
  return true;
}

// How to mend a text that should have been a number.
std::string number_hint(const Node& node, const std::string& what, bool integer) {
  const std::string& text = node.text;
  if (!node.plain && to_real(text)) return "write " + text + " without quotes";
  if (const std::string range = foreign_call(text); !range.empty()) {
    const std::string key = what.substr(what.rfind('.') + 1);
    return "in holdout: " + key + ": " + range;
  }
  std::string point, whole;  // 1_000 and 0,5; 1,000 may be either
  for (const char c : text) {
    if (c != '_') point += c == ',' ? '.' : c;
    if (c != '_' && c != ',') whole += c;
  }
  if (thousands(text) && to_integer(whole))
    return "write " + whole + (integer || !to_real(point) ? "" : ", or " + point + " if the comma is a decimal point");
  if (point != text && (integer ? to_integer(point).has_value() : to_real(point).has_value())) return "write " + point;
  return {};  // the message says already what was expected
}

template <class T>
std::vector<std::string> word_names(const Range<T>& range) {
  std::vector<std::string> all;
  for (const NamedNumber<T>& word : range.words) all.emplace_back(word.name);
  return all;
}

template <class T>
std::optional<Value> read_number(const Range<T>& range, const Node& node, const std::string& what, Errors& errors) {
  const std::vector<std::string> words = word_names(range);
  if (std::find(words.begin(), words.end(), node.text) != words.end()) return node.text;
  const std::string expected = describe(range);
  const auto refuse = [&](const std::string& hint) -> std::optional<Value> {
    errors.add(message_at(node.mark, what + ": " + quoted(node.text) + " is not " + expected, hint));
    return {};
  };
  if (!words.empty())
    if (const std::string_view near = nearest_word(node.text, words); !near.empty())
      return refuse("did you mean '" + std::string(near) + "'?");
  std::optional<T> x;
  if (node.plain) {
    if constexpr (std::is_same_v<T, double>)
      x = to_real(node.text);
    else
      x = to_integer(node.text);
  }
  if (!x) {
    std::string lower = node.text;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    if (lower.ends_with(".inf") || lower.ends_with(".nan")) return refuse("a finite number is needed");
    return refuse(number_hint(node, what, std::is_same_v<T, std::int64_t>));
  }
  if (!range.contains(*x)) return refuse("");
  if (*x == 0) x = T{};  // a minus zero is a zero
  return *x;
}

// What a word of a setting that was a switch once stands for; other words stand for themselves.
std::string meant_by(std::string_view path, const std::string& word) {
  if (path != "data.standardize") return word;
  return word == "true" ? "deviation" : word == "false" ? "none" : word;
}

std::optional<Value> read_word(std::span<const std::string_view> words, const Node& node, const std::string& what,
                               Errors& errors) {
  if (words.empty() || std::find(words.begin(), words.end(), node.text) != words.end())
    return meant_by(what, node.text);
  const std::string_view here = foreign_word(what, node.text);
  errors.add(
      message_at(node.mark, what + ": " + quoted(node.text) + " is not known",
                 here.empty() ? did_you_mean(node.text, strings(words)) : "in holdout: '" + std::string(here) + "'"));
  return {};
}

std::optional<Value> read_boolean(const Node& node, const std::string& what, Errors& errors) {
  if (node.plain && (node.text == "true" || node.text == "false")) return node.text == "true";
  const std::string hint = node.text == "true" || node.text == "false" ? "write it without quotes" : "true, false";
  errors.add(message_at(node.mark, what + ": " + quoted(node.text) + " is neither true nor false", hint));
  return {};
}

template <class T>
T meant(const Value& value, const Range<T>& range) {
  if (const auto* word = std::get_if<std::string>(&value)) {
    for (const NamedNumber<T>& named : range.words)
      if (named.name == *word) return named.value;
    return T{};
  }
  if (const auto* n = std::get_if<std::int64_t>(&value)) return static_cast<T>(*n);
  if (const auto* x = std::get_if<double>(&value)) return static_cast<T>(*x);
  return static_cast<T>(std::get<bool>(value));
}

template <class T>
Value spelled(T x, const Range<T>& range) {
  if (!range.contains(x))
    for (const NamedNumber<T>& named : range.words)
      if (named.value == x) return std::string(named.name);
  return x;
}

}  // namespace

std::int64_t number(const Value& value, const Range<std::int64_t>& range) { return meant(value, range); }
double number(const Value& value, const Range<double>& range) { return meant(value, range); }
Value value_of(std::int64_t x, const Range<std::int64_t>& range) { return spelled(x, range); }
Value value_of(double x, const Range<double>& range) { return spelled(x, range); }

std::string Leaf::describe() const {
  if (kind == Kind::boolean) return "true or false";
  if (kind == Kind::integer) return holdout::describe(integers);
  if (kind == Kind::real) return holdout::describe(reals);
  return words.empty() ? "a text" : "one of " + joined(strings(words));
}

std::optional<Value> read_value(const Leaf& leaf, const Node& node, const std::string& what, Errors& errors,
                                bool searchable) {
  if (!node.is_scalar()) {
    std::string hint;
    if (searchable && node.is_list() && !node.items.empty()) hint = "to search: {values: " + flow_text(node) + "}";
    errors.add(message_at(node.mark, what + ": expected " + leaf.describe() + ", found " + kind_name(node), hint));
    return {};
  }
  if (leaf.kind == Leaf::Kind::boolean) return read_boolean(node, what, errors);
  if (leaf.kind == Leaf::Kind::integer) return read_number(leaf.integers, node, what, errors);
  if (leaf.kind == Leaf::Kind::real) return read_number(leaf.reals, node, what, errors);
  return read_word(leaf.words, node, what, errors);
}

std::string yaml_value(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return yaml::yaml_text(*text);
  return to_text(value);
}

std::vector<std::string> strings(std::span<const std::string_view> words) { return {words.begin(), words.end()}; }

std::vector<std::string> names(std::span<const Info> infos) {
  std::vector<std::string> all;
  for (const Info& info : infos) all.emplace_back(info.name);
  return all;
}

}  // namespace holdout::study
