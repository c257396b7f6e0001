// All settings that a study can have, by path, with the settings of every alternative: what --set resolves paths with,
// and what tells a misplaced key where it belongs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <holdout/base/settings.hpp>

namespace holdout::study {

/// A setting, a section or a choice.
struct OutlineItem {
  std::string
      path;  // in the file, * for a key of the study's own: sections with a shorthand have two, theirs and the member's
  std::string shorthand;                  // of a section: the member that a plain value means
  std::string key;                        // of a choice: names the alternative
  bool nested = false;                    // of a choice: its settings' paths carry the alternative's name
  std::vector<std::string> alternatives;  // of a choice
  bool leaf = false;
};

/// In the order of the fields.
std::vector<OutlineItem> study_outline();

const OutlineItem* find(const std::vector<OutlineItem>& outline, std::string_view path);

/// The keys that `fields` declares directly.
std::vector<std::string> keys_of(const std::function<void(FieldVisitor&)>& fields);

}  // namespace holdout::study
