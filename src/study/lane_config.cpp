#include "lane_config.hpp"

#include <map>

#include "leaf.hpp"
#include "lists.hpp"
#include "path_visitor.hpp"

namespace holdout::study {
namespace {

/// Puts values in place, by path. A choice is made before its settings are visited.
class Setter final : public PathVisitor {
 public:
  std::map<std::string, Value, std::less<>> values;

  void operator()(const Field& f, bool& value) override {
    if (const Value* given = find(f)) value = std::get<bool>(*given);
  }
  void operator()(const Field& f, std::int64_t& value, const Range<std::int64_t>& range) override {
    if (const Value* given = find(f)) value = number(*given, range);
  }
  void operator()(const Field& f, double& value, const Range<double>& range) override {
    if (const Value* given = find(f)) value = number(*given, range);
  }
  void operator()(const Field& f, std::string& value, std::span<const std::string_view>) override {
    if (const Value* given = find(f)) value = std::get<std::string>(*given);
  }
  void operator()(const Field&, std::vector<std::string>&, std::span<const std::string_view>) override {}
  void operator()(const Field& f, std::vector<std::int64_t>& items, const Range<std::int64_t>& range) override {
    if (const Value* given = find(f)) items = list_from(std::get<std::string>(*given));
    for (std::size_t i = 0; i < items.size(); ++i)
      if (const Value* given = find(item_path(path_of(f), i))) items[i] = number(*given, range);
  }

 private:
  const Value* find(const Field& field) const { return find(path_of(field)); }
  const Value* find(const std::string& path) const {
    const auto found = values.find(path);
    return found == values.end() ? nullptr : &found->second;
  }
  void chosen(const Field&, const std::string& path, Choice& choice) override {
    const auto found = values.find(path);
    if (found == values.end()) return;
    const std::span<const Info> all = choice.alternatives();
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].name == std::get<std::string>(found->second)) return choice.select(i);
  }
};

/// Writes the values of a scope, one a line.
class Printer final : public PathVisitor {
 public:
  explicit Printer(Scope scope) : scope_(scope) {}
  std::string text;

  void operator()(const Field& f, bool& value) override { add(f, path_of(f), value); }
  void operator()(const Field& f, std::int64_t& value, const Range<std::int64_t>&) override {
    add(f, path_of(f), value);
  }
  void operator()(const Field& f, double& value, const Range<double>&) override { add(f, path_of(f), value); }
  void operator()(const Field& f, std::string& value, std::span<const std::string_view>) override {
    add(f, path_of(f), value);
  }
  void operator()(const Field& f, std::vector<std::string>& values, std::span<const std::string_view>) override {
    for (std::size_t i = 0; i < values.size(); ++i) add(f, item_path(path_of(f), i), values[i]);
  }
  void operator()(const Field& f, std::vector<std::int64_t>& values, const Range<std::int64_t>&) override {
    for (std::size_t i = 0; i < values.size(); ++i) add(f, item_path(path_of(f), i), values[i]);
  }

 private:
  void chosen(const Field& field, const std::string& path, Choice& choice) override {
    add(field, path, std::string(choice.alternatives()[choice.selected()].name));
  }
  void add(const Field& field, const std::string& path, const Value& value) {
    if (field.scope == scope_) text += path + ": " + yaml_value(value) + "\n";
  }
  Scope scope_;
};

}  // namespace

void put_values(const search::SearchSpace& space, std::span<const Constant> constants,
                const search::Configuration& configuration, const std::function<void(FieldVisitor&)>& fields) {
  Setter setter;
  const auto& parameters = space.parameters();
  for (const Constant& constant : constants) {
    const search::Condition& condition = constant.condition;
    if (configuration.values[condition.parameter] == parameters[condition.parameter].values[condition.choice])
      setter.values.insert_or_assign(constant.path, constant.value);
  }
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (configuration.values[i]) setter.values.insert_or_assign(parameters[i].path, *configuration.values[i]);
  fields(setter);
}

std::vector<std::string> target_transforms(const std::string& fixed, const search::Parameter* searched) {
  std::vector<std::string> kinds{fixed};
  if (searched) kinds.clear();
  if (searched)
    for (const Value& value : searched->values) kinds.push_back(std::get<std::string>(value));
  std::erase(kinds, "none");
  return kinds;
}

train::LaneConfig apply(const Study& study, const search::Configuration& configuration) {
  train::LaneConfig config = study.config;
  config.polynomial = study.data.features.polynomial;
  config.standardize =
      data::standardize_of(study.data.standardize, false);  // prepare() has replaced auto of sparse rows
  config.target = data::target_kind_of(study.data.target_transform);
  put_values(study.space, study.constants, configuration, [&](FieldVisitor& f) { configured_fields(config, f); });
  return config;
}

std::string values_of(const train::LaneConfig& config, Scope scope) {
  train::LaneConfig copy = config;  // fields are for reading and writing
  Printer printer(scope);
  configured_fields(copy, printer);
  return printer.text;
}

}  // namespace holdout::study
