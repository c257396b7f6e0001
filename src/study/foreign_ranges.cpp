#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include <holdout/base/number.hpp>

#include "foreign.hpp"

namespace holdout::study {
namespace {

using yaml::Entry;
using yaml::Node;

// A range on the way: texts, because they are shown as they were written where they can be.
struct Draft {
  std::string low, high, step, points;
  bool log = false;
  std::string text() const {
    std::string out = "{min: " + (low.empty() ? "..." : low) + ", max: " + (high.empty() ? "..." : high);
    if (log) out += ", scale: log";
    if (!step.empty() && !log) out += ", step: " + step;
    if (!points.empty()) out += ", points: " + points;
    return out + "}";
  }
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

// 10^-4 → 0.0001: the value that an exponent means.
std::string power(double base, const std::string& exponent) {
  const std::optional<double> x = to_real(exponent);
  return x ? to_text(std::pow(base, *x), 6) : exponent;
}

std::string minus_one(const std::string& text) {
  const std::optional<std::int64_t> n = to_integer(text);
  return n && *n > std::numeric_limits<std::int64_t>::min() ? std::to_string(*n - 1) : text;
}

constexpr const char* kNoNormal = "{min: ..., max: ...}; there is no normal distribution";

// [a, b], (a, b) and a, b alike.
std::string values(const std::vector<std::string>& args) {
  std::string list;
  if (args.size() == 1 && (args[0].starts_with('[') || args[0].starts_with('(')))
    list = args[0].substr(1, args[0].size() - 2);
  else
    for (const std::string& a : args) list += (list.empty() ? "" : ", ") + a;
  return "{values: [" + (list.empty() ? "..." : list) + "]}";
}

// A distribution by name with its arguments, as NNI, Ray Tune, hyperopt and Optuna call them.
std::string call(std::string_view name, const std::vector<std::string>& args, bool natural_exponents) {
  const std::string kind = lower(name);
  const bool has_log = kind.find("log") != std::string::npos || kind == "reciprocal";
  const auto argument = [&](std::size_t i) { return i < args.size() ? args[i] : std::string(); };
  if (kind.find("normal") != std::string::npos || kind == "randn" || kind == "beta") return kNoNormal;
  if (kind == "choice" || kind == "grid_search" || kind == "suggest_categorical" || kind == "categorical")
    return values(args);
  if (kind == "logspace") return Draft{power(10, argument(0)), power(10, argument(1)), {}, argument(2), true}.text();
  if (kind == "linspace") return Draft{argument(0), argument(1), {}, argument(2)}.text();
  constexpr std::array kKnown{"uniform",     "quniform",        "loguniform", "qloguniform",   "log_uniform",
                              "randint",     "qrandint",        "lograndint", "suggest_float", "suggest_loguniform",
                              "suggest_int", "suggest_uniform", "reciprocal", "uniformint",    "log_uniform_values"};
  if (std::find(kKnown.begin(), kKnown.end(), kind) == kKnown.end()) return {};
  Draft range{argument(0), argument(1), {}, {}, has_log};
  if (natural_exponents && has_log)
    range.low = power(std::exp(1.0), range.low), range.high = power(std::exp(1.0), range.high);
  if (kind == "randint" && args.size() == 1) range.low = "0", range.high = args[0];   // hyperopt's has no lower end
  if (kind == "randint" || kind == "lograndint") range.high = minus_one(range.high);  // the end is not part of it there
  if (kind.starts_with('q')) range.step = argument(2);
  for (std::size_t i = 2; i < args.size(); ++i) {
    std::string a = lower(args[i]);
    std::erase(a, ' ');
    if (a == "log=true") range.log = true;
    if (a.starts_with("step=")) range.step = a.substr(5);
  }
  return range.text();
}

std::string scalar(const Node& node, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    if (const Entry* entry = node.find(key)) return flow_text(entry->value);
  return {};
}

constexpr std::array<std::string_view, 27> kRangeKeys{"distribution",
                                                      "low",
                                                      "high",
                                                      "log",
                                                      "choices",
                                                      "_type",
                                                      "_value",
                                                      "minval",
                                                      "maxval",
                                                      "vals",
                                                      "val",
                                                      "base",
                                                      "count",
                                                      "lower",
                                                      "upper",
                                                      "feasibleSpace",
                                                      "type",
                                                      "parameterType",
                                                      "categories",
                                                      "sampling",
                                                      "lower_bound",
                                                      "upper_bound",
                                                      "mu",
                                                      "sigma",
                                                      "q",
                                                      "list",
                                                      "value"};

}  // namespace

bool is_foreign_range_key(std::string_view key) {
  return std::find(kRangeKeys.begin(), kRangeKeys.end(), key) != kRangeKeys.end();
}

std::string foreign_range(const Node& node) {
  if (const Entry* space = node.find("feasibleSpace"); space && space->value.is_mapping()) {  // Katib quotes numbers
    Node plain = space->value;
    for (Entry& entry : plain.entries) entry.value.plain = true;
    if (const std::string inner = foreign_range(plain); !inner.empty()) return inner;
    return Draft{scalar(plain, {"min"}), scalar(plain, {"max"}), scalar(plain, {"step"}), {}}.text();
  }
  if (const Entry* value = node.find("_value")) {  // NNI
    std::vector<std::string> args;
    if (value->value.is_list())
      for (const Node& item : value->value.items) args.push_back(flow_text(item));
    return call(scalar(node, {"_type"}), args, false);
  }
  const bool foreign = std::any_of(node.entries.begin(), node.entries.end(),
                                   [](const Entry& entry) { return is_foreign_range_key(entry.key); });
  if (!foreign) return {};
  if (const std::string one = scalar(node, {"value", "val"}); !one.empty()) return one;
  if (const Entry* list = node.find("list"); list && list->value.is_list())
    return "{values: " + flow_text(list->value) + "}";
  if (const std::string list = scalar(node, {"values", "choices", "vals", "categories"}); !list.empty())
    return "{values: " + list + "}";
  const std::string kind = lower(scalar(node, {"distribution", "type", "sampling"}));
  if (kind.find("normal") != std::string::npos || node.find("sigma")) return kNoNormal;
  Draft range{scalar(node, {"min", "low", "minval", "lower", "lower_bound"}),
              scalar(node, {"max", "high", "maxval", "upper", "upper_bound"}), scalar(node, {"step", "q"}),
              scalar(node, {"points", "count"})};
  range.log = kind.find("log") != std::string::npos || lower(scalar(node, {"log"})) == "true" ||
              lower(scalar(node, {"scale"})) == "log";
  if (range.log && node.find("minval")) {  // Determined: exponents of `base`, 10 by default
    const double base = to_real(scalar(node, {"base"})).value_or(10);
    range.low = power(base, range.low), range.high = power(base, range.high);
  } else if (kind == "log_uniform" || kind == "q_log_uniform") {  // W&B: exponents of e
    range.low = power(std::exp(1.0), range.low), range.high = power(std::exp(1.0), range.high);
  }
  return range.text();
}

std::string foreign_call(std::string_view text) {
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos || !text.ends_with(')')) return {};
  std::string_view name = text.substr(0, open);
  const bool hyperopt = name.starts_with("hp.");
  if (const std::size_t dot = name.rfind('.'); dot != std::string_view::npos) name.remove_prefix(dot + 1);
  std::vector<std::string> args(1);
  int depth = 0;
  for (const char c : text.substr(open + 1, text.size() - open - 2)) {
    if (c == ',' && depth == 0)
      args.emplace_back();
    else if (c != ' ' || !args.back().empty())
      args.back() += c;
    depth += (c == '[' || c == '(') - (c == ']' || c == ')');
  }
  // suggest_float("lr", …) and hp.loguniform("lr", …) begin with the parameter's name
  if (args.size() > 1 && (args[0].starts_with('"') || args[0].starts_with('\''))) args.erase(args.begin());
  return call(name, args, hyperopt);
}

}  // namespace holdout::study
