// Lists of integers as values of a configuration: one text, [64, 32], which reports show, YAML reads, and every storage
// can hold (Optuna's categorical choices may not be lists).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace holdout::study {

std::string list_text(std::span<const std::int64_t> values);
/// @param text  of list_text
std::vector<std::int64_t> list_from(std::string_view text);

/// The path of an item: model.hidden.0
std::string item_path(const std::string& list, std::size_t item);

}  // namespace holdout::study
