#include "python_text.hpp"

#include <array>
#include <cmath>
#include <utility>

#include <holdout/base/number.hpp>
#include <holdout/base/utf8.hpp>

namespace holdout::report {
namespace {

// Ranges of characters that are written by their numbers: controls, line and paragraph separators, marks without
// width or that turn the direction of writing (Boucher and Anderson, Trojan Source, USENIX Security 2023), U+FEFF.
constexpr std::array<std::pair<char32_t, char32_t>, 10> kHidden{{{0x00, 0x1F},
                                                                 {0x7F, 0xA0},
                                                                 {0xAD, 0xAD},
                                                                 {0x61C, 0x61C},
                                                                 {0x180E, 0x180E},
                                                                 {0x200B, 0x200F},
                                                                 {0x2028, 0x202F},
                                                                 {0x205F, 0x206F},
                                                                 {0xFE00, 0xFE0F},
                                                                 {0xFEFF, 0xFEFF}}};

bool hidden(char32_t c) {
  for (const auto& [first, last] : kHidden)
    if (c >= first && c <= last) return true;
  return (c >= 0xFFF0 && c <= 0xFFFC) || (c & 0xFFFE) == 0xFFFE || c >= 0xE0000;
}

void append_number(std::string& out, char32_t c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const int digits = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
  out += digits == 2 ? "\\x" : digits == 4 ? "\\u" : "\\U";
  for (int i = digits - 1; i >= 0; --i) out += kDigits[(c >> (4 * i)) & 15];
}

}  // namespace

std::string python_literal(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t n = utf8_length(text, i);
    if (n == 0) {
      out += "\\ufffd", ++i;
      continue;
    }
    const std::string_view character = text.substr(i, n);
    i += n;
    if (character == "\"" || character == "\\")
      (out += '\\') += character;
    else if (character == "\n")
      out += "\\n";
    else if (character == "\t")
      out += "\\t";
    else if (const char32_t c = code_point(character); hidden(c))
      append_number(out, c);
    else
      out += character;
  }
  return out + '"';
}

std::string python_literal(double x) {
  if (!std::isfinite(x)) return "float(\"" + to_text(x) + "\")";
  if (x == 0) return std::signbit(x) ? "-0.0" : "0.0";
  const std::string text = to_text(x);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string python_literal(std::int64_t n) { return std::to_string(n); }

}  // namespace holdout::report
