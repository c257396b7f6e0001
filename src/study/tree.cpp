#include "tree.hpp"

#include <utility>

#include "overrides.hpp"

namespace holdout::study {

Tree read_tree(const std::string& file, std::span<const std::string> overrides, Errors& errors) {
  return tree_of(yaml::read_source(file), overrides, errors);
}

Tree tree_of(yaml::Source from, std::span<const std::string> overrides, Errors& errors) {
  Tree tree;
  tree.sources.push_back(std::move(from));
  const yaml::Source& source = tree.sources.front();
  tree.root = yaml::parse(source, errors);
  throw_sorted_if_any(errors, source.name);
  if (tree.root.is_null())
    throw Error(
        yaml::message_at({&source, 0, 0}, "the study is empty", "the least is: data: {file: data.csv, target: y}"));
  if (!tree.root.is_mapping())
    throw Error(yaml::message_at(tree.root.mark, "a study is a mapping of keys to values, not " + kind_name(tree.root),
                                 "name: ..."));
  apply_overrides(tree.root, overrides, tree.sources, errors);
  return tree;
}

const yaml::Node* function_type(const Tree& tree) {
  const yaml::Entry* model = tree.root.find("model");
  const yaml::Entry* type = model && model->value.is_mapping() ? model->value.find("type") : nullptr;
  return type && type->value.is_scalar() && type->value.text == "function" ? &type->value : nullptr;
}

void throw_sorted_if_any(const Errors& errors, const std::string& file) {
  constexpr std::size_t kMaxMessages = 20;  // more would hide the first ones
  try {
    errors.throw_if_any();
  } catch (const Error& sorted) {
    std::vector<Message> messages = sorted.messages();
    if (messages.size() <= kMaxMessages) throw;
    const std::size_t more = messages.size() - kMaxMessages;
    messages.resize(kMaxMessages);
    messages.push_back({{file}, "and " + std::to_string(more) + " more"});
    throw Error(std::move(messages));
  }
}

}  // namespace holdout::study
