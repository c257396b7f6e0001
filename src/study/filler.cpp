#include "filler.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_set>

#include <holdout/base/number.hpp>

#include "foreign.hpp"
#include "ranges.hpp"

namespace holdout::study {

using yaml::Entry;
using yaml::Mark;
using yaml::Node;

namespace {

// training: {optimizer: {name: adam, beta1: 0.9}}
std::string line_of(const std::vector<OutlineItem>& outline, const std::string& path, const std::string& value) {
  std::string line, closing;
  std::size_t start = 0;
  for (std::size_t dot; (dot = path.find('.', start)) != std::string::npos; start = dot + 1) {
    const std::string key = path.substr(start, dot - start);
    const OutlineItem* outer = start > 0 ? find(outline, path.substr(0, start - 1)) : nullptr;
    if (outer && outer->nested) {
      line += outer->key + ": " + key + ", ";
    } else {
      line += (key == "*" ? "NAME" : key) + ": {";
      closing += '}';
    }
  }
  return line + path.substr(start) + ": " + value + closing;
}

}  // namespace

void Filler::add(const Mark& mark, const std::string& text, const std::string& hint) {
  errors_.add(yaml::message_at(mark, text, hint));
}

std::string Filler::path_of(const Field& field) const {
  const Level& level = levels_.back();
  if (level.path.empty()) return std::string(field.name);
  return field.name == level.shorthand ? level.path : level.path + "." + std::string(field.name);
}

// The entry of a field, if the file has one with a value.
const Entry* Filler::enter(const Field& field) {
  Level& level = levels_.back();
  level.keys.emplace_back(field.name);
  const Entry* entry = level.find(field.name);
  if (!entry) {
    if (field.required)
      add(level.mark,
          (level.path.empty() ? "the study" : level.path) + ": '" + std::string(field.name) + "' is missing",
          std::string(field.name) + ": " + std::string(field.help));
    return nullptr;
  }
  const std::string path = path_of(field);
  marks[path] = entry->value.mark;
  if (!entry->value.is_null()) return entry;
  add(entry->value.mark, path + ": the value is missing",
      field.required ? "expected " + std::string(field.help) : "omit the key for the default");
  return nullptr;
}

void Filler::fill(const std::function<void(FieldVisitor&)>& fields, const Node& root) {
  walk({&root, root.mark, {}}, fields);
}

const Entry* Filler::Level::find(std::string_view key) const {
  if (entries.empty()) return node ? node->find(key) : nullptr;
  const auto at = entries.find(key);
  return at == entries.end() ? nullptr : at->second;
}

void Filler::walk(Level level, const std::function<void(FieldVisitor&)>& fields) {
  constexpr std::size_t kFew = 16;  // entries, which are found soon
  if (level.node && level.node->entries.size() > kFew)
    for (const Entry& entry : level.node->entries) level.entries.emplace(entry.key, &entry);
  levels_.push_back(std::move(level));
  fields(*this);
  const Level done = std::move(levels_.back());
  levels_.pop_back();
  if (!done.node) return;
  const std::unordered_set<std::string_view> known(done.keys.begin(), done.keys.end());
  for (const Entry& entry : done.node->entries)
    if (!known.contains(entry.key)) unknown(done, entry);
}

void Filler::unknown(const Level& level, const Entry& entry) {
  if (outline_.empty()) outline_ = study_outline();
  std::string hint = foreign_key(level.path, entry);
  if (hint.empty()) {
    hint = did_you_mean(entry.key, level.keys);
    // A key that is right, in the wrong section. Of several sections that have it, the one nearest to the top.
    const OutlineItem* right = nullptr;
    const auto depth = [](const OutlineItem& item) { return std::count(item.path.begin(), item.path.end(), '.'); };
    if (nearest_word(entry.key, level.keys).empty())
      for (const OutlineItem& item : outline_) {
        const bool takes = item.leaf || !item.shorthand.empty() || !item.key.empty() || entry.value.is_mapping();
        if (takes && item.path.ends_with("." + entry.key) && item.path != level.path + "." + entry.key &&
            (!right || depth(item) < depth(*right)))
          right = &item;
      }
    if (right) hint = "it belongs elsewhere: " + line_of(outline_, right->path, flow_text(entry.value));
  }
  add(entry.mark, "unknown key " + quoted(entry.key) + " in " + (level.path.empty() ? "the study" : level.path), hint);
}

void Filler::section(const Field& field, const std::function<void(FieldVisitor&)>& fields, std::string_view shorthand) {
  const std::string path = path_of(field);
  const Entry* entry = enter(field);
  if (!entry) {
    const Level& outer = levels_.back();
    if (!outer.find(field.name)) walk({nullptr, outer.mark, path, shorthand}, fields);
    return;
  }
  const Node& node = entry->value;
  const auto is_own = [keys = keys_of(fields)](const std::string& key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  const auto has_own_key = [&] {
    return std::any_of(node.entries.begin(), node.entries.end(), [&](const Entry& e) { return is_own(e.key); });
  };
  if (!shorthand.empty() && (!node.is_mapping() || (looks_like_range(node) && !has_own_key()))) {
    Node expanded;
    expanded.kind = Node::Kind::mapping;
    expanded.mark = node.mark;
    expanded.entries.push_back({std::string(shorthand), entry->mark, node});
    return walk({&expanded, entry->mark, path, shorthand}, fields);
  }
  // l2: {each: feature, min: 1e-6, max: 1}: the range beside other members is the shorthand's.
  if (!shorthand.empty() && looks_like_range(node) && !node.find(shorthand)) {
    Node expanded = node, range = node;
    std::erase_if(expanded.entries, [&](const Entry& e) { return !is_own(e.key); });
    std::erase_if(range.entries, [&](const Entry& e) { return is_own(e.key); });
    expanded.entries.push_back({std::string(shorthand), entry->mark, std::move(range)});
    return walk({&expanded, entry->mark, path, shorthand}, fields);
  }
  if (!node.is_mapping()) {
    const std::vector<std::string> keys = keys_of(fields);  // none: they are the user's words, which the help describes
    return add(node.mark, path + ": expected keys with values, found " + kind_name(node),
               keys.empty() ? std::string(field.help) : "keys: " + joined(keys));
  }
  marks[path] = entry->mark;  // a section stands where its key does
  walk({&node, entry->mark, path, shorthand}, fields);
}

void Filler::keyed(const Field& field, const std::function<void(std::string_view key)>& add_key,
                   const std::function<void(FieldVisitor&)>& fields) {
  const Level& level = levels_.back();
  const Entry* entry = level.find(field.name);
  if (entry && entry->value.is_mapping())
    for (const Entry& named : entry->value.entries) add_key(named.key);
  section(field, fields, {});
}

bool Filler::searchable(const Field& field, const std::string& path, const Node& node) {
  if (field.scope != Scope::fixed) return true;
  add(node.mark, path + " cannot be searched: it is the same for the whole study", "give one value");
  return false;
}

// Reads a value, or the range in its place. The value is returned where the field itself is to be set.
std::optional<Value> Filler::leaf(const Field& field, const Leaf& leaf) {
  const std::string path = path_of(field);
  const Entry* entry = enter(field);
  if (!entry) return {};
  const Node& node = entry->value;
  if (node.is_mapping() && looks_like_range(node)) {
    if (!searchable(field, path, node)) return {};
    if (auto parameter = read_range(leaf, node, path, errors_)) {
      parameter->condition = condition_;
      parameters.push_back(std::move(*parameter));
    }
    return {};
  }
  std::optional<Value> value = read_value(leaf, node, path, errors_, field.scope != Scope::fixed);
  if (value && field.required && std::holds_alternative<std::string>(*value) && std::get<std::string>(*value).empty())
    add(node.mark, path + " is empty", "expected " + std::string(field.help));
  if (value && condition_) constants.push_back({path, *value, *condition_});
  return value;
}

void Filler::operator()(const Field& field, bool& value) {
  if (const auto read = leaf(field, Leaf::boolean())) value = std::get<bool>(*read);
}

void Filler::operator()(const Field& field, std::int64_t& value, const Range<std::int64_t>& range) {
  if (const auto read = leaf(field, Leaf::of(range))) value = number(*read, range);
}

void Filler::operator()(const Field& field, double& value, const Range<double>& range) {
  if (const auto read = leaf(field, Leaf::of(range))) value = number(*read, range);
}

void Filler::operator()(const Field& field, std::string& value, std::span<const std::string_view> words) {
  if (const auto read = leaf(field, Leaf::of(words))) value = std::get<std::string>(*read);
}

void Filler::operator()(const Field& field, std::vector<std::string>& values, std::span<const std::string_view> words) {
  const std::string path = path_of(field);
  const Entry* entry = enter(field);
  if (!entry) return;
  const Node& node = entry->value;
  if (node.is_mapping() && looks_like_range(node) && !searchable(field, path, node)) return;
  if (!node.is_list())
    return add(node.mark, path + ": expected a list, found " + kind_name(node),
               node.is_scalar() ? "[" + flow_text(node) + "]" : "[a, b]");
  values.clear();
  std::set<std::string> seen;
  for (const Node& item : node.items) {
    if (item.is_null()) {
      add(item.mark, path + ": an empty item");
      continue;
    }
    const auto value = read_value(Leaf::of(words), item, path, errors_);
    if (!value) continue;
    if (!seen.insert(item.text).second) add(item.mark, path + ": " + quoted(item.text) + " stands in the list already");
    marks[path + "." + std::to_string(values.size())] = item.mark;
    values.push_back(std::get<std::string>(*value));
  }
}

}  // namespace holdout::study
