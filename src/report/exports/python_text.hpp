// Python literals. Whatever a model says enters the exported script through these functions and nothing else, so that
// no name, word or number of a file can become code. Each literal evaluates to the value that it was made of, to the
// last bit and byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace holdout::report {

/// "text" in double quotes: quotes and backslashes are escaped, and so is every character that ends a line, is no
/// printable one, or turns the direction of what is shown (U+202E and its like). Bytes that are not UTF-8 become
/// U+FFFD.
std::string python_literal(std::string_view text);

/// A float: with a point or an exponent, so that Python takes 3.0 for no integer; float("inf") and its like where there
/// is no literal.
std::string python_literal(double x);

/// An integer.
std::string python_literal(std::int64_t n);

}  // namespace holdout::report
