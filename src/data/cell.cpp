#include "cell.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include <holdout/base/utf8.hpp>

namespace holdout::data {
namespace {

// What a cell may hold between groups of three digits where the study says so. Of spaces, all that typesetting knows:
// U+00A0, U+2009 and U+202F.
std::size_t mark_at(std::string_view text, char thousands) {
  if (text.starts_with(thousands)) return 1;
  if (thousands == '\'' && text.starts_with("\xe2\x80\x99")) return 3;
  if (thousands != ' ') return 0;
  if (text.starts_with("\xc2\xa0")) return 2;
  return text.starts_with("\xe2\x80\x89") || text.starts_with("\xe2\x80\xaf") ? 3 : 0;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::vector<std::string> usual_missing_words() {
  return {"?", "NA", "N/A", "nan", "NaN", "NAN", "-nan", "null", "NULL", "None"};
}

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
  static const std::vector<std::string> words = usual_missing_words();
  return text.empty() || std::find(words.begin(), words.end(), text) != words.end();
}

CellReader::CellReader(const CellFormat& format)
    : missing_(format.missing_words),
      decimal_(format.decimal[0]),
      thousands_(format.thousands == "none"    ? '\0'
                 : format.thousands == "space" ? ' '
                                               : format.thousands[0]) {
  std::sort(missing_.begin(), missing_.end());
  double x = 0;
  for (const std::string& word : missing_)
    if (kind_of(word, x) == Kind::number) missing_number_.push_back(x);
}

// The number as a program writes it. False: marks stand where none may.
bool CellReader::plain(std::string_view text, std::string& number) const {
  std::size_t digits = 0;  // since the last mark, of the whole part
  bool marked = false, whole = true;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const std::size_t mark = whole && thousands_ ? mark_at(text.substr(i), thousands_) : 0;
    if (mark > 0) {
      if (digits == 0 || digits > 3 || (marked && digits != 3)) return false;
      marked = true, digits = 0, i += mark;
      continue;
    }
    if (whole && is_digit(c)) ++digits;
    const bool ends = c == decimal_ || c == 'e' || c == 'E';
    if (ends && whole) {
      if (marked && digits != 3) return false;
      whole = false;
    }
    if (decimal_ != '.' && c == '.') return false;
    number += c == decimal_ ? '.' : c;
    ++i;
  }
  return !(whole && marked && digits != 3);
}

Kind CellReader::kind_of(std::string_view text, double& x) const {
  Kind kind = Kind::word;
  if (decimal_ == '.' && thousands_ == '\0') {
    kind = data::kind_of(text, x);
  } else if (std::string number; plain(text, number)) {
    kind = data::kind_of(number, x);
  }
  if (kind == Kind::number) {
    const bool missing = std::find(missing_number_.begin(), missing_number_.end(), x) != missing_number_.end();
    return missing ? Kind::missing : kind;
  }
  return text.empty() || std::binary_search(missing_.begin(), missing_.end(), text) ? Kind::missing : kind;
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t n = utf8_length(text, i);
    if (n == 0) return false;
    i += n;
  }
  return true;
}

// Unicode's table CP1252.TXT.
std::string from_windows_1252(std::string_view text) {
  constexpr char16_t kHigh[32] = {0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                  0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
                                  0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                  0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const unsigned code = byte >= 0x80 && byte < 0xa0 ? kHigh[byte - 0x80] : byte;
    if (byte < 0x80 || code == 0) {
      out += c;
    } else if (code < 0x800) {
      out += static_cast<char>(0xc0 | code >> 6), out += static_cast<char>(0x80 | (code & 0x3f));
    } else {
      out += static_cast<char>(0xe0 | code >> 12), out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
      out += static_cast<char>(0x80 | (code & 0x3f));
    }
  }
  return out;
}

}  // namespace holdout::data
