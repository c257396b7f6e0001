// From columns to numbers: one-hot features, classes, missing cells.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <holdout/data/load.hpp>
#include <holdout/data/settings.hpp>

#include "table.hpp"

namespace holdout::data {

struct Encoded {
  Dataset dataset;
  std::vector<InputColumn> columns;
  int least_target = 0;             // line of the row with the least one, of regressions
  std::vector<std::uint32_t> kept;  // [row of the dataset]: its row in the table
  std::vector<std::string> notices;
};

/// Uses up the table's cells: they are freed as they are read.
/// @param spill  where the dataset's rows go if they are many
/// @param memory  bytes; rows that need more of it, and have no other place, are refused
/// @throws Error with all that is wrong with the columns that are used
Encoded encode(Table&& table, const DataSettings& settings, Task task, const Spill& spill,
               double memory = physical_memory());

}  // namespace holdout::data
