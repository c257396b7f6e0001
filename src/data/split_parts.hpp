// What all ways to split have in common.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <holdout/data/dataset.hpp>

namespace holdout::data {

/// @throws Error naming the setting
[[noreturn]] void refuse_split(std::string text, std::string hint, std::string path);

/// So many of n rows: the nearest whole number, half up, as decimals read. 0.29 · 50 rows is 14.499999999999998 in
/// doubles, and means 14.5.
std::size_t share_of(double fraction, std::size_t n);

/// "1 row", "2 rows"
std::string rows_text(std::size_t n);

/// What to do about a class of which one row alone is left.
inline constexpr const char* kOneRowOfClass =
    "a class of one row can train or measure, not both: collect more rows of it, join it with another class, or remove "
    "its row";

/// Each part measures once, and all others train. @param parts  rows, each ascending
void add_folds(const std::vector<RowList>& parts, Split& split);

}  // namespace holdout::data
