// Which rows train, measure and test.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <holdout/base/error.hpp>
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

/// What a split follows from besides the classes.
struct SplitKeys {
  std::vector<std::uint32_t> group;  // [row]: the number of its group, below `groups`; empty: every row for itself
  std::size_t groups = 0;
  std::vector<double> order;  // [row]: its place in time, of dates seconds; empty: the rows are in order
  bool dates = false;
};

/// Draws the parts: all methods but column. Of an outer fold (settings.outer.fold) those of its search: the folds are
/// drawn from all rows but those that `test` sets aside, which stay unused; by time they follow each other, else they
/// are drawn as k-fold draws, with the same classes and groups. @throws Error naming the setting, with the counts that
/// do not fit
Split draw_split(const Dataset& dataset, const SplitSettings& settings, Seed seed, const SplitKeys& keys = {});

/// Takes the parts from a column. @throws Error with the line of the first values that are none
Split split_by_column(const Dataset& dataset, const SplitColumn& column);

/// @param settings  how it was made: what a refusal advises depends on it
/// @throws Error if a part is empty, or a class is missing from a training part
void check_split(const Dataset& dataset, const Split& split, const SplitSettings& settings = {});

/// Says in errors that what is checked is the split of an outer fold.
template <class Check>
void in_outer_fold(std::int64_t fold, const Check& check) {
  try {
    check();
  } catch (const Error& error) {
    std::vector<Message> messages = error.messages();
    for (Message& message : messages) message.text = "outer fold " + std::to_string(fold) + ": " + message.text;
    throw Error(std::move(messages), error.fault());
  }
}

/// What the user should know of groups or times: how large the parts became. Empty: nothing.
std::string split_notice(const Split& split, const SplitSettings& settings, const SplitKeys& keys);

}  // namespace holdout::data
