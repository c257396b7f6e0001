// --set path=value: edits of the tree before it is read, so that they are checked as if they stood in the file.
#pragma once

#include <deque>
#include <span>
#include <string>

#include "outline.hpp"
#include "yaml.hpp"

namespace holdout::study {

/// Applies the overrides in their order.
/// @param sources  keeps the texts of the values, to which nodes of the tree then point
void apply_overrides(yaml::Node& root, std::span<const std::string> overrides, std::deque<yaml::Source>& sources,
                     Errors& errors);

}  // namespace holdout::study
