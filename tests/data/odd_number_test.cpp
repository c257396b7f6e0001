// Texts that look like numbers. What makes them right is by hand.
#include "odd_number.hpp"

#include <doctest/doctest.h>

#include <string>

#include "data_files.hpp"

namespace holdout::data {
namespace {

using testing::has;

TEST_CASE("odd number: what is wrong with it, and what would be right") {
  struct {
    const char *text, *what, *hint;
  } const cases[] = {
      {"1.5 kg", "a unit, 'kg'", "write 1.5,"},
      {"-3kg/m^3", "a unit, 'kg/m^3'", "write -3,"},
      {"20 \xc2\xb0\x43", "a unit", "write 20,"},
      {"7 m2", "a unit, 'm2'", "write 7,"},
      {"12%", "a percent sign", "write 12 "},
      {"$3", "a currency sign, '$'", "write 3"},
      {"-$3.50", "a currency sign", "write -3.50"},
      {"3 \xe2\x82\xac", "a unit", "write 3"},
      {"\xe2\x82\xac 1.234,50", "a currency sign", "write 1234.50"},
      {"USD 40", "a currency sign, 'USD'", "write 40"},
      {"CHF 1'000", "a currency sign", "write 1000"},
      {"$1,234", "a currency sign", "write 1.234 or 1234"},
      {"Rs. 300", "a currency sign, 'Rs'", "write 300"},
      {"1 000", "spaces between its digits", "thousands: space"},
      {"1\xc2\xa0\x32\x30\x30,5", "spaces between its digits", "thousands: space and decimal: \",\""},
      {"1,234.5", "marks of thousands", "thousands: \",\" below data:, or write 1234.5"},
      {"1.234.567,8", "marks of thousands", "thousands: \".\" and decimal: \",\""},
      {"1_000", "marks of thousands", "write 1000"},
      {"2,5", "a decimal comma", "decimal: \",\" below data:, or write 2.5"},
      {"1,234", "a decimal comma", "thousands: \",\" if it is 1234"},
      {"0,123", "a decimal comma", "write 0.123"},
      {"0x1F", "hexadecimal", "write 31"},
      {"(12)", "parentheses", "write -12"},
      {"\xe2\x88\x92\x35", "typographic minus", "write -5"},
      {"1.5d3", "an exponent with the letter d", "write 1.5e3"},
      {"'17", "an apostrophe", "write 17"},
      {"<0.5", "a bound", "data.missing"},
      {"$1.2M", "a multiplier, 'M'", "in full"},
      {"12\xc2\xa0", "spaces around it", "write 12"},
      {"5-", "minus sign behind it", "write -5"},
      {"12*", "a sign behind it, '*'", "write 12"},
      {"3?", "a sign behind it, '?'", "write 3"},
  };
  for (const auto& [text, what, hint] : cases) {
    CAPTURE(text);
    const auto odd = odd_number(text);
    REQUIRE(odd);
    CHECK_MESSAGE(has(odd->what, what), odd->what);
    CHECK_MESSAGE(has(odd->hint, hint), odd->hint);
  }
}

TEST_CASE("odd number: words, dates, ranges, ordinals and plain numbers are none") {
  for (const char* text : {"",    "kg",  "unknown",       "NA?",   "2024-01-05", "12:30",   "18-25", "1.2.3",
                           "3rd", "1st", "5 Main Street", "A4",    "V6",         "10",      "1.5",   "-2e5",
                           "+3",  "x12", "1,2,3",         "12 30", "1/2",        "Room 12", "-",     "$"}) {
    CAPTURE(text);
    CHECK(!odd_number(text));
  }
}

TEST_CASE("odd number: where the study says decimal commas, points are odd") {
  CHECK(!odd_number("2,5", ','));
  const auto point = odd_number("2.5", ',');
  REQUIRE(point);
  CHECK(has(point->what, "decimal point"));
  const auto thousands = odd_number("1.234,5", ',');
  REQUIRE(thousands);
  CHECK(has(thousands->hint, "thousands: \".\" below data:"));
}

}  // namespace
}  // namespace holdout::data
