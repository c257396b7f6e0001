// What the text of a cell is: a number, a missing value, a word.
#pragma once

#include <string_view>

namespace holdout::data {

enum class Kind { number, infinite, word };

/// As to_real, but for speed without the detour through optional. Infinite: beyond 1e300, or spelled inf; too small is
/// 0.
Kind kind_of(std::string_view text, double& x);

/// Empty, NA, nan, ? and the like.
bool is_missing(std::string_view text);

/// Words end up in reports, which are UTF-8.
bool is_utf8(std::string_view text);
inline constexpr const char* kToUtf8 = "convert the file: iconv -f latin1 -t utf-8";

}  // namespace holdout::data
