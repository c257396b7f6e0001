// The configurations of a trace: the grid of what a study lists, and what each is called.
#pragma once

#include <string>
#include <vector>

#include <holdout/search/space.hpp>

namespace holdout::study {

/// One configuration for each path, in the order of the grid.
/// @throws Error, with paths, for ranges that are no list of values, and for more paths than can be told apart
std::vector<search::Configuration> trace_configurations(const search::SearchSpace& space);

/// What tells a configuration from the others: "momentum 0.9, learning_rate 0.01".
/// @param optimizer  the name where nothing is searched
std::string label_of(const search::SearchSpace& space, const search::Configuration& configuration,
                     const std::string& optimizer);

}  // namespace holdout::study
