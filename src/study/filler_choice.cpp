#include <algorithm>

#include <holdout/base/number.hpp>

#include "filler.hpp"
#include "foreign.hpp"
#include "ranges.hpp"

namespace holdout::study {

using yaml::Entry;
using yaml::Node;

std::optional<std::size_t> Filler::alternative(const Choice& choice, const Node& name, const std::string& path) {
  const std::vector<std::string> known = names(choice.alternatives());
  if (!name.is_scalar()) {
    add(name.mark, path + ": expected a name, found " + kind_name(name), "one of " + joined(known));
    return {};
  }
  const auto at = std::find(known.begin(), known.end(), name.text);
  if (at != known.end()) return static_cast<std::size_t>(at - known.begin());
  const std::string_view here = foreign_word(path, name.text);
  add(name.mark, path + ": " + quoted(name.text) + " is not known",
      here.empty() ? did_you_mean(name.text, known) : "in holdout: '" + std::string(here) + "'");
  return {};
}

void Filler::operator()(const Field& field, Choice& choice, const ChoiceStyle& style) {
  const std::string path = path_of(field);
  const Entry* entry = enter(field);
  if (entry) return choose(field, choice, style, *entry);
  const Level& outer = levels_.back();
  if (outer.find(field.name)) return;  // there, but without a value: that was said
  const std::string prefix =
      style.nested ? path + "." + std::string(choice.alternatives()[choice.selected()].name) : path;
  walk({nullptr, outer.mark, prefix}, [&](FieldVisitor& f) { choice.fields(f); });
}

void Filler::choose(const Field& field, Choice& choice, const ChoiceStyle& style, const Entry& entry) {
  const std::string path = path_of(field), key(style.key);
  const Node& node = entry.value;
  const auto example = [&](const std::string& name) {
    return std::string(field.name) + ": {" + key + ": " + name + ", ...}";
  };
  const std::string key_path = style.nested ? path : path + "." + key;
  const Node* name = nullptr;
  if (node.is_mapping()) {
    const Entry* given = node.find(key);
    if (given) name = &given->value;
    if (!given && style.nested) {
      if (looks_like_range(node)) return search_choice(field, choice, style, node);
      return add(entry.mark, path + ": '" + key + "' is missing", example(std::string(choice.alternatives()[0].name)));
    }
  } else if (style.nested && node.is_scalar()) {
    name = &node;
  } else {
    const bool may_vary = style.nested && field.scope != Scope::fixed;
    const bool is_name = node.is_scalar() && !to_real(node.text);  // of a number it would be refused next
    const std::string hint = is_name    ? std::string(field.name) + ": {" + key + ": " + flow_text(node) + "}"
                             : may_vary ? std::string(field.name) + ": {values: " + flow_text(node) + "}"
                             : style.nested
                                 ? "give one value: " + std::string(field.name) + " is the same for the whole study"
                                 : example(std::string(choice.alternatives()[0].name));
    return add(node.mark, path + ": expected keys with values, found " + kind_name(node), hint);
  }
  std::size_t selected = choice.selected();
  if (name) {
    marks[key_path] = name->mark;
    if (name->is_null())
      return add(name->mark, key_path + ": the value is missing", "one of " + joined(names(choice.alternatives())));
    if (name->is_mapping() && looks_like_range(*name))
      return add(name->mark, key_path + " cannot be searched " + (style.nested ? "here" : "in one study"),
                 style.nested ? std::string(field.name) + ": " + flow_text(*name)
                              : "give one name, and write a study for each");
    const auto found = alternative(choice, *name, key_path);
    if (!found) return;
    selected = *found;
  }
  if (!style.nested) marks[path] = entry.mark;  // a section stands where its key does
  choice.select(selected);
  Level level{node.is_mapping() ? &node : nullptr, entry.mark, path, {}, {key}};
  if (style.nested) level.path += "." + std::string(choice.alternatives()[selected].name);
  walk(std::move(level), [&](FieldVisitor& f) { choice.fields(f); });
}

// optimizer: {values: [gd, {name: momentum, momentum: {min: 0.5, max: 0.99}}]}: the name is a parameter; the settings
// of each alternative exist only with it.
void Filler::search_choice(const Field& field, Choice& choice, const ChoiceStyle& style, const Node& node) {
  const std::string path = path_of(field), key(style.key);
  if (!searchable(field, path, node)) return;
  const Node* values = read_values_only(node, path, errors_);
  if (!values) return;
  const std::size_t index = parameters.size(), original = choice.selected();
  parameters.push_back({path, {}, {}, condition_});
  const auto outer = condition_;
  for (const Node& item : values->items) {
    const Entry* given = item.is_mapping() ? item.find(key) : nullptr;
    if (item.is_null() || (item.is_mapping() && !given)) {
      add(item.mark, path + ": an alternative without a " + key,
          "{" + key + ": " + std::string(choice.alternatives()[0].name) + ", ...}");
      continue;
    }
    const Node& name = given ? given->value : item;
    const auto found = alternative(choice, name, path);
    if (!found) continue;
    auto& listed = parameters[index].values;
    if (std::find(listed.begin(), listed.end(), Value(name.text)) != listed.end()) {
      add(name.mark, path + ": " + quoted(name.text) + " is listed twice; alternatives are told apart by their names",
          "search inside it: {" + key + ": " + name.text + ", <setting>: {values: [...]}}");
      continue;
    }
    listed.emplace_back(name.text);
    condition_ = search::Condition{index, listed.size() - 1};
    choice.select(*found);
    marks[path + "." + name.text] = name.mark;
    walk({item.is_mapping() ? &item : nullptr, item.mark, path + "." + name.text, {}, {key}},
         [&](FieldVisitor& f) { choice.fields(f); });
    condition_ = outer;
  }
  choice.select(original);
}

}  // namespace holdout::study
