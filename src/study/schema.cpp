#include <holdout/study/schema.hpp>

#include <algorithm>
#include <limits>

#include <nlohmann/json.hpp>

#include <holdout/study/function_study.hpp>
#include <holdout/study/study.hpp>

#include "declared.hpp"

namespace holdout::study {
namespace {

using Json = nlohmann::ordered_json;
using Kind = Declared::Kind;

template <class T>
Json number_json(const Range<T>& range, const char* type) {
  Json number = {{"type", type}};
  if (range.min > std::numeric_limits<T>::lowest()) number[range.open_min ? "exclusiveMinimum" : "minimum"] = range.min;
  if (range.max < std::numeric_limits<T>::max()) number[range.open_max ? "exclusiveMaximum" : "maximum"] = range.max;
  if (range.words.empty()) return number;
  Json words = Json::array();
  for (const auto& word : range.words) words.push_back(word.name);
  return {{"anyOf", {std::move(number), {{"enum", std::move(words)}}}}};
}

Json value_json(const Leaf& leaf) {
  switch (leaf.kind) {
    case Leaf::Kind::boolean:
      return {{"type", "boolean"}};
    case Leaf::Kind::integer:
      return number_json(leaf.integers, "integer");
    case Leaf::Kind::real:
      return number_json(leaf.reals, "number");
    case Leaf::Kind::word:
      break;
  }
  // Any scalar is a text: `target: 1` is a column of that name.
  if (leaf.words.empty()) return {{"type", {"string", "number", "boolean"}}};
  Json words = Json::array();  // of YAML, true and false are no texts
  for (const std::string_view word : leaf.words)
    words.push_back(word == "true" ? Json(true) : word == "false" ? Json(false) : Json(word));
  return {{"enum", std::move(words)}};
}

Json values_json(Json item) { return {{"type", "array"}, {"items", std::move(item)}, {"minItems", 1}}; }

// What {values: […]} alone can search.
Json listed_json(Json item) {
  return {{"type", "object"},
          {"properties", {{"values", values_json(std::move(item))}}},
          {"required", {"values"}},
          {"additionalProperties", false}};
}

// {values, min, max, scale, step, points}
Json range_json(const Leaf& leaf) {
  if (!leaf.number()) return listed_json(value_json(leaf));
  const bool whole = leaf.kind == Leaf::Kind::integer;
  Leaf plain = leaf;
  plain.integers.words = {}, plain.reals.words = {};
  const Json bound = value_json(plain);
  Json range = {{"type", "object"}};
  range["properties"] = {{"values", values_json(value_json(leaf))},
                         {"min", bound},
                         {"max", bound},
                         {"scale", {{"enum", {"linear", "log"}}}},
                         {"step", {{"type", whole ? "integer" : "number"}, {"exclusiveMinimum", 0}}},
                         {"points", {{"type", "integer"}, {"minimum", 1}}}};
  range["additionalProperties"] = false;
  range["anyOf"] = {{{"required", {"values"}}}, {{"required", {"min", "max"}}}};
  range["dependencies"] = {{"min", {"max"}}, {"max", {"min"}}};
  range["if"] = {{"properties", {{"scale", {{"const", "log"}}}}}, {"required", {"scale"}}};
  range["then"] = {{"properties", {{"min", {{"exclusiveMinimum", 0}}}}}};
  return range;
}

Json any_of(std::vector<Json> schemas) {
  if (schemas.size() == 1) return std::move(schemas[0]);
  return {{"anyOf", std::move(schemas)}};
}

// Sections whose keys are 0, 1, … are lists in the file.
bool is_list(const std::vector<Declared>& members) { return !members.empty() && members[0].name == "0"; }

// Whether a study has to say something there.
bool is_required(const Declared& d) {
  if (d.kind != Kind::section) return d.required;
  return d.required || (d.shorthand.empty() && std::any_of(d.members.begin(), d.members.end(), is_required));
}

// Schemas of settings. Those that come more than once stand among the definitions.
class Writer {
 public:
  Json definitions = Json::object();
  Json object_of(const std::vector<Declared>& members, const Json& first = Json::object());

 private:
  Json shared(const std::string& name, Json schema);
  Json choice_json(const Declared& d);
  Json schema_of(const Declared& d);
};

// A reference to the schema, by the setting's name and, where others of that name differ, a number.
Json Writer::shared(const std::string& name, Json schema) {
  std::string key = name;
  for (int n = 2; definitions.contains(key) && definitions[key] != schema; ++n) key = name + "-" + std::to_string(n);
  definitions[key] = std::move(schema);
  return {{"$ref", "#/definitions/" + key}};
}

Json Writer::choice_json(const Declared& d) {
  std::vector<Json> objects;
  Json names = Json::array();
  for (std::size_t i = 0; i < d.alternatives.size(); ++i) {
    const Alternative& alternative = d.alternatives[i];
    names.push_back(alternative.name);
    Json name = {{"const", alternative.name}, {"description", alternative.help}};
    Json object = object_of(alternative.members, {{d.key, std::move(name)}});
    if (d.nested || i != d.selected) {
      Json required = {d.key};
      if (object.contains("required"))
        required.insert(required.end(), object["required"].begin(), object["required"].end());
      object["required"] = std::move(required);
    }
    objects.push_back(std::move(object));
  }
  if (!d.nested) return any_of(std::move(objects));
  const Json listed = {{"enum", names}};
  objects.insert(objects.begin(), listed);
  const Json one = shared(d.name, any_of(std::move(objects)));
  return d.scope == Scope::fixed ? one : any_of({one, listed_json(one)});
}

Json Writer::schema_of(const Declared& d) {
  switch (d.kind) {
    case Kind::value:
      return d.scope == Scope::fixed ? value_json(d.leaf)
                                     : shared(d.name, any_of({value_json(d.leaf), range_json(d.leaf)}));
    case Kind::list: {
      Json list = {{"type", "array"}, {"items", value_json(d.leaf)}};
      if (!d.leaf.number()) {
        list["uniqueItems"] = true;
        return list;
      }
      list["minItems"] = 1;
      if (d.scope == Scope::fixed) return list;
      Json ranges = list;
      ranges["items"] = any_of({value_json(d.leaf), range_json(d.leaf)});
      return any_of({std::move(ranges), listed_json(std::move(list))});
    }
    case Kind::section: {
      if (is_list(d.members)) {
        Json items = Json::array();
        for (const Declared& member : d.members) items.push_back(schema_of(member));
        return {
            {"type", "array"}, {"items", std::move(items)}, {"minItems", d.members.size()}, {"additionalItems", false}};
      }
      const auto plain =
          std::find_if(d.members.begin(), d.members.end(), [&](const auto& m) { return m.name == d.shorthand; });
      if (plain == d.members.end()) return object_of(d.members);
      std::vector<Json> forms{schema_of(*plain), object_of(d.members)};
      if (plain->kind == Kind::value && plain->scope != Scope::fixed) {  // its range beside the other members
        Json mixed = range_json(plain->leaf);
        const Json others = object_of(d.members);
        for (const auto& [name, schema] : others["properties"].items())
          if (name != d.shorthand) mixed["properties"][name] = schema;
        forms.push_back(std::move(mixed));
      }
      return any_of(std::move(forms));
    }
    case Kind::keyed:
      return {{"type", "object"}, {"additionalProperties", schema_of(d.members.front())}};
    case Kind::choice:
      return choice_json(d);
  }
  return {};
}

Json Writer::object_of(const std::vector<Declared>& members, const Json& first) {
  Json properties = first, required = Json::array();
  for (const Declared& d : members) {
    Json schema = schema_of(d);
    if (schema.contains("$ref"))
      schema = {{"allOf", Json::array({std::move(schema)})}};  // nothing counts beside a $ref
    schema["description"] = d.standard.empty() ? d.help : d.help + " (default: " + d.standard + ")";
    properties[d.name] = std::move(schema);
    if (is_required(d)) required.push_back(d.name);
  }
  Json object = {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) object["required"] = std::move(required);
  return object;
}

template <class T>
Json root_of(Writer& writer) {
  T study;
  return writer.object_of(declared([&](FieldVisitor& f) { study.fields(f); }));
}

}  // namespace

std::string study_schema() {
  const Json function = {
      {"properties", {{"model", {{"properties", {{"type", {{"const", "function"}}}}}, {"required", {"type"}}}}}},
      {"required", {"model"}}};
  Json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                 {"title", "A study of holdout"},
                 {"description", "Any value may be a range: {values: [...]} or {min, max, scale, step, points}."},
                 {"type", "object"}};
  schema["if"] = function;
  Writer writer;
  schema["then"] = root_of<FunctionStudy>(writer);
  schema["else"] = root_of<Study>(writer);
  schema["definitions"] = std::move(writer.definitions);
  return schema.dump(1) + "\n";
}

}  // namespace holdout::study
