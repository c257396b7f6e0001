#include "overrides.hpp"

#include <algorithm>

#include <holdout/base/number.hpp>

#include "ranges.hpp"

namespace holdout::study {
namespace {

using yaml::Entry;
using yaml::Mark;
using yaml::message_at;
using yaml::Node;

/// One override on its way down the tree.
class Setter {
 public:
  Setter(const std::vector<OutlineItem>& outline, std::vector<std::string> keys, Node value, Errors& errors)
      : outline_(outline), keys_(std::move(keys)), value_(std::move(value)), mark_(value_.mark), errors_(errors) {}

  void set(Node& root) {
    make_mapping(root);
    descend(root, 0, "");
  }

 private:
  // Below `node`, a mapping or a list, sets what keys_[k …] name.
  void descend(Node& node, std::size_t k, const std::string& path) {
    const std::string& key = keys_[k];
    const std::string here = path.empty() ? key : path + "." + key;
    if (node.is_list()) return descend_list(node, k, here);
    const OutlineItem* item = find(outline_, here);
    Entry* entry = node.find(key);
    if (k + 1 == keys_.size()) {
      const bool keeps_section = item && !item->shorthand.empty() && entry && entry->value.is_mapping() &&
                                 !entry->value.entries.empty() && !looks_like_range(entry->value) &&
                                 (!value_.is_mapping() || looks_like_range(value_));
      if (keeps_section) return put(entry->value, item->shorthand);  // training.learning_rate is its start
      return put(node, key);
    }
    if (!entry) {
      node.entries.push_back({key, mark_, {}});
      entry = &node.entries.back();
      entry->value.mark = mark_;
    }
    Node& value = entry->value;
    const bool of_list = value.is_list() && !find(outline_, here + "." + keys_[k + 1]);  // hidden.1
    if (item && !item->shorthand.empty() && !of_list) expand_shorthand(value, item->shorthand, keys_[k + 1]);
    if (item && item->nested) {
      const auto& names = item->alternatives;
      if (std::find(names.begin(), names.end(), keys_[k + 1]) != names.end())
        return descend_choice(value, *item, k + 1, here);
    }
    if (!value.is_list()) make_mapping(value);
    descend(value, k + 1, here);
  }

  void put(Node& mapping, const std::string& key) {
    if (Entry* entry = mapping.find(key))
      entry->value = value_, entry->mark = mark_;
    else
      mapping.entries.push_back({key, mark_, value_});
  }

  void descend_list(Node& list, std::size_t k, const std::string& here) {
    const std::optional<std::int64_t> index = to_integer(keys_[k]);
    if (!index || *index < 0 || *index >= static_cast<std::int64_t>(list.items.size()))
      return refuse(here + ": no such item in a list of " + std::to_string(list.items.size()), "items count from 0");
    Node& item = list.items[static_cast<std::size_t>(*index)];
    if (k + 1 == keys_.size()) {
      item = value_;
      return;
    }
    if (!item.is_list()) make_mapping(item);
    descend(item, k + 1, here);
  }

  // learning_rate: 0.1 becomes learning_rate: {start: 0.1} when a member is set; a range's own keys stay a range.
  void expand_shorthand(Node& value, const std::string& shorthand, const std::string& next) {
    const bool range = value.is_mapping() && looks_like_range(value);
    if (value.is_null() || (value.is_mapping() && !range)) return;
    const bool range_key =
        next == "values" || next == "min" || next == "max" || next == "scale" || next == "step" || next == "points";
    if (range_key) return;
    Node section;
    section.kind = Node::Kind::mapping;
    section.mark = value.mark;
    section.entries.push_back({shorthand, value.mark, std::move(value)});
    value = std::move(section);
  }

  // training.optimizer.adam.beta1: keys_[k] is the alternative, `choice` what stands under `optimizer`.
  void descend_choice(Node& choice, const OutlineItem& item, std::size_t k, const std::string& path) {
    const std::string& name = keys_[k];
    const std::string here = path + "." + name;
    if (k + 1 == keys_.size()) return refuse(here + " is an alternative, not a setting", "--set " + path + "=" + name);
    if (choice.is_null() || (choice.is_mapping() && choice.entries.empty())) return into(choice, item, k, here);
    if (choice.is_scalar() && choice.text == name) return into(choice, item, k, here);
    if (choice.is_mapping()) {
      if (const Entry* given = choice.find(item.key)) {
        if (given->value.is_scalar() && given->value.text == name) return descend(choice, k + 1, here);
        return refuse(path + " is " + kind_name(given->value) + ", not " + name, "first --set " + path + "=" + name);
      }
      if (Entry* values = choice.find("values"); values && values->value.is_list()) {
        for (Node& alternative : values->value.items) {
          if (alternative.is_scalar() && alternative.text == name) return into(alternative, item, k, here);
          const Entry* given = alternative.is_mapping() ? alternative.find(item.key) : nullptr;
          if (given && given->value.text == name) return descend(alternative, k + 1, here);
        }
        return refuse(name + " is not among the values of " + path, "first --set " + path + "=" + name);
      }
    }
    refuse(path + " is " + kind_name(choice) + ", not " + name, "first --set " + path + "=" + name);
  }

  // adam becomes {name: adam}, and the walk goes on in it.
  void into(Node& node, const OutlineItem& item, std::size_t k, const std::string& here) {
    Node name;
    name.kind = Node::Kind::scalar;
    name.text = keys_[k];
    name.mark = node.is_scalar() ? node.mark : mark_;
    node = Node();
    node.kind = Node::Kind::mapping;
    node.mark = name.mark;
    node.entries.push_back({item.key, name.mark, name});
    descend(node, k + 1, here);
  }

  void make_mapping(Node& node) {
    if (node.is_mapping()) return;
    node = Node();
    node.kind = Node::Kind::mapping;
    node.mark = mark_;
  }

  void refuse(const std::string& text, const std::string& hint) { errors_.add(message_at(mark_, text, hint)); }

  const std::vector<OutlineItem>& outline_;
  std::vector<std::string> keys_;
  Node value_;
  Mark mark_;
  Errors& errors_;
};

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> keys(1);
  for (const char c : path)
    if (c == '.')
      keys.emplace_back();
    else
      keys.back() += c;
  return keys;
}

}  // namespace

void apply_overrides(Node& root, std::span<const std::string> overrides, std::deque<yaml::Source>& sources,
                     Errors& errors) {
  if (overrides.empty()) return;
  const std::vector<OutlineItem> outline = study_outline();
  for (const std::string& text : overrides) {
    const std::string option = "--set " + text;
    const std::size_t equals = text.find('=');
    std::vector<std::string> keys = split_path(std::string_view(text).substr(0, equals));
    const bool empty_key = std::any_of(keys.begin(), keys.end(), [](const std::string& key) { return key.empty(); });
    if (equals == std::string::npos || empty_key || keys.size() > static_cast<std::size_t>(yaml::kMaxDepth)) {
      errors.add({{}, "--set " + quoted(text) + " is not path=value", "for example --set training.epochs=50"});
      continue;
    }
    try {
      sources.push_back(yaml::override_source(option, std::string_view(text).substr(equals + 1)));
      Errors syntax;
      Node value = yaml::parse(sources.back(), syntax);
      if (value.is_null()) value.mark = {&sources.back(), 1, 1};
      for (const Message& message : syntax.messages()) errors.add(message);
      if (syntax.empty()) Setter(outline, std::move(keys), std::move(value), errors).set(root);
    } catch (const Error& error) {
      errors.add(error);
    }
  }
}

}  // namespace holdout::study
