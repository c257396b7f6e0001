// A Python script as its literals, and what is left of it when they are taken out: enough of Python's grammar for what
// exported scripts consist of. Data are then literals, or they are a find.
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include <holdout/base/utf8.hpp>

#include "fuzz.hpp"

namespace holdout::fuzz {

struct ScriptLiterals {
  std::string rest;                  // without literals, comments and white space
  std::vector<std::string> strings;  // decoded, in order; docstrings as well
  std::vector<std::string> numbers;  // as they stand

  explicit ScriptLiterals(std::string_view script) : text_(script) {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#')
        at_ = std::min(text_.find('\n', at_), text_.size());
      else if (c == '"')
        read_string(at_ > 0 && script[at_ - 1] == 'r' && rest.ends_with("(r"));
      else if (c == '\'')
        find("a single quote in the script");
      else if (digit(c) && !word_before())
        read_number();
      else {
        if (c != ' ' && c != '\n') rest += c;
        ++at_;
      }
    }
  }

 private:
  static bool digit(char c) { return c >= '0' && c <= '9'; }
  bool word_before() const {
    const char c = rest.empty() || at_ == 0 ? ' ' : text_[at_ - 1];
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || digit(c);
  }

  void read_number() {
    const std::size_t end = std::min(text_.find_first_not_of("0123456789.e+-", at_), text_.size());
    std::size_t stop = at_;  // 1e-5 is one number, 1-5 two
    while (stop < end &&
           (digit(text_[stop]) || text_[stop] == '.' || text_[stop] == 'e' || (text_[stop - 1] == 'e' && stop > at_)))
      ++stop;
    numbers.emplace_back(text_.substr(at_, stop - at_));
    rest += 'N', at_ = stop;
  }

  // Text up to the closing quotes, decoded as Python does. A line that ends inside is a find.
  void read_string(bool raw) {
    const bool three = text_.substr(at_).starts_with("\"\"\"");
    const std::string_view quotes = three ? "\"\"\"" : "\"";
    std::string value;
    for (at_ += quotes.size(); !text_.substr(at_).starts_with(quotes);) {
      if (at_ >= text_.size() || (!three && (text_[at_] == '\n' || text_[at_] == '\r'))) find("an open string");
      if (text_[at_] == '\\' && raw) {
        value += text_.substr(at_, 2), at_ += 2;
        continue;
      }
      if (text_[at_] == '\\') {
        read_escape(value);
        continue;
      }
      if (static_cast<unsigned char>(text_[at_]) < 0x20 && text_[at_] != '\n') find("a control character in a string");
      const std::size_t n = utf8_length(text_, at_);
      if (n == 0) find("the script is not UTF-8");
      value += text_.substr(at_, n), at_ += n;
    }
    at_ += quotes.size();
    strings.push_back(std::move(value));
    rest += 'S';
  }

  void read_escape(std::string& value) {
    const char c = at_ + 1 < text_.size() ? text_[at_ + 1] : ' ';
    at_ += 2;
    if (c == '"' || c == '\\') {
      value += c;
    } else if (c == 'n' || c == 't') {
      value += c == 'n' ? '\n' : '\t';
    } else if (c == 'x' || c == 'u' || c == 'U') {
      const std::size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
      std::uint32_t n = 0;
      const char* const from = text_.data() + std::min(at_, text_.size());
      const char* const end = from + std::min(digits, text_.size() - std::min(at_, text_.size()));
      if (std::from_chars(from, end, n, 16).ptr != from + digits) find("an escape without its digits");
      append(value, n), at_ += digits;
    } else {
      find("an unknown escape");
    }
  }

  static void append(std::string& value, std::uint32_t n) {
    const auto byte = [&](std::uint32_t b) { value += static_cast<char>(b); };
    if (n < 0x80) return byte(n);
    if (n < 0x800) return byte(0xC0 | n >> 6), byte(0x80 | (n & 63));
    if (n < 0x10000) return byte(0xE0 | n >> 12), byte(0x80 | (n >> 6 & 63)), byte(0x80 | (n & 63));
    byte(0xF0 | n >> 18), byte(0x80 | (n >> 12 & 63)), byte(0x80 | (n >> 6 & 63)), byte(0x80 | (n & 63));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace holdout::fuzz
