// What the rules of a study make of a column.
#pragma once

#include <string>

#include <holdout/data/load.hpp>

#include "table.hpp"

namespace holdout::data {

/// @param rule  of EncodeSettings
InputColumn::Encoding encoding_of(const std::string& rule);

/// @param rule  of MissingSettings. A column without missing cells has no feature that tells of them
InputColumn::Missing missing_of(const std::string& rule, const Column& column);

}  // namespace holdout::data
