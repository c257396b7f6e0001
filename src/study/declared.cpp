#include "declared.hpp"

#include <utility>

#include <holdout/base/named_number.hpp>
#include <holdout/base/number.hpp>

namespace holdout::study {
namespace {

class Collector final : public FieldVisitor {
 public:
  std::vector<Declared> all;

  void operator()(const Field& f, bool& value) override { add(f, Leaf::boolean()).standard = value ? "true" : "false"; }
  void operator()(const Field& f, std::int64_t& value, const Range<std::int64_t>& range) override {
    add(f, Leaf::of(range)).standard = to_text(spelled(value, range));
  }
  void operator()(const Field& f, double& value, const Range<double>& range) override {
    add(f, Leaf::of(range)).standard = to_text(spelled(value, range));
  }
  void operator()(const Field& f, std::string& value, std::span<const std::string_view> words) override {
    add(f, Leaf::of(words)).standard = value;
  }
  void operator()(const Field& f, std::vector<std::string>& values, std::span<const std::string_view> words) override {
    Declared& list = add(f, Leaf::of(words));
    list.kind = Declared::Kind::list;
    if (!values.empty()) list.standard = "[" + joined(values) + "]";
  }
  void operator()(const Field& f, std::vector<std::int64_t>& values, const Range<std::int64_t>& range) override {
    Declared& list = add(f, Leaf::of(range));
    list.kind = Declared::Kind::list;
    std::vector<std::string> items;
    for (const std::int64_t value : values) items.push_back(std::to_string(value));
    list.standard = "[" + joined(items) + "]";
  }
  void operator()(const Field& f, Choice& choice, const ChoiceStyle& style) override {
    Declared& d = add(f, {});
    d.kind = Declared::Kind::choice, d.key = style.key, d.nested = style.nested, d.selected = choice.selected();
    for (std::size_t i = 0; i < choice.alternatives().size(); ++i) {
      const Info& info = choice.alternatives()[i];
      choice.select(i);
      d.alternatives.push_back({std::string(info.name), std::string(info.help), std::string(info.source),
                                declared([&](FieldVisitor& inside) { choice.fields(inside); })});
    }
    choice.select(d.selected);
  }
  void section(const Field& f, const std::function<void(FieldVisitor&)>& fields, std::string_view shorthand) override {
    Declared& d = add(f, {});
    d.kind = Declared::Kind::section, d.shorthand = shorthand, d.members = declared(fields);
  }
  void keyed(const Field& f, const std::function<void(std::string_view key)>& add_key,
             const std::function<void(FieldVisitor&)>& fields) override {
    add_key("NAME");
    Declared& d = add(f, {});
    d.kind = Declared::Kind::keyed, d.members = declared(fields);
  }

 private:
  Declared& add(const Field& f, const Leaf& leaf) {
    all.push_back({std::string(f.name), std::string(f.help), f.scope, f.required});
    all.back().leaf = leaf;
    return all.back();
  }
};

}  // namespace

std::vector<Declared> declared(const std::function<void(FieldVisitor&)>& fields) {
  Collector collector;
  fields(collector);
  return std::move(collector.all);
}

}  // namespace holdout::study
