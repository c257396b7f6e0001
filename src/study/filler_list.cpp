#include <set>

#include <holdout/base/number.hpp>

#include "filler.hpp"
#include "lists.hpp"
#include "ranges.hpp"

namespace holdout::study {

using yaml::Entry;
using yaml::Node;

// hidden: [64, 32], hidden: {values: [[32], [64, 32]]}, hidden: [{min: 8, max: 64}, 32]
void Filler::operator()(const Field& field, std::vector<std::int64_t>& values, const Range<std::int64_t>& range) {
  const std::string path = path_of(field);
  const Entry* entry = enter(field);
  if (!entry) return;
  const Node& node = entry->value;
  if (node.is_mapping() && looks_like_range(node)) return search_list(field, range, path, node);
  std::vector<std::int64_t> items;
  if (!read_list(field, range, path, node, true, items)) return;
  if (condition_) constants.push_back({path, list_text(items), *condition_});
  values = std::move(items);
}

// Each item a number; or, where lists are not themselves searched, a range, whose first value stands in the list.
bool Filler::read_list(const Field& field, const Range<std::int64_t>& range, const std::string& path, const Node& node,
                       bool ranges, std::vector<std::int64_t>& items) {
  if (!node.is_list()) {
    add(node.mark, path + ": expected a list, found " + kind_name(node),
        node.is_scalar() ? "[" + flow_text(node) + "]" : "[64, 32], or to search: {values: [[64], [64, 32]]}");
    return false;
  }
  if (node.items.empty()) add(node.mark, path + ": the list is empty", "at least one item, for example [64]");
  bool fine = !node.items.empty();
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Node& item = node.items[i];
    const std::string here = item_path(path, i);
    if (ranges) marks[here] = item.mark;
    if (item.is_null()) {
      add(item.mark, path + ": an empty item");
      fine = false;
    } else if (ranges && item.is_mapping() && looks_like_range(item)) {
      auto parameter = searchable(field, here, item) ? read_range(Leaf::of(range), item, here, errors_) : std::nullopt;
      fine = fine && parameter;
      if (!parameter) continue;
      const auto& listed = parameter->values;
      items.push_back(listed.empty() ? static_cast<std::int64_t>(parameter->interval ? parameter->interval->min : 0)
                                     : number(listed.front(), range));
      parameter->condition = condition_;
      parameters.push_back(std::move(*parameter));
    } else if (const auto value = read_value(Leaf::of(range), item, here, errors_)) {
      items.push_back(number(*value, range));
    } else {
      fine = false;
    }
  }
  return fine;
}

void Filler::search_list(const Field& field, const Range<std::int64_t>& range, const std::string& path,
                         const Node& node) {
  if (!searchable(field, path, node)) return;
  const Node* listed = read_values_only(node, path, errors_);
  if (!listed) return;
  search::Parameter parameter{path, {}, {}, condition_};
  std::set<Value> seen;
  for (const Node& item : listed->items) {
    std::vector<std::int64_t> items;
    if (!read_list(field, range, path, item, false, items)) continue;
    const Value value = list_text(items);
    if (!seen.insert(value).second)
      add(item.mark, path + ": " + to_text(value) + " is listed twice", "each value once");
    else
      parameter.values.push_back(value);
  }
  parameters.push_back(std::move(parameter));
}

}  // namespace holdout::study
