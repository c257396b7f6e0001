#include "odd_number.hpp"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <span>
#include <vector>

#include <holdout/base/error.hpp>

namespace holdout::data {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }

// Cuts one of the words off the front; empty: none of them stands there.
std::string_view cut(std::string_view& text, std::span<const std::string_view> words) {
  for (const std::string_view word : words)
    if (text.starts_with(word)) {
      text.remove_prefix(word.size());
      return word;
    }
  return {};
}

std::string_view cut(std::string_view& text, std::initializer_list<std::string_view> words) {
  return cut(text, std::span(words.begin(), words.size()));
}

constexpr std::string_view kSpaces[] = {" ", "\t", "\xc2\xa0", "\xe2\x80\x89", "\xe2\x80\xaf"};

void cut_spaces(std::string_view& text) {
  while (!cut(text, std::span(kSpaces)).empty()) {
  }
}

// A mark that may stand between digits, as one character; 0: none.
char cut_mark(std::string_view& text) {
  if (!cut(text, std::span(kSpaces)).empty()) return ' ';
  if (!cut(text, {"'", "\xe2\x80\x99"}).empty()) return '\'';
  const std::string_view mark = cut(text, {".", ",", "_"});
  return mark.empty() ? '\0' : mark[0];
}

std::string cut_sign(std::string_view& text, bool& typographic) {
  const std::string_view sign = cut(text, {"-", "+", "\xe2\x88\x92", "\xe2\x80\x93"});
  typographic = typographic || sign.size() > 1;
  return sign.empty() || sign == "+" ? "" : "-";
}

// $, US$, €, USD, Rs: letters alone only as people write currencies.
std::string cut_currency(std::string_view& text) {
  const std::string_view before = text;
  std::size_t letters = 0;
  while (letters < text.size() && is_letter(text[letters])) ++letters;
  text.remove_prefix(letters);
  std::string_view symbol = cut(text, {"$", "\xc2\xa3", "\xc2\xa5", "\xc2\xa4"});
  if (symbol.empty() && text.size() >= 3 && (text.starts_with("\xe2\x82") || text.starts_with("\xe2\x83")))
    symbol = text.substr(0, 3), text.remove_prefix(3);
  const std::string_view word = before.substr(0, letters);
  const bool code = letters == 3 && std::all_of(word.begin(), word.end(), is_upper);
  const bool known = word == "Rs" || word == "kr" || word == "Kr" || word == "Fr" || word == "R";
  const bool fine = symbol.empty() ? code || (known && !text.empty() && !is_digit(text[0])) : letters <= 3;
  if (!fine) {
    text = before;
    return {};
  }
  const std::string currency(before.substr(0, letters + symbol.size()));
  if (symbol.empty()) cut(text, {"."});
  cut_spaces(text);
  return currency;
}

// Digits and the marks between them.
struct Digits {
  std::vector<std::string> groups{""};
  std::string marks;     // [between two groups]
  std::string exponent;  // e5
  bool fortran = false;  // d5

  bool grouped(std::size_t from, std::size_t to) const {
    for (std::size_t g = from; g < to; ++g)
      if (groups[g].size() != 3) return false;
    return !groups[0].empty() && groups[0].size() <= 3;
  }
  std::string whole(std::size_t to) const {
    std::string all;
    for (std::size_t g = 0; g < to; ++g) all += groups[g];
    return all;
  }
};

std::optional<Digits> cut_digits(std::string_view& text) {
  Digits digits;
  while (true) {
    while (!text.empty() && is_digit(text[0])) digits.groups.back() += text[0], text.remove_prefix(1);
    std::string_view rest = text;
    const char mark = cut_mark(rest);
    if (mark == '\0' || rest.empty() || !is_digit(rest[0])) break;
    digits.marks += mark, digits.groups.emplace_back();
    text = rest;
  }
  if (digits.groups.size() == 1 && digits.groups[0].empty()) return {};
  if (text.size() > 1 && std::string_view("eEdD").find(text[0]) != std::string_view::npos) {
    std::size_t at = 1;
    if (text[1] == '-' || text[1] == '+') ++at;
    const std::size_t first = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at > first) {
      digits.fortran = text[0] == 'd' || text[0] == 'D';
      digits.exponent = "e" + std::string(text.substr(1, at - 1));
      text.remove_prefix(at);
    }
  }
  return digits;
}

// The number that the digits mean, and what is to be said of their marks.
struct Meaning {
  std::string number, what, hint;
  std::string other = {};  // what it may mean as well
};

std::string named(char mark) { return mark == ' ' ? "space" : std::string("\"") + mark + "\""; }

Meaning of_thousands(const Digits& d, char mark, std::size_t groups, const std::string& fraction, char decimal) {
  Meaning m{d.whole(groups) + fraction, {}, {}};
  m.what = mark == ' ' ? "has spaces between its digits" : "has marks of thousands, '" + std::string(1, mark) + "'";
  std::string settings;
  if (mark != '_') settings = "thousands: " + named(mark);
  if (decimal != '\0') settings += " and decimal: " + named(decimal);
  m.hint = (settings.empty() || mark == '_' ? std::string() : "write " + settings + " below data:, or ") + "write " +
           m.number + " in the file";
  return m;
}

// 1,5 and 1.5 where the other mark is the study's; 1,234 may also be a thousand.
Meaning of_one_mark(const Digits& d, char mark) {
  const std::string number = d.groups[0] + "." + d.groups[1];
  const bool may_group = d.grouped(1, 2) && d.groups[0] != "0";
  Meaning m{number, std::string("has a decimal ") + (mark == ',' ? "comma" : "point"), {}};
  m.hint = "write decimal: " + named(mark) + " below data:, or write " + number + " in the file";
  if (may_group)
    m.hint = "write decimal: " + named(mark) + " below data: if it is " + number + ", thousands: " + named(mark) +
             " if it is " + d.whole(2),
    m.other = d.whole(2);
  return m;
}

std::optional<Meaning> meaning_of(const Digits& d, char decimal) {
  const std::size_t n = d.marks.size();
  if (n == 0) return Meaning{d.groups[0], {}, {}};
  const char first = d.marks[0], last = d.marks[n - 1];
  const bool same = std::all_of(d.marks.begin(), d.marks.end(), [&](char c) { return c == first; });
  const bool fraction = last == '.' || last == ',';
  if (n == 1 && fraction) {
    if (last == decimal) return Meaning{d.groups[0] + "." + d.groups[1], {}, {}};
    return of_one_mark(d, last);
  }
  if (same) return d.grouped(1, n + 1) ? std::optional(of_thousands(d, first, n + 1, {}, '\0')) : std::nullopt;
  const bool alike = std::all_of(d.marks.begin(), d.marks.end() - 1, [&](char c) { return c == first; });
  if (!alike || !fraction || !d.grouped(1, n)) return {};
  return of_thousands(d, first, n, "." + d.groups[n], last == decimal ? '\0' : last);
}

bool is_ordinal(std::string_view suffix) {
  return suffix == "st" || suffix == "nd" || suffix == "rd" || suffix == "th";
}

// kg, %, °C, m/s, m2, m^3: one word without digits but exponents.
bool is_unit(std::string_view suffix) {
  constexpr std::size_t kLongest = 12;
  if (suffix.size() > kLongest || is_ordinal(suffix)) return false;
  for (std::size_t i = 0; i < suffix.size(); ++i) {
    const char c = suffix[i];
    if (c == ' ' || c == '\t' || c == '-' || c == ':' || c == '.' || c == ',') return false;
    if (!is_digit(c)) continue;
    const bool exponent = (c == '2' || c == '3') && i > 0 && (is_letter(suffix[i - 1]) || suffix[i - 1] == '^') &&
                          (i + 1 == suffix.size() || !is_digit(suffix[i + 1]));
    if (!exponent) return false;
  }
  return true;
}

// 3k, 1.5M: not as many as the digits say.
bool multiplies(std::string_view suffix) {
  constexpr std::string_view kWords[] = {"k",   "K",   "M",       "B",       "mn",      "bn",
                                         "Mio", "Mrd", "million", "billion", "thousand"};
  return std::find(std::begin(kWords), std::end(kWords), suffix) != std::end(kWords);
}

std::optional<OddNumber> hexadecimal(std::string_view text) {
  if (text.size() < 3 || text.size() > 14 || text[0] != '0' || (text[1] != 'x' && text[1] != 'X')) return {};
  std::uint64_t value = 0;
  for (const char c : text.substr(2)) {
    const int digit = is_digit(c) ? c - '0' : is_letter(c) && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : 16;
    if (digit > 15) return {};
    value = 16 * value + static_cast<std::uint64_t>(digit);
  }
  return OddNumber{"is hexadecimal", "write " + std::to_string(value), {}};
}

}  // namespace

std::optional<OddNumber> odd_number(std::string_view text, char decimal) {
  if (auto hex = hexadecimal(text)) return hex;
  const std::size_t length = text.size();
  cut_spaces(text);
  const std::string_view bound = cut(text, {"<=", ">=", "<", ">", "~", "\xe2\x89\x88", "\xe2\x89\xa4", "\xe2\x89\xa5"});
  if (!bound.empty()) cut_spaces(text);
  const bool apostrophe = !cut(text, {"'"}).empty(), parentheses = !cut(text, {"("}).empty();
  bool typographic = false;
  std::string sign = cut_sign(text, typographic);
  const std::string currency = cut_currency(text);
  if (sign.empty()) sign = cut_sign(text, typographic);
  const std::optional<Digits> digits = cut_digits(text);
  if (!digits) return {};
  const std::optional<Meaning> meaning = meaning_of(*digits, decimal);
  if (!meaning) return {};
  cut_spaces(text);
  if (parentheses && (!text.ends_with(")") || !sign.empty())) return {};
  if (parentheses) text.remove_suffix(1), sign = "-";
  const bool behind = text == "-" && sign.empty();
  if (behind) text = {}, sign = "-";
  if (!is_unit(text)) return {};
  const std::string plain = sign + meaning->number + digits->exponent;
  const std::string number = plain + (meaning->other.empty() ? "" : " or " + sign + meaning->other),
                    unit(text.empty() ? currency : text);
  const bool letter = std::any_of(text.begin(), text.end(),
                                  [](char c) { return is_letter(c) || static_cast<unsigned char>(c) >= 0x80; });
  const auto odd = [&](std::string what, std::string hint) {
    return OddNumber{std::move(what), std::move(hint), unit};
  };
  if (!bound.empty()) return odd("is a bound", "write a number, or leave the cell empty: data.missing");
  if (multiplies(text)) return odd("has a multiplier, " + quoted(text), "write the number in full");
  if (parentheses) return odd("has parentheses around it", "write " + number);
  if (!currency.empty()) return odd("has a currency sign, " + quoted(currency), "write " + number);
  if (text == "%") return odd("has a percent sign", "write " + number + " in all cells without the sign");
  if (!text.empty() && letter)
    return odd("has a unit, " + quoted(text), "write " + number + ", and the unit into the column's name");
  if (!text.empty()) return odd("has a sign behind it, " + quoted(text), "write " + number);
  if (!meaning->what.empty()) return odd(meaning->what, meaning->hint);
  if (typographic) return odd("has a typographic minus sign", "write " + number);
  if (behind) return odd("has its minus sign behind it", "write " + number);
  if (digits->fortran) return odd("has an exponent with the letter d", "write " + number);
  if (apostrophe) return odd("has an apostrophe in front of it", "write " + number);
  // A plus sign is no oddity; other bytes that are not in the number were spaces, of kinds that no reader strips.
  return length > plain.size() + 1 ? std::optional(odd("has spaces around it", "write " + number)) : std::nullopt;
}

}  // namespace holdout::data
