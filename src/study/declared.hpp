// The settings that a study can have, as a tree: one walk over the declarations, for the JSON Schema and the reference.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <holdout/base/settings.hpp>

#include "leaf.hpp"

namespace holdout::study {

struct Declared;

struct Alternative {
  std::string name, help, source;
  std::vector<Declared> members;
};

struct Declared {
  enum class Kind {
    value,    // `leaf`
    list,     // of at least one `leaf`; `leaf` is a number: its items may be ranges
    section,  // `members`
    keyed,    // a section whose keys the study makes up; `members` is one, what each of them holds
    choice,   // `alternatives`
  };

  std::string name, help;
  Scope scope = Scope::fixed;
  bool required = false;
  Kind kind = Kind::value;
  Leaf leaf = {};
  std::string standard = {};   // the default, as a study spells it; empty: none
  std::string shorthand = {};  // of a section: the member that a plain value means
  std::vector<Declared> members = {};
  std::string key = {};      // of a choice: names the alternative
  bool nested = false;       // of a choice: see ChoiceStyle
  std::size_t selected = 0;  // of a choice: the default
  std::vector<Alternative> alternatives = {};
};

std::vector<Declared> declared(const std::function<void(FieldVisitor&)>& fields);

}  // namespace holdout::study
