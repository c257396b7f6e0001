// Characters of UTF-8 texts, for everything that writes text of a file into another language: what is not well-formed
// must be known before it is quoted.
#pragma once

#include <cstddef>
#include <string_view>

namespace holdout {

/// Bytes of the well-formed UTF-8 character that begins at text[i] (Unicode, table 3-7); 0 if there is none.
std::size_t utf8_length(std::string_view text, std::size_t i);

/// The code point of one well-formed character.
char32_t code_point(std::string_view character);

}  // namespace holdout
