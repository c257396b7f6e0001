#include "cell.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include <holdout/base/utf8.hpp>

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

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t n = utf8_length(text, i);
    if (n == 0) return false;
    i += n;
  }
  return true;
}

}  // namespace holdout::data
