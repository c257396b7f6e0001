#include "cell.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include <holdout/base/error.hpp>

namespace holdout::data {

Kind kind_of(std::string_view text, double& x) {
  constexpr double kLargest = 1e300;  // so that differences of cells are finite
  const char *from = text.data(), *end = from + text.size();
  if (from != end && *from == '+' && end - from > 1 && from[1] != '-') ++from;
  const auto [stop, problem] = std::from_chars(from, end, x);
  if (stop != end || problem == std::errc::invalid_argument || std::isnan(x)) return Kind::word;
  if (problem == std::errc::result_out_of_range) {  // then x is not set: too small, a zero here, or too large
    const std::string_view number(from, static_cast<std::size_t>(end - from));
    const std::size_t exponent = number.find_first_of("eE");
    const bool small = exponent != number.npos ? number.substr(exponent + 1).starts_with('-')
                                               : number.find_first_of("123456789") > number.find('.');
    if (!small) return Kind::infinite;
    x = 0;
  }
  return std::abs(x) <= kLargest ? Kind::number : Kind::infinite;
}

bool is_missing(std::string_view text) {
  constexpr std::string_view kWords[] = {"", "?", "NA", "N/A", "nan", "NaN", "NAN", "-nan", "null", "NULL", "None"};
  return std::find(std::begin(kWords), std::end(kWords), text) != std::end(kWords);
}

// escaped() shows bytes that are none as \xNN, and nothing else here: control characters are refused before.
bool is_utf8(std::string_view text) {
  const auto escapes = [](std::string_view s) {
    std::size_t n = 0;
    for (std::size_t at = s.find("\\x"); at != s.npos; at = s.find("\\x", at + 1)) ++n;
    return n;
  };
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return ascii || escapes(escaped(text)) == escapes(text);
}

}  // namespace holdout::data
