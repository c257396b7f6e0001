// The search space as the JSON text that stands in a study's database, and back.
#include <cmath>
#include <limits>
#include <stdexcept>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

#include "attributes.hpp"

namespace holdout::study {
namespace {

Json interval_json(const search::Interval& range) {
  Json json = {{"min", to_json(range.min)}, {"max", to_json(range.max)}, {"log", range.log}};
  if (range.step) json["step"] = to_json(*range.step);
  json["integer"] = range.integer, json["points"] = range.points;
  return json;
}

search::Interval interval_from(const Json& json, const std::string& what) {
  search::Interval range;
  object_in(json, what);
  const auto at = [&](const char* key, auto&& read) {
    if (const auto found = json.find(key); found != json.end()) read(*found, what + "." + key);
  };
  at("min", [&](const Json& x, const std::string& name) { range.min = number_in(x, name); });
  at("max", [&](const Json& x, const std::string& name) { range.max = number_in(x, name); });
  at("log", [&](const Json& x, const std::string& name) { range.log = bool_in(x, name); });
  at("step", [&](const Json& x, const std::string& name) { range.step = number_in(x, name); });
  at("integer", [&](const Json& x, const std::string& name) { range.integer = bool_in(x, name); });
  at("points", [&](const Json& x, const std::string& name) { range.points = integer_in(x, name, 0); });
  return range;
}

search::Condition condition_from(const Json& json, const std::vector<search::Parameter>& before,
                                 const std::string& what) {
  const auto place = [&](const char* key) {
    return static_cast<std::size_t>(integer_in(member_of(json, key), what + "." + key, 0));
  };
  object_in(json, what);
  const search::Condition condition{place("parameter"), place("choice")};
  if (condition.parameter >= before.size() || condition.choice >= before[condition.parameter].values.size())
    throw std::domain_error("a condition on nothing");
  return condition;
}

}  // namespace

double real_from(const Json& json) {
  if (json.is_number()) return json.get<double>();
  const auto* word = json.get_ptr<const std::string*>();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (word && *word == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (word && *word == "inf") return kInfinity;
  if (word && *word == "-inf") return -kInfinity;
  throw std::domain_error("no number: " + (word ? holdout::quoted(*word) : holdout::quoted(text_of(json))));
}

Json value_json(const Value& value) {
  const auto* real = std::get_if<double>(&value);
  return real && !std::isfinite(*real) ? Json{{"real", to_json(*real)}} : to_json(value);
}

Value value_from(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return integer_in(json, "", std::numeric_limits<std::int64_t>::min());
  if (json.is_number_float()) return json.get<double>();
  if (json.is_object()) return real_from(member_of(json, "real"));
  return text_in(json, "");
}

std::string space_json(const search::SearchSpace& space) {
  Json all = Json::array();
  for (const search::Parameter& parameter : space.parameters()) {
    Json json = {{"path", parameter.path}, {"values", Json::array()}};
    for (const Value& value : parameter.values) json["values"].push_back(value_json(value));
    if (parameter.interval) json["interval"] = interval_json(*parameter.interval);
    if (const auto& condition = parameter.condition)
      json["condition"] = {{"parameter", condition->parameter}, {"choice", condition->choice}};
    all.push_back(std::move(json));
  }
  return text_of(all);
}

search::SearchSpace space_from(std::string_view text) {
  std::vector<search::Parameter> parameters;
  std::vector<std::string> paths;
  const Json all = Json::parse(text);
  for (const Json& json : list_in(all, "space")) {
    const std::string what = item("space", parameters.size());
    search::Parameter parameter;
    parameter.path = text_in(member_of(object_in(json, what), "path"), what + ".path");
    for (const Json& value : list_in(member_of(json, "values"), what + ".values"))
      parameter.values.push_back(value_from(value));
    if (const auto interval = json.find("interval"); interval != json.end())
      parameter.interval = interval_from(*interval, what + ".interval");
    if (const auto condition = json.find("condition"); condition != json.end())
      parameter.condition = condition_from(*condition, parameters, what + ".condition");
    paths.push_back(parameter.path);
    parameters.push_back(std::move(parameter));
  }
  check_unique(paths, "space");
  try {
    return search::SearchSpace(std::move(parameters));
  } catch (const Error& error) {
    throw std::domain_error(error.messages().front().text);
  }
}

}  // namespace holdout::study
