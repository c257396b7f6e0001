// What is said of a column: of its first cell that does not fit, and of its missing cells.
#pragma once

#include <string>
#include <vector>

#include <holdout/base/error.hpp>
#include <holdout/data/load.hpp>

#include "table.hpp"

namespace holdout::data {

/// Blames the column's first odd cell, and says what would make it right.
Message odd_cell(const Table& table, const Column& column, const CellFormat& format);

/// Blames the column's first missing cell, where the study does not say what becomes of it.
/// @param target  whether it is the target: what is missing there is never filled
Message missing_cell(const Table& table, const Column& column, bool target);

/// A column that features come from, and how many cells of rows that are kept are missing in it.
struct FilledColumn {
  const Column* column = nullptr;
  std::string rule;  // of MissingSettings
  std::size_t cells = 0;
};

/// How many rows were dropped because of which columns, and how many cells of which columns were filled with what.
/// @param rows, kept  of the file, and of those the ones that are used
std::vector<std::string> missing_notices(std::size_t rows, std::size_t kept, const std::vector<const Column*>& dropping,
                                         const std::vector<FilledColumn>& filled);

}  // namespace holdout::data
