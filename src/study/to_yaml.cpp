#include <algorithm>
#include <array>
#include <cassert>
#include <filesystem>
#include <map>
#include <optional>

#include <holdout/base/number.hpp>
#include <holdout/study/study.hpp>

#include "leaf.hpp"
#include "lists.hpp"
#include "path_visitor.hpp"
#include "ranges.hpp"

namespace holdout::study {
namespace {

constexpr std::array<std::string_view, 3> kAlways{"name", "seed", "data.file"};
constexpr std::array<std::string_view, 2> kNamed{"model.loss", "training.optimizer"};

std::string words_text(const std::vector<std::string>& values) {
  std::string out;
  for (const std::string& value : values) out += (out.empty() ? "" : ", ") + yaml::yaml_text(value);
  return "[" + out + "]";
}

/// The text of every setting, and which alternative each choice has.
class Texts final : public PathVisitor {
 public:
  std::map<std::string, std::string> texts;
  std::map<std::string, std::size_t> chosen_here;

  void operator()(const Field& f, bool& x) override { texts[path_of(f)] = yaml_value(x); }
  void operator()(const Field& f, std::int64_t& x, const Range<std::int64_t>& range) override {
    texts[path_of(f)] = yaml_value(value_of(x, range));
  }
  void operator()(const Field& f, double& x, const Range<double>& range) override {
    texts[path_of(f)] = yaml_value(value_of(x, range));
  }
  void operator()(const Field& f, std::string& x, std::span<const std::string_view>) override {
    texts[path_of(f)] = yaml::yaml_text(x);
  }
  void operator()(const Field& f, std::vector<std::string>& x, std::span<const std::string_view>) override {
    texts[path_of(f)] = words_text(x);
  }
  void operator()(const Field& f, std::vector<std::int64_t>& x, const Range<std::int64_t>&) override {
    texts[path_of(f)] = list_text(x);
  }

 private:
  // The first walk notes the alternatives; a later one, over a study at its defaults, chooses the same.
  void chosen(const Field&, const std::string& path, Choice& choice) override {
    const auto [known, is_new] = chosen_here.emplace(path, choice.selected());
    if (!is_new) choice.select(known->second);
  }
};

/// Defaults of the study's settings, those of the alternatives that it has chosen.
std::map<std::string, std::string> default_texts(Study study) {
  Texts noted, defaults;
  study.fields(noted);
  defaults.chosen_here = noted.chosen_here;
  Study fresh;
  fresh.fields(defaults);
  return defaults.texts;
}

/// Composes the file: sections as blocks, what is inside them on one line.
class Writer final : public FieldVisitor {
 public:
  explicit Writer(const Study& study) : study_(study), defaults_(default_texts(study)), levels_(1) {}

  std::string text() const {
    std::string out;
    for (const auto& [key, value] : levels_[0].entries)
      out += key + ":" + (value.starts_with('\n') ? "" : " ") + value + "\n";
    return out;
  }

  void operator()(const Field& f, bool& x) override { leaf(f, yaml_value(x)); }
  void operator()(const Field& f, std::int64_t& x, const Range<std::int64_t>& range) override {
    leaf(f, yaml_value(value_of(x, range)));
  }
  void operator()(const Field& f, double& x, const Range<double>& range) override {
    leaf(f, yaml_value(value_of(x, range)));
  }
  void operator()(const Field& f, std::string& x, std::span<const std::string_view>) override {
    leaf(f, yaml::yaml_text(x));
  }
  void operator()(const Field& f, std::vector<std::string>& x, std::span<const std::string_view>) override {
    leaf(f, words_text(x));
  }
  // A list that is searched is one value, whose text is YAML already; or some of its items are ranges.
  void operator()(const Field& f, std::vector<std::int64_t>& x, const Range<std::int64_t>&) override {
    if (x.empty()) return;  // other settings stand for it
    std::string text;
    bool searched = false;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto index = parameter(item_path(path_of(f), i));
      searched = searched || index;
      text +=
          (text.empty() ? "" : ", ") + (index ? yaml_range(study_.space.parameters()[*index]) : std::to_string(x[i]));
    }
    if (searched)
      add(f, "[" + text + "]");
    else
      leaf(f, list_text(x), to_text);
  }

  void section(const Field& field, const std::function<void(FieldVisitor&)>& fields,
               std::string_view shorthand) override {
    const Entries entries = inside(path_of(field), shorthand, fields);
    if (entries.empty()) return;
    const bool plain = !shorthand.empty() && entries.size() == 1 && entries[0].first == shorthand;
    add(field, plain ? entries[0].second : compose(entries));
  }

  void operator()(const Field& field, Choice& choice, const ChoiceStyle& style) override {
    const std::string path = path_of(field), key(style.key);
    if (const auto index = parameter(path)) return add(field, alternatives(choice, *index, path, key));
    const std::string name(choice.alternatives()[choice.selected()].name);
    Entries entries = inside(style.nested ? path + "." + name : path, {}, [&](FieldVisitor& f) { choice.fields(f); });
    if (!entries.empty() || !style.nested) entries.insert(entries.begin(), {key, name});
    // Models, searches, losses and optimizers are always named; others only where they say something.
    const bool at_default = choice.selected() == 0 && entries.size() == (style.nested ? 0 : 1);
    const bool named =
        style.nested ? std::find(kNamed.begin(), kNamed.end(), path) != kNamed.end() : levels_.size() == 1;
    if (at_default && !named) return;
    add(field, entries.empty() ? name : compose(entries));
  }

 private:
  using Entries = std::vector<std::pair<std::string, std::string>>;
  struct Level {
    std::string prefix = {};
    std::string_view shorthand = {};
    Entries entries = {};
  };

  std::string path_of(const Field& field) const {
    const Level& level = levels_.back();
    if (level.prefix.empty()) return std::string(field.name);
    return field.name == level.shorthand ? level.prefix : level.prefix + "." + std::string(field.name);
  }

  Entries inside(std::string prefix, std::string_view shorthand, const std::function<void(FieldVisitor&)>& fields) {
    levels_.push_back({std::move(prefix), shorthand});
    fields(*this);
    Entries entries = std::move(levels_.back().entries);
    levels_.pop_back();
    return entries;
  }

  void add(const Field& field, std::string text) { levels_.back().entries.emplace_back(field.name, std::move(text)); }

  std::string compose(const Entries& entries) const {
    const bool block = levels_.size() == 1;
    std::string out;
    for (const auto& [key, value] : entries)
      out += (block ? "\n  " : out.empty() ? "" : ", ") + yaml::yaml_text(key) + ": " + value;
    return block ? out : "{" + out + "}";
  }

  void leaf(const Field& field, const std::string& text, std::string (*spell)(const Value&) = yaml_value) {
    const std::string path = path_of(field);
    if (const auto index = parameter(path)) return add(field, yaml_range(study_.space.parameters()[*index], spell));
    if (in_searched_) {
      if (const Constant* c = constant(path)) add(field, spell(c->value));
      return;
    }
    const auto usual = defaults_.find(path);
    const bool always = std::find(kAlways.begin(), kAlways.end(), path) != kAlways.end();
    if (always || usual == defaults_.end() || usual->second != text) add(field, text);
  }

  // {values: [gd, {name: momentum, momentum: {min: 0.5, max: 0.99}}]}
  std::string alternatives(Choice& choice, std::size_t index, const std::string& path, const std::string& key) {
    const std::size_t original = choice.selected();
    const std::vector<Value>& names = study_.space.parameters()[index].values;
    std::string list;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::string& name = std::get<std::string>(names[i]);
      select(choice, name);
      in_searched_ = true;
      Entries entries = inside(path + "." + name, {}, [&](FieldVisitor& f) { choice.fields(f); });
      std::string text = name;
      if (!entries.empty()) {
        text = "{" + key + ": " + name;
        for (const auto& [setting, value] : entries) text += ", " + setting + ": " + value;
        text += "}";
      }
      list += (list.empty() ? "" : ", ") + text;
    }
    in_searched_ = false;
    choice.select(original);
    return "{values: [" + list + "]}";
  }

  static void select(Choice& choice, std::string_view name) {
    const std::span<const Info> all = choice.alternatives();
    const auto at = std::find_if(all.begin(), all.end(), [&](const Info& info) { return info.name == name; });
    choice.select(static_cast<std::size_t>(at - all.begin()));
  }

  // The path of a setting inside a searched alternative names the alternative, so it is enough.
  std::optional<std::size_t> parameter(const std::string& path) const { return study_.space.find(path); }
  const Constant* constant(const std::string& path) const {
    for (const Constant& c : study_.constants)
      if (c.path == path) return &c;
    return nullptr;
  }

  const Study& study_;
  std::map<std::string, std::string> defaults_;
  std::vector<Level> levels_;
  bool in_searched_ = false;  // inside an alternative of a searched choice
};

std::string resolved(const std::string& file, const std::string& folder) {
  if (file.empty()) return file;
  return std::filesystem::absolute(std::filesystem::path(folder) / file).lexically_normal().string();
}

}  // namespace

std::string to_yaml(const Study& study, const search::Configuration* configuration, const std::string& folder) {
  Study copy = study;
  if (configuration) {
    // Nothing is chosen any more that other rows could judge.
    if (copy.data.split.outer.fold == data::OuterSettings::kAll) copy.data.split.outer = data::OuterSettings();
    copy.config = apply(study, *configuration);
    copy.data.features.polynomial = copy.config.polynomial;
    if (study.space.find("data.standardize"))
      copy.data.standardize = data::kStandardize[static_cast<std::size_t>(copy.config.standardize)];
    copy.data.target_transform = data::kTargetTransforms[static_cast<std::size_t>(copy.config.target)];
    copy.space = search::SearchSpace();
    copy.constants.clear();
    copy.search = SearchSettings();
    const std::span<const Info> methods = copy.search.alternatives();
    for (std::size_t i = 0; i < methods.size(); ++i)
      if (methods[i].name == "grid") copy.search.select(i);
  }
  if (!folder.empty()) {
    copy.data.file = resolved(copy.data.file, folder);
    copy.data.split.file = resolved(copy.data.split.file, folder);
    copy.data.weight.file = resolved(copy.data.weight.file, folder);
  }
  Study walked = copy;  // choices are switched back and forth on the walk
  Writer writer(copy);
  walked.fields(writer);
  return writer.text();
}

}  // namespace holdout::study
