// A study file as a tree, before anything in it is understood.
#pragma once

#include <deque>
#include <span>
#include <string>

#include <holdout/study/reader.hpp>

#include "yaml.hpp"

namespace holdout::study {

struct Tree {
  std::deque<yaml::Source> sources;  // the file, then the values of --set; nodes point here
  yaml::Node root;                   // a mapping
};

/// Reads a file, with its overrides in place.
/// @param errors  gets what is wrong with the overrides
/// @throws Error if the file is no mapping in YAML
Tree read_tree(const std::string& file, std::span<const std::string> overrides, Errors& errors);
/// The same of a source that was read.
Tree tree_of(yaml::Source source, std::span<const std::string> overrides, Errors& errors);

/// Where the tree says `model: {type: function}`; null if it does not.
const yaml::Node* function_type(const Tree& tree);

/// The study that a tree holds, of data.
/// @param errors  with what was found so far
/// @throws Error with all of them
StudyFile read_study(const std::string& file, const Tree& tree, Errors& errors);

/// @throws Error with the messages by place, at most 20, if there are any
void throw_sorted_if_any(const Errors& errors, const std::string& file);

}  // namespace holdout::study
