#include "json_fields.hpp"

#include <cmath>
#include <stdexcept>
#include <unordered_set>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

namespace holdout::study {
namespace {

std::string shown(const Json& json) {
  switch (json.type()) {
    case Json::value_t::null:
      return "null";
    case Json::value_t::object:
      return "a mapping";
    case Json::value_t::array:
      return "a list";
    case Json::value_t::string:
      return holdout::quoted(json.get_ref<const std::string&>());
    default:
      return json.dump();
  }
}

}  // namespace

void refuse_member(std::string_view what, std::string_view expected, const Json& found) {
  throw std::domain_error((what.empty() ? "" : "`" + std::string(what) + "`: ") + "expected " + std::string(expected) +
                          ", found " + shown(found));
}

std::string item(std::string_view list, std::size_t place) {
  return std::string(list) + "[" + std::to_string(place) + "]";
}

const Json& member_of(const Json& object, const char* key) {
  if (!object.is_object()) throw std::domain_error("expected a mapping with `" + std::string(key) + "`");
  const auto found = object.find(key);
  if (found == object.end()) throw std::domain_error("`" + std::string(key) + "` is missing");
  return *found;
}

std::int64_t integer_in(const Json& json, std::string_view what, std::int64_t min, std::int64_t max) {
  using Limits = std::numeric_limits<std::int64_t>;
  const bool too_large =
      json.is_number_unsigned() && json.get<std::uint64_t>() > static_cast<std::uint64_t>(Limits::max());
  if (json.is_number_integer() && !too_large)
    if (const auto n = json.get<std::int64_t>(); n >= min && n <= max) return n;
  std::string expected = "an integer";
  if (max != Limits::max())
    expected += " from " + std::to_string(min) + " to " + std::to_string(max);
  else if (min != Limits::min())
    expected += " >= " + std::to_string(min);
  refuse_member(what, expected, json);
}

double number_in(const Json& json, std::string_view what) {
  if (json.is_number())
    if (const double x = json.get<double>(); std::isfinite(x)) return x;
  refuse_member(what, "a finite number", json);
}

bool bool_in(const Json& json, std::string_view what) {
  if (!json.is_boolean()) refuse_member(what, "true or false", json);
  return json.get<bool>();
}

const std::string& text_in(const Json& json, std::string_view what) {
  if (!json.is_string()) refuse_member(what, "text", json);
  return json.get_ref<const std::string&>();
}

const std::string& word_in(const Json& json, std::string_view what, std::span<const std::string_view> words) {
  std::vector<std::string> allowed;
  if (json.is_string())
    for (const std::string_view word : words)
      if (json.get_ref<const std::string&>() == word) return json.get_ref<const std::string&>();
  for (const std::string_view word : words) allowed.push_back(holdout::quoted(word));
  refuse_member(what, words.size() == 1 ? allowed[0] : "one of " + joined(allowed), json);
}

const Json& list_in(const Json& json, std::string_view what) {
  if (!json.is_array()) refuse_member(what, "a list", json);
  return json;
}

const Json& object_in(const Json& json, std::string_view what) {
  if (!json.is_object()) refuse_member(what, "a mapping", json);
  return json;
}

std::vector<double> numbers_in(const Json& json, std::string_view what) {
  std::vector<double> all;
  all.reserve(list_in(json, what).size());
  for (const Json& x : json)
    all.push_back(x.is_number() && std::isfinite(x.get<double>()) ? x.get<double>()
                                                                  : number_in(x, item(what, all.size())));
  return all;
}

std::vector<std::string> texts_in(const Json& json, std::string_view what) {
  std::vector<std::string> all;
  for (const Json& x : list_in(json, what))
    all.push_back(x.is_string() ? x.get_ref<const std::string&>() : text_in(x, item(what, all.size())));
  return all;
}

void check_unique(std::span<const std::string> names, std::string_view what) {
  std::unordered_set<std::string_view> known;
  for (const std::string& name : names)
    if (!known.insert(name).second)
      throw std::domain_error("`" + std::string(what) + "`: " + holdout::quoted(name) + " is listed twice");
}

}  // namespace holdout::study
