#include "foreign_trials.hpp"

#include <algorithm>

#include "text.hpp"

namespace holdout::report {
namespace {

using study::ForeignChange;
using Kind = ForeignChange::Kind;

std::string numbers_of(const std::vector<ForeignChange>& changes) {
  constexpr std::size_t kShown = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, changes.size()); ++i)
    text += (i > 0 ? ", " : "") + std::to_string(changes[i].number);
  return changes.size() > kShown ? text + ", …" : text;
}

}  // namespace

std::vector<ForeignChange> foreign(const Findings& f, Kind kind) {
  std::vector<ForeignChange> changes;
  for (const ForeignChange& change : f.foreign)
    if (change.kind == kind) changes.push_back(change);
  return changes;
}

std::string_view to_word(Kind kind) {
  switch (kind) {
    case Kind::added:
      return "foreign";
    case Kind::changed:
      return "changed";
    case Kind::deleted:
      break;
  }
  return "deleted";
}

std::string reason(const ForeignChange& change) {
  if (change.kind != Kind::added) return std::string(to_word(change.kind)) + " by another program";
  return "added by another program: " + change.state + (change.value ? ", " + shown(*change.value) : "");
}

std::vector<std::string> foreign_notes(const Findings& f) {
  std::vector<std::string> notes;
  for (const Kind kind : {Kind::added, Kind::changed, Kind::deleted}) {
    const std::vector<ForeignChange> changes = foreign(f, kind);
    if (changes.empty()) continue;
    const bool one = changes.size() == 1;
    const std::string those = counted(changes.size(), "trial") + " of study.db " + (one ? "was " : "were ") +
                              (kind == Kind::added ? "added" : std::string(to_word(kind))) + " by another program (" +
                              numbers_of(changes) + "): ";
    if (kind == Kind::added)
      notes.push_back(those + "the search did not ask for " + (one ? "it" : "them") + ", so " +
                      (one ? "it is" : "they are") + " not ranked");
    else
      notes.push_back(those + "run the study again to train " + (one ? "it" : "them") + " once more");
  }
  return notes;
}

}  // namespace holdout::report
