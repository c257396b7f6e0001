// How many rows each row stands for.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <holdout/data/settings.hpp>

#include "table.hpp"

namespace holdout::data {

/// The numbers of data.weight for all rows of the table: >= 0, divided by a power of two so that sums of them and of
/// their squares are finite. NaN: missing, where rows with missing cells are dropped. Empty if the study names none.
/// @param read_side  reads data.weight.file
/// @throws Error with the line of a cell that is no weight, or naming the setting
std::vector<double> weights_of(const Table& table, const DataSettings& settings,
                               const std::function<Table(const TableOptions&)>& read_side);

/// Says what their range is, and how much they leave of the data.
void note_weights(const std::vector<double>& weights, const std::string& column, std::vector<std::string>& notices);

}  // namespace holdout::data
