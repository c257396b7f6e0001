// Texts that people take for numbers and that are none: 28.8 kg, 12%, $3, 1 000, 0x1F. Told by a message what they are,
// and what would make them right.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace holdout::data {

struct OddNumber {
  std::string what;  // is wrong with it: "has a unit, 'kg'"
  std::string hint;  // what makes it right: "write 28.8 …"
  std::string unit;  // what follows the number, or stands in front of it: kg, %, $
};

/// Nothing where the text is a number as programs write it, or no number at all: a word, a date, a range, 3rd.
/// @param decimal  the mark in front of the fraction that the study names
std::optional<OddNumber> odd_number(std::string_view text, char decimal = '.');

}  // namespace holdout::data
