// What a study may say, for editors and people: written from the declarations that the reader follows.
#pragma once

#include <string>
#include <vector>

namespace holdout::study {

/// A JSON Schema (draft-07, which editors know) of study files, also those of holdout trace. It accepts every study
/// that the reader accepts, and refuses what can be refused without looking at two places at once: unknown keys and
/// words, numbers out of their ranges, searches of what cannot be searched.
std::string study_schema();

/// Every key, Markdown: tables of path, what it takes, default, whether it can be searched, help.
std::string key_reference();

/// The paths of all settings, as --set takes them: model.l2, training.optimizer.adam.beta1.
std::vector<std::string> setting_paths();

}  // namespace holdout::study
