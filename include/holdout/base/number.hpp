// Numbers and words as text: printing that reads back exactly, reading that no locale changes, near misses.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace holdout {

/// The shortest text that reads back to the same bits; a minus zero prints as 0. Not finite: "inf", "-inf", "nan".
std::string to_text(double x);

/// `digits` significant digits, for people: 0.0991, 3582.1, 1.2e-07.
std::string to_text(double x, int digits);

/// The whole text as a finite number (decimal point, exponent); nothing otherwise. No octal, no locale, no spaces.
std::optional<double> to_real(std::string_view text);

/// The whole text as an integer. 100, 1e3 and 100.0 are integers; 1.5 and 1e40 are not.
std::optional<std::int64_t> to_integer(std::string_view text);

/// The word of `words` nearest to `word` (edit distance at most 2, and at most a third of its length but at least 1),
/// or an empty view: a far-fetched suggestion is worse than none.
std::string_view nearest_word(std::string_view word, std::span<const std::string> words);

/// "did you mean 'x'?", or "allowed: a, b, c" where nothing is near.
std::string did_you_mean(std::string_view word, std::span<const std::string> words);

/// "a, b, c"
std::string joined(std::span<const std::string> words, std::string_view separator = ", ");

// exp and log with the same bits on every CPU: the C library picks variants by what the CPU offers. Errors are below
// one unit in the last place (tests/base). Used for log scales, schedules, random draws and metrics.
double exp(double x);
double log(double x);
/// |x| up to 1e5; the error is below 2^-52, absolute.
double cos(double x);

}  // namespace holdout
