// Spellings that people bring from other tools (W&B, Optuna, Katib, NNI, Determined, Ray Tune, scikit-learn), answered
// by the same line in holdout's words. They are never accepted: bounds that are exponents there are values here.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "yaml.hpp"

namespace holdout::study {

/// Whether ranges of other tools have that key.
bool is_foreign_range_key(std::string_view key);

/// Another tool's range in holdout's words, {min: 1e-4, max: 1, scale: log}; empty if it is none.
std::string foreign_range(const yaml::Node& mapping);

/// The same for a function: tune.loguniform(1e-4, 0.1).
std::string foreign_call(std::string_view text);

/// What an unknown key of a section says in holdout's words; empty if no tool is known to have it.
/// @param section  path of the section; empty: the whole study
std::string foreign_key(const std::string& section, const yaml::Entry& entry);

/// What a name is called here that another tool gives to a searcher, a metric, a direction or an optimizer: roc_auc is
/// auc. Empty: it is no such name, or there is nothing of the kind here.
/// @param path  of the setting
std::string_view foreign_word(std::string_view path, std::string_view word);

/// A line that sets a path, as seen from a section: training: {learning_rate: 0.1}.
std::string as_line(std::string_view section, std::string_view path, const std::string& value);

/// A key of another tool, and the setting that it means here.
struct ForeignKey {
  std::string_view key, path, note;
};
std::span<const ForeignKey> foreign_keys();

}  // namespace holdout::study
