// Which rows train, measure and test.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <holdout/base/random.hpp>
#include <holdout/data/dataset.hpp>
#include <holdout/data/settings.hpp>

namespace holdout::data {

/// A part for every row, as a split column says it.
struct SplitColumn {
  std::string file;                  // as messages call it
  std::vector<std::string> values;   // [row of the dataset]
  std::vector<std::uint32_t> lines;  // [row of the dataset]: its line in the file
};

/// Draws the parts: all methods but column. @throws Error naming the setting, with the counts that do not fit
Split draw_split(const Dataset& dataset, const SplitSettings& settings, Seed seed);

/// Takes the parts from a column. @throws Error with the line of the first values that are none
Split split_by_column(const Dataset& dataset, const SplitColumn& column);

/// @param settings  how it was made: what a refusal advises depends on it
/// @throws Error if a part is empty, or a class is missing from a training part
void check_split(const Dataset& dataset, const Split& split, const SplitSettings& settings = {});

}  // namespace holdout::data
