// Words of other languages, and the characters of UTF-8 texts.
#include <holdout/base/quoting.hpp>

#include <doctest/doctest.h>

#include <holdout/base/utf8.hpp>

using namespace holdout;
using namespace std::string_literals;

TEST_CASE("utf-8: well-formed characters by table 3-7 of Unicode, and their code points") {
  const std::pair<std::string, char32_t> good[] = {{"\0"s, 0},
                                                   {"a", 'a'},
                                                   {"\x7F", 0x7F},
                                                   {"é", 0xE9},
                                                   {"\u07FF", 0x7FF},
                                                   {"\u0800", 0x800},
                                                   {"\uD7FF", 0xD7FF},
                                                   {"\uFFFF", 0xFFFF},
                                                   {"\U00010000", 0x10000},
                                                   {"😀", 0x1F600},
                                                   {"\U0010FFFF", 0x10FFFF}};
  for (const auto& [text, point] : good) {
    CAPTURE(text);
    CHECK(utf8_length(text, 0) == text.size());
    CHECK(utf8_length("x" + text + "y", 1) == text.size());
    CHECK(code_point(text) == point);
    for (std::size_t cut = 1; cut < text.size(); ++cut) CHECK(utf8_length(text.substr(0, cut), 0) == 0);
  }
  // Continuations alone, overlong forms, surrogates, beyond U+10FFFF.
  for (const char* bad : {"\x80", "\xBF", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE2\x82x"}) {
    CAPTURE(bad);
    CHECK(utf8_length(bad, 0) == 0);
  }
  CHECK(utf8_length("", 0) == 0);
}

TEST_CASE("hostile: a JSON string holds any bytes, and cannot end the element that it stands in") {
  CHECK(json_quoted("a") == "\"a\"");
  CHECK(json_quoted("\"\\\n\t\0\x7F"s) == "\"\\\"\\\\\\u000a\\u0009\\u0000\\u007f\"");
  CHECK(json_quoted("</script>&") == "\"\\u003c/script\\u003e\\u0026\"");
  CHECK(json_quoted("\u2028\u2029é😀") == "\"\\u2028\\u2029é😀\"");
  CHECK(json_quoted("a\xFFz\xE2\x82") == "\"a\\ufffdz\\ufffd\\ufffd\"");
}

TEST_CASE("hostile: a cell of CSV keeps commas, quotes and line ends") {
  CHECK(csv_quoted("plain text; 1.5") == "plain text; 1.5");
  CHECK(csv_quoted("a,b") == "\"a,b\"");
  CHECK(csv_quoted("say \"so\"\r\n") == "\"say \"\"so\"\"\r\n\"");
}

TEST_CASE("hostile: a word of a shell is one word, and shows what it holds") {
  CHECK(shell_quoted("runs/a-b_1.yaml") == "runs/a-b_1.yaml");
  CHECK(shell_quoted("") == "''");
  CHECK(shell_quoted("a b;$(id)`x`|&<>*?~#!\"\\") == "'a b;$(id)`x`|&<>*?~#!\"\\'");
  CHECK(shell_quoted("it's") == "'it'\\''s'");
  CHECK(shell_quoted("a\nb\x1B[2J'\\") == "$'a\\nb\\x1b[2J\\'\\\\'");
}
