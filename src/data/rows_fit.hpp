// Whether rows that have no other place than memory fit into it.
#pragma once

#include <cstddef>

#include "table.hpp"

namespace holdout::data {

/// @param memory  bytes
/// @throws Error if the table's rows of so many features need more, with what is read and trained beside them
void check_rows_fit(const Table& table, std::size_t features, double memory);

}  // namespace holdout::data
