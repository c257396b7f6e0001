// The order of the words of a column: of its one-hot features, its places, or of classes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cell.hpp"

namespace holdout::data {

std::optional<double> number_in(const std::string& level, const CellReader& reader);
bool all_numbers(const std::vector<std::string>& levels, const CellReader& reader);

/// Places of levels: numbers in their order if all are numbers, else by bytes.
std::vector<std::uint32_t> sorted_levels(const std::vector<std::string>& levels, const CellReader& reader);

}  // namespace holdout::data
