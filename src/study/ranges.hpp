// Ranges: {values: […]} and {min, max, scale, step, points}, in the place of a value.
#pragma once

#include <optional>
#include <string>

#include <holdout/search/space.hpp>

#include "leaf.hpp"

namespace holdout::study {

/// Whether a mapping is meant as a range: it has a key of ours, or one that ranges of other tools have.
bool looks_like_range(const yaml::Node& node);

/// The parameter that a range describes: values or interval, or both ("zero or the range").
/// @param path  the setting's path; messages begin with it
std::optional<search::Parameter> read_range(const Leaf& leaf, const yaml::Node& node, const std::string& path,
                                            Errors& errors);

/// The list under `values`, which must be the only key: for choices and switches, which have no interval.
const yaml::Node* read_values_only(const yaml::Node& node, const std::string& path, Errors& errors);

/// The range as the study file spells it.
/// @param spell  writes one of its values
std::string yaml_range(const search::Parameter& parameter, std::string (*spell)(const Value&) = yaml_value);

}  // namespace holdout::study
