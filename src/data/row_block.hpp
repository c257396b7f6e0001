// What the readers of rows to predict have in common: how much they read at once, and how they list words.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <holdout/data/rows.hpp>

namespace holdout::data {

inline constexpr std::size_t kMaxRows = 1024, kMaxCells = 128 * 1024;  // of a block; 1 MiB

/// "red, green, … (12 in all)": what a message has room for.
std::string some(const std::vector<std::string>& words);

/// open_rows of a libsvm file.
std::unique_ptr<RowReader> open_libsvm_rows(const std::string& path, const RowFormat& format);

}  // namespace holdout::data
