// YAML to study, with every mistake of the file reported at once.
#pragma once

#include <map>
#include <span>
#include <string>

#include <holdout/base/error.hpp>
#include <holdout/study/study.hpp>

namespace holdout::study {

/// A study that was read, and where each of its settings stands.
struct StudyFile {
  Study study;
  std::string file;                     // as it was named on the command line
  std::string folder;                   // relative file names in the study are relative to it
  std::map<std::string, Place> places;  // setting path to the place of its value
  std::vector<std::string> lines;       // of the file, for carets

  /// The message with place and source line filled in from its `path` (the nearest setting above it that stands in the
  /// file), so that errors found after reading (a target that the data lacks) point into the study too.
  Message located(Message message) const;
};

/// @param overrides  `path=value` each, as --set takes them; the value is YAML
/// @throws Error with all that is wrong, at most 20 messages
StudyFile read_study(const std::string& file, std::span<const std::string> overrides = {});

/// The same from a text: of a stored study, for example.
/// @param name    what messages call it
/// @param folder  relative file names in it are relative to this
StudyFile read_study_text(const std::string& name, std::string text, const std::string& folder,
                          std::span<const std::string> overrides = {});

}  // namespace holdout::study
