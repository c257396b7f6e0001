#include <algorithm>
#include <list>

#include <holdout/base/number.hpp>
#include <holdout/study/function_study.hpp>
#include <holdout/study/schema.hpp>
#include <holdout/study/study.hpp>

#include "declared.hpp"

namespace holdout::study {
namespace {

using Kind = Declared::Kind;

std::string cell(std::string text) {
  for (std::size_t at = text.find('|'); at != text.npos; at = text.find('|', at + 2)) text.insert(at, "\\");
  return text;
}

std::string code(const std::string& text) { return text.empty() ? "" : "`" + text + "`"; }

std::string takes(const Declared& d) {
  if (d.kind == Kind::keyed) return "{NAME: " + takes(d.members.front()) + "}";
  std::string text = d.leaf.describe();
  if (d.leaf.kind == Leaf::Kind::word && !d.leaf.words.empty()) {
    std::vector<std::string> words = strings(d.leaf.words);
    for (std::string& word : words) word = code(word);
    text = joined(words);
  }
  return d.kind == Kind::list ? "a list: " + text : text;
}

// Whether one row can tell of both.
bool same(const Declared& a, const Declared& b) {
  return a.name == b.name && a.help == b.help && takes(a) == takes(b) &&
         std::equal(a.alternatives.begin(), a.alternatives.end(), b.alternatives.begin(), b.alternatives.end(),
                    [](const auto& x, const auto& y) { return x.name == y.name; });
}

class Reference {
 public:
  std::string text;

  void table(std::vector<Declared> members) {
    text += "| key | takes | default | searched | |\n|---|---|---|---|---|\n";
    kept_.push_back(std::move(members));  // families point into it
    rows({}, kept_.back(), {});
  }

  // Families with settings of their own: a table each, below the one of their section.
  void families() {
    for (std::size_t i = 0; i < families_.size(); ++i) {
      const auto [path, choice] = families_[i];
      text += "\n### `" + path + "`\n\n" + choice->help + "\n\n| name | | settings |\n|---|---|---|\n";
      for (const Alternative& a : choice->alternatives) {
        text +=
            "| " + code(a.name) + " | " + cell(a.help) + (a.source.empty() ? "" : " (" + cell(a.source) + ")") + " | ";
        std::string settings;
        for (const Declared& d : a.members)
          settings += (settings.empty() ? "" : "<br>") + code(d.name) + ": " + cell(d.help) + "; " + cell(takes(d)) +
                      (d.standard.empty() ? "" : ", default " + code(d.standard));
        text += settings + " |\n";
      }
    }
    families_.clear();
  }

 private:
  void rows(const std::string& path, const std::vector<Declared>& members, const std::string& only) {
    for (const Declared& d : members) {
      const std::string here = path.empty() ? d.name : path + "." + d.name;
      switch (d.kind) {
        case Kind::value:
        case Kind::list:
          row(here, takes(d), d.standard, d, only);
          break;
        case Kind::section:
          if (!d.shorthand.empty()) row(here, "its " + code(d.shorthand) + ", or keys", {}, d, only);
          rows(here, d.members, only);
          break;
        case Kind::keyed:
          if (const Declared& named = d.members.front(); named.kind == Kind::value)
            row(here + ".NAME", takes(named), named.standard, named, only);
          else
            rows(here + ".NAME", named.members, only);
          break;
        case Kind::choice:
          choice(here, d, only);
          break;
      }
    }
  }

  void choice(const std::string& path, const Declared& d, const std::string& only) {
    std::vector<std::string> names;
    for (const Alternative& a : d.alternatives) names.push_back(code(a.name));
    if (d.nested) {
      row(path, joined(names), d.alternatives[d.selected].name, d, only);
      families_.emplace_back(path, &d);
      return;
    }
    row(path + "." + d.key, joined(names), d.alternatives[d.selected].name, d, only);
    // Keys in the order of their first appearance, with the alternatives that have them.
    std::vector<const Declared*> seen;
    for (const Alternative& a : d.alternatives)
      for (const Declared& member : a.members) {
        if (std::any_of(seen.begin(), seen.end(), [&](const Declared* s) { return same(*s, member); })) continue;
        seen.push_back(&member);
        std::vector<std::string> with;
        for (const Alternative& other : d.alternatives)
          if (std::any_of(other.members.begin(), other.members.end(), [&](const auto& m) { return same(m, member); }))
            with.push_back(code(other.name));
        kept_.push_back({member});
        rows(path, kept_.back(), with.size() == d.alternatives.size() ? only : joined(with));
      }
  }

  void row(const std::string& path, const std::string& accepts, const std::string& standard, const Declared& d,
           const std::string& only) {
    text += "| " + code(path) + " | " + cell(accepts) + " | " + (d.required ? "required" : code(cell(standard))) +
            " | " + (d.scope == Scope::fixed ? "" : "yes") + " | " + cell(d.help) +
            (only.empty() ? "" : " (" + only + ")") + " |\n";
  }

  std::vector<std::pair<std::string, const Declared*>> families_;
  std::list<std::vector<Declared>> kept_;
};

void add_paths(const std::string& prefix, const std::vector<Declared>& members, std::vector<std::string>& paths) {
  const auto add = [&](std::string path) {
    if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(std::move(path));
  };
  for (const Declared& d : members) {
    const std::string path = prefix.empty() ? d.name : prefix + "." + d.name;
    if (d.kind == Kind::value || d.kind == Kind::list) add(path);
    if (d.kind == Kind::section && !d.shorthand.empty()) add(path);
    if (d.kind == Kind::section) add_paths(path, d.members, paths);
    if (d.kind != Kind::choice) continue;
    add(d.nested ? path : path + "." + d.key);
    for (const Alternative& a : d.alternatives) add_paths(d.nested ? path + "." + a.name : path, a.members, paths);
  }
}

}  // namespace

std::vector<std::string> setting_paths() {
  Study study;
  std::vector<std::string> paths;
  add_paths({}, declared([&](FieldVisitor& f) { study.fields(f); }), paths);
  return paths;
}

std::string key_reference() {
  Study study;
  Reference reference;
  const std::vector<Declared> sections = declared([&](FieldVisitor& f) { study.fields(f); });
  std::vector<Declared> plain;
  for (const Declared& d : sections)
    if (d.kind == Kind::value || d.kind == Kind::list) plain.push_back(d);
  reference.table(std::move(plain));
  for (const Declared& d : sections) {
    if (d.kind == Kind::value || d.kind == Kind::list) continue;
    reference.text += "\n### `" + d.name + "`\n\n" + d.help + "\n\n";
    reference.table({d});
    reference.families();
  }
  FunctionStudy function;
  reference.text += "\n### Studies of a function, for `holdout trace`\n\n";
  std::vector<Declared> members;
  for (Declared& d : declared([&](FieldVisitor& f) { function.fields(f); }))
    if (d.name == "model" || d.name == "training") members.push_back(std::move(d));
  reference.table(std::move(members));
  return reference.text;
}

}  // namespace holdout::study
