// Text as a word of another language, one function for each. Whatever is written into JSON, CSV or a command line that
// somebody may paste goes through these; HTML, Markdown, YAML and Python have theirs beside their writers.
#pragma once

#include <string>
#include <string_view>

namespace holdout {

/// A JSON string (RFC 8259), also inside a <script> element: < > & and U+2028, U+2029 are escaped as well. Bytes that
/// are not UTF-8 become U+FFFD.
std::string json_quoted(std::string_view text);

/// A cell of CSV (RFC 4180): in quotes where it has to be.
std::string csv_quoted(std::string_view text);

/// A word of a POSIX shell, as one types it; in $'…' (bash, zsh, POSIX 2024) where it has control characters, so that
/// what is shown on a terminal is what will be read.
std::string shell_quoted(std::string_view word);

}  // namespace holdout
