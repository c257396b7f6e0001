// Classes as a study names them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace holdout::data {

/// The place of the class that a name means: the one that is spelled so, else the one that is the same number (1 means
/// +1 and 1.0 too). Never a similar one: of labels like 1 and -1 that is the opposite.
/// @param classes  as the data spell them
std::optional<std::size_t> find_class(std::span<const std::string> classes, std::string_view name);

/// What to write for a name that means no class: all of them, behind a similar one where both are words without digits.
std::string class_hint(std::span<const std::string> classes, std::string_view name);

}  // namespace holdout::data
