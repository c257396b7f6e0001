#include "leaf.hpp"

#include <doctest/doctest.h>

#include "study/study_text.hpp"

namespace holdout::study {
namespace {

TEST_CASE("leaf: a text that should have been a number is mended where it can only mean one") {
  struct {
    const char *value, *hint;
  } const cases[] = {
      {"1_000", "write 1000\n"},
      {"1_000.5", "write 1000.5\n"},
      {"0,5", "write 0.5\n"},
      {"1,5", "write 1.5\n"},
      {"0,125", "write 0.125\n"},
      {"1,500", "write 1500, or 1.500 if the comma is a decimal point\n"},
      {"1,500,000", "write 1500000\n"},
      {"1,000.5", ""},
      {"1,2,3", ""},
      {"'1e-3'", "write 1e-3 without quotes\n"},
      {"'1,5'", "write 1.5\n"},
      {".inf", "a finite number is needed\n"},
      {"-.INF", "a finite number is needed\n"},
      {".nan", "a finite number is needed\n"},
      {"1e999", ""},
      {"auot", "did you mean 'auto'?\n"},
      {"automatically", ""},
      {"-0", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.value);
    const std::string got = complaints(with("training:\n  learning_rate: " + std::string(c.value) + "\n")) + "\n";
    CAPTURE(got);
    CHECK(has(got, "3:18: error: training.learning_rate: '"));
    if (*c.hint)
      CHECK(got.ends_with("  " + std::string(c.hint)));
    else
      CHECK(got.ends_with("^\n"));
  }
  const auto epochs = [](const std::string& value) {
    return complaints(with("training:\n  epochs: " + value + "\n")) + "\n";
  };
  CHECK(epochs("1,000").ends_with("  write 1000\n"));  // never 1.000, which is 1
  CHECK(epochs("1_000").ends_with("  write 1000\n"));
  CHECK(epochs("1,5").ends_with("^\n"));
  CHECK(epochs(".inf").ends_with("  a finite number is needed\n"));
  CHECK(epochs(".NaN").ends_with("  a finite number is needed\n"));
}

TEST_CASE("leaf: numbers and the words that stand for some") {
  constexpr NamedNumber<std::int64_t> kWords[] = {{"all", 0}, {"one", 1}};
  const auto range = at_least<std::int64_t>(1).or_word(kWords);
  CHECK(number(Value(std::string("all")), range) == 0);
  CHECK(number(Value(std::string("one")), range) == 1);
  CHECK(number(Value(std::string("none")), range) == 0);
  CHECK(number(Value(std::int64_t{7}), range) == 7);
  CHECK(number(Value(7.0), range) == 7);
  CHECK(number(Value(true), range) == 1);
  CHECK(number(Value(std::int64_t{7}), at_least(0.5)) == 7.0);
  CHECK(value_of(std::int64_t{0}, range) == Value(std::string("all")));  // only the word can say it
  CHECK(value_of(std::int64_t{1}, range) == Value(std::int64_t{1}));
  CHECK(value_of(std::int64_t{-3}, range) == Value(std::int64_t{-3}));
  constexpr NamedNumber<double> kRates[] = {{"auto", 0}};
  const auto rate = above(0.0).or_word(kRates);
  CHECK(number(Value(std::string("auto")), rate) == 0);
  CHECK(number(Value(std::string("fast")), rate) == 0);
  CHECK(number(Value(0.25), rate) == 0.25);
  CHECK(number(Value(true), rate) == 1);
  CHECK(value_of(0.0, rate) == Value(std::string("auto")));
  CHECK(value_of(0.25, rate) == Value(0.25));
  CHECK(value_of(-1.0, rate) == Value(-1.0));
}

}  // namespace
}  // namespace holdout::study
