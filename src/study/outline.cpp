#include "outline.hpp"

#include <holdout/study/study.hpp>

#include "leaf.hpp"

namespace holdout::study {
namespace {

constexpr std::string_view kAnyKey = "*";

// Whether an outline's path, in which * is any key, is that of a setting.
bool is_path(std::string_view outlined, std::string_view path) {
  const std::size_t star = outlined.find(kAnyKey);
  if (star == outlined.npos) return outlined == path;
  if (path.substr(0, star) != outlined.substr(0, star) || path.size() == star) return false;
  const std::size_t dot = path.find('.', star);
  return is_path(outlined.substr(star + 1), dot == path.npos ? "" : path.substr(dot));
}

class Outliner final : public FieldVisitor {
 public:
  explicit Outliner(std::vector<OutlineItem>& items) : items_(items) {}

  void operator()(const Field& f, bool&) override { leaf(f); }
  void operator()(const Field& f, std::int64_t&, const Range<std::int64_t>&) override { leaf(f); }
  void operator()(const Field& f, double&, const Range<double>&) override { leaf(f); }
  void operator()(const Field& f, std::string&, std::span<const std::string_view>) override { leaf(f); }
  void operator()(const Field& f, std::vector<std::string>&, std::span<const std::string_view>) override { leaf(f); }
  void operator()(const Field& f, std::vector<std::int64_t>&, const Range<std::int64_t>&) override { leaf(f); }
  void operator()(const Field& field, Choice& choice, const ChoiceStyle& style) override {
    const std::string path = path_of(field), outer = prefix_;
    items_.push_back({path, {}, std::string(style.key), style.nested, names(choice.alternatives()), false});
    const std::size_t selected = choice.selected();
    for (std::size_t i = 0; i < choice.alternatives().size(); ++i) {
      choice.select(i);
      prefix_ = style.nested ? path + "." + std::string(choice.alternatives()[i].name) : path;
      choice.fields(*this);
    }
    choice.select(selected);
    prefix_ = outer;
  }
  void section(const Field& field, const std::function<void(FieldVisitor&)>& fields,
               std::string_view shorthand) override {
    const std::string outer = prefix_;
    items_.push_back({path_of(field), std::string(shorthand), {}, false, {}, false});
    prefix_ = path_of(field);
    fields(*this);
    prefix_ = outer;
  }
  void keyed(const Field& field, const std::function<void(std::string_view key)>& add,
             const std::function<void(FieldVisitor&)>& fields) override {
    add(kAnyKey);
    section(field, fields, {});
  }

 private:
  std::string path_of(const Field& field) const {
    return (prefix_.empty() ? "" : prefix_ + ".") + std::string(field.name);
  }
  void leaf(const Field& field) { items_.push_back({path_of(field), {}, {}, false, {}, true}); }

  std::vector<OutlineItem>& items_;
  std::string prefix_;
};

class KeyCollector final : public FieldVisitor {
 public:
  std::vector<std::string> keys;
  void operator()(const Field& f, bool&) override { add(f); }
  void operator()(const Field& f, std::int64_t&, const Range<std::int64_t>&) override { add(f); }
  void operator()(const Field& f, double&, const Range<double>&) override { add(f); }
  void operator()(const Field& f, std::string&, std::span<const std::string_view>) override { add(f); }
  void operator()(const Field& f, std::vector<std::string>&, std::span<const std::string_view>) override { add(f); }
  void operator()(const Field& f, std::vector<std::int64_t>&, const Range<std::int64_t>&) override { add(f); }
  void operator()(const Field& f, Choice&, const ChoiceStyle&) override { add(f); }
  void section(const Field& f, const std::function<void(FieldVisitor&)>&, std::string_view) override { add(f); }

 private:
  void add(const Field& field) { keys.emplace_back(field.name); }
};

}  // namespace

std::vector<OutlineItem> study_outline() {
  std::vector<OutlineItem> items;
  Outliner outliner(items);
  Study study;
  study.fields(outliner);
  return items;
}

const OutlineItem* find(const std::vector<OutlineItem>& outline, std::string_view path) {
  for (const OutlineItem& item : outline)
    if (is_path(item.path, path)) return &item;
  return nullptr;
}

std::vector<std::string> keys_of(const std::function<void(FieldVisitor&)>& fields) {
  KeyCollector collector;
  fields(collector);
  return collector.keys;
}

}  // namespace holdout::study
