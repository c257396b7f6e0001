// The walk that fills a study's fields from the tree.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <holdout/search/space.hpp>
#include <holdout/study/study.hpp>

#include "leaf.hpp"
#include "outline.hpp"

namespace holdout::study {

/// Fills fields, turns ranges into parameters, settings of searched alternatives into constants, and collects all that
/// is wrong.
class Filler final : public FieldVisitor {
 public:
  explicit Filler(Errors& errors) : errors_(errors) {}

  /// @param root  the file's mapping
  void fill(const std::function<void(FieldVisitor&)>& fields, const yaml::Node& root);

  std::vector<search::Parameter> parameters;
  std::vector<Constant> constants;
  std::map<std::string, yaml::Mark> marks;  // setting path to its value

  void operator()(const Field& field, bool& value) override;
  void operator()(const Field& field, std::int64_t& value, const Range<std::int64_t>& range) override;
  void operator()(const Field& field, double& value, const Range<double>& range) override;
  void operator()(const Field& field, std::string& value, std::span<const std::string_view> words) override;
  void operator()(const Field& field, std::vector<std::string>& values,
                  std::span<const std::string_view> words) override;
  void operator()(const Field& field, std::vector<std::int64_t>& values, const Range<std::int64_t>& range) override;
  void operator()(const Field& field, Choice& choice, const ChoiceStyle& style) override;
  void section(const Field& field, const std::function<void(FieldVisitor&)>& fields,
               std::string_view shorthand) override;
  void keyed(const Field& field, const std::function<void(std::string_view key)>& add_key,
             const std::function<void(FieldVisitor&)>& fields) override;

 private:
  /// The mapping that is being read.
  struct Level {
    const yaml::Node* node = nullptr;    // null: it is not in the file
    yaml::Mark mark;                     // where to point if something is missing
    std::string path;                    // of the section, and in front of its settings' paths
    std::string_view shorthand = {};     // the member whose path is the section's
    std::vector<std::string> keys = {};  // known so far
    std::unordered_map<std::string_view, const yaml::Entry*> entries = {};  // of the node, where they are many
    const yaml::Entry* find(std::string_view key) const;
  };

  const yaml::Entry* enter(const Field& field);
  std::string path_of(const Field& field) const;
  void walk(Level level, const std::function<void(FieldVisitor&)>& fields);
  void unknown(const Level& level, const yaml::Entry& entry);
  std::optional<Value> leaf(const Field& field, const Leaf& leaf);
  bool read_list(const Field& field, const Range<std::int64_t>& range, const std::string& path, const yaml::Node& node,
                 bool ranges, std::vector<std::int64_t>& items);
  void search_list(const Field& field, const Range<std::int64_t>& range, const std::string& path,
                   const yaml::Node& node);
  std::optional<std::size_t> alternative(const Choice& choice, const yaml::Node& name, const std::string& path);
  void choose(const Field& field, Choice& choice, const ChoiceStyle& style, const yaml::Entry& entry);
  void search_choice(const Field& field, Choice& choice, const ChoiceStyle& style, const yaml::Node& node);
  bool searchable(const Field& field, const std::string& path, const yaml::Node& node);
  void add(const yaml::Mark& mark, const std::string& text, const std::string& hint = {});

  Errors& errors_;
  std::vector<Level> levels_;
  std::optional<search::Condition> condition_;  // inside an alternative of a searched choice
  std::vector<OutlineItem> outline_;            // made when the first unknown key needs it
};

}  // namespace holdout::study
