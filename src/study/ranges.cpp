#include "ranges.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <holdout/base/number.hpp>

#include "foreign.hpp"

namespace holdout::study {
namespace {

using yaml::Entry;
using yaml::message_at;
using yaml::Node;

constexpr std::array<std::string_view, 6> kKeys{"values", "min", "max", "scale", "step", "points"};
constexpr std::array<std::string_view, 2> kScales{"linear", "log"};

// Unknown keys of a range. If it is another tool's, one message shows all of it in our words.
bool keys_are_known(const Node& node, const std::string& path, Errors& errors) {
  const std::vector<std::string> known = strings(kKeys);
  bool fine = true;
  const std::string translated = foreign_range(node);
  for (const Entry& entry : node.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    fine = false;
    const std::string text = "unknown key " + quoted(entry.key) + " in the range of " + path;
    if (!translated.empty()) {
      errors.add(message_at(entry.mark, text, "in holdout: " + path.substr(path.rfind('.') + 1) + ": " + translated));
      break;
    }
    errors.add(message_at(entry.mark, text, did_you_mean(entry.key, known)));
  }
  return fine;
}

const Node* given(const Node& node, std::string_view key, const std::string& path, Errors& errors) {
  const Entry* entry = node.find(key);
  if (!entry) return nullptr;
  if (!entry->value.is_null()) return &entry->value;
  errors.add(message_at(entry->mark, path + ": '" + std::string(key) + "' has no value"));
  return nullptr;
}

// Two words or numbers that mean the same would be one configuration twice.
std::string meaning(const Leaf& leaf, const Value& value) {
  if (leaf.kind == Leaf::Kind::integer) return std::to_string(number(value, leaf.integers));
  if (leaf.kind == Leaf::Kind::real) return to_text(number(value, leaf.reals));
  return to_text(value);
}

std::vector<Value> read_values(const Leaf& leaf, const Node& list, const std::string& path, Errors& errors) {
  std::vector<Value> values;
  std::set<std::string> seen;
  for (const Node& item : list.items) {
    if (item.is_null()) {
      errors.add(message_at(item.mark, path + ": an empty item among the values"));
      continue;
    }
    std::optional<Value> value = read_value(leaf, item, path, errors);
    if (!value) continue;
    if (!seen.insert(meaning(leaf, *value)).second)
      errors.add(message_at(item.mark, path + ": " + quoted(item.text) + " is listed twice", "each value once"));
    values.push_back(std::move(*value));
  }
  return values;
}

// min, max or step: a plain number, no word. The bounds must be values that the setting accepts.
std::optional<double> read_number(const Leaf& leaf, const Node& node, const std::string& what, bool bound,
                                  Errors& errors) {
  Leaf plain = leaf;
  plain.integers.words = {}, plain.reals.words = {};
  constexpr std::int64_t kExact = 9007199254740992;  // 2^53: beyond, a double no longer tells which integer was meant
  plain.integers.max = std::min(plain.integers.max, kExact);
  if (!bound) plain.integers = above<std::int64_t>(0), plain.reals = above(0.0);
  const std::optional<Value> value = read_value(plain, node, what, errors);
  if (!value) return {};
  return leaf.kind == Leaf::Kind::integer ? static_cast<double>(std::get<std::int64_t>(*value))
                                          : std::get<double>(*value);
}

std::optional<search::Interval> read_interval(const Leaf& leaf, const Node& node, const std::string& path,
                                              Errors& errors) {
  search::Interval range;
  range.integer = leaf.kind == Leaf::Kind::integer;
  bool fine = true;
  std::array<std::optional<double>, 2> ends;
  for (const std::size_t i : {0u, 1u}) {
    const std::string key = i == 0 ? "min" : "max";
    if (!node.find(key)) {
      errors.add(message_at(node.mark, path + ": the range has no '" + key + "'", "{min: ..., max: ...}"));
      fine = false;
    } else if (const Node* end = given(node, key, path, errors)) {
      ends[i] = read_number(leaf, *end, path + " " + key, true, errors);
    }
    if (!ends[i]) fine = false;
  }
  if (const Node* scale = given(node, "scale", path, errors)) {
    const auto word = read_value(Leaf::of(kScales), *scale, path + " scale", errors);
    range.log = word && std::get<std::string>(*word) == "log";
  }
  if (const Node* step = given(node, "step", path, errors)) {
    range.step = read_number(leaf, *step, path + " step", false, errors);
    if (range.log)
      errors.add(message_at(step->mark, path + ": a log scale has no 'step'", "use 'points', or scale: linear"));
  }
  if (const Node* points = given(node, "points", path, errors)) {
    const auto n = read_value(Leaf::of(at_least<std::int64_t>(2)), *points, path + " points", errors);
    if (n) range.points = std::get<std::int64_t>(*n);
    if (node.find("step"))
      errors.add(message_at(points->mark, path + ": both 'step' and 'points'",
                            "either says which values there are: leave one"));
  }
  if (!fine) return {};
  range.min = *ends[0], range.max = *ends[1];
  if (range.min > range.max)
    errors.add(message_at(node.find("min")->value.mark,
                          path + ": min " + to_text(range.min) + " is above max " + to_text(range.max), "swap them"));
  else if (range.log && !(range.min > 0))
    errors.add(message_at(
        node.find("min")->value.mark, path + ": a log scale needs min > 0, found " + to_text(range.min),
        range.min == 0
            ? "zero or a range: {min: 1e-6, max: " + to_text(range.max) + ", scale: log, values: [0]}; or scale: linear"
            : "use scale: linear"));
  return range;
}

}  // namespace

bool looks_like_range(const Node& node) {
  return std::any_of(node.entries.begin(), node.entries.end(), [](const Entry& entry) {
    return std::find(kKeys.begin(), kKeys.end(), entry.key) != kKeys.end() || is_foreign_range_key(entry.key);
  });
}

const Node* read_values_only(const Node& node, const std::string& path, Errors& errors) {
  if (!keys_are_known(node, path, errors)) return nullptr;
  for (const Entry& entry : node.entries)
    if (entry.key != "values") {
      errors.add(message_at(entry.mark, path + " has no '" + entry.key + "': it is no number", "{values: [...]}"));
      return nullptr;
    }
  const Node* values = given(node, "values", path, errors);
  if (!values) return nullptr;
  if (!values->is_list() || values->items.empty()) {
    errors.add(message_at(values->mark, path + (values->is_list() ? ": 'values' is empty" : ": 'values' is not a list"),
                          "{values: [...]}, at least one"));
    return nullptr;
  }
  return values;
}

std::optional<search::Parameter> read_range(const Leaf& leaf, const Node& node, const std::string& path,
                                            Errors& errors) {
  search::Parameter parameter{path, {}, {}, {}};
  if (!leaf.number()) {
    const Node* values = read_values_only(node, path, errors);
    if (!values) return {};
    parameter.values = read_values(leaf, *values, path, errors);
    return parameter;
  }
  if (!keys_are_known(node, path, errors)) return {};
  if (const Node* values = given(node, "values", path, errors)) {
    if (!values->is_list() || values->items.empty())
      errors.add(message_at(values->mark,
                            path + (values->is_list() ? ": 'values' is empty" : ": 'values' is not a list"),
                            "{values: [...]}, at least one"));
    else
      parameter.values = read_values(leaf, *values, path, errors);
  }
  const bool only_values = node.entries.size() == 1 && node.find("values");
  if (!only_values) parameter.interval = read_interval(leaf, node, path, errors);
  return parameter;
}

std::string yaml_range(const search::Parameter& parameter, std::string (*spell)(const Value&)) {
  std::string out;
  const auto add = [&](const char* key, const std::string& text) {
    out.append(out.empty() ? "" : ", ").append(key).append(": ").append(text);
  };
  if (const auto& range = parameter.interval) {
    const auto text = [&](double x) {
      return range->integer ? to_text(Value(static_cast<std::int64_t>(x))) : to_text(x);
    };
    add("min", text(range->min)), add("max", text(range->max));
    if (range->log) add("scale", "log");
    if (range->step) add("step", text(*range->step));
    if (range->points) add("points", std::to_string(range->points));
  }
  if (!parameter.values.empty()) {
    std::string list;
    for (const Value& value : parameter.values) list += (list.empty() ? "" : ", ") + spell(value);
    add("values", "[" + list + "]");
  }
  return "{" + out + "}";
}

}  // namespace holdout::study
