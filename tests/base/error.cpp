#include <doctest/doctest.h>

#include <string>

#include <holdout/base/error.hpp>

namespace holdout {

TEST_CASE("reference: a message names place, value, line and remedy") {
  const Message m{
      {"studies/a.yaml", 14, 3}, "unknown key 'learnin_rate'", "did you mean 'learning_rate'?", "  learnin_rate: 1"};
  CHECK(to_string(m) ==
        "studies/a.yaml:14:3: error: unknown key 'learnin_rate'\n"
        "      learnin_rate: 1\n"
        "      ^\n"
        "  did you mean 'learning_rate'?");
  CHECK(to_string({{}, "too many trials", "", ""}) == "error: too many trials");
  CHECK(to_string({{"a.csv", 0, 0}, "empty", "", ""}) == "a.csv: error: empty");
  CHECK(to_string({{"a.csv", 3, 0}, "short row", "", ""}) == "a.csv:3: error: short row");
}

TEST_CASE("property: the caret stands below the column, counted in characters") {
  const std::string text = to_string({{"a", 1, 4}, "x", "", "\xC3\xA4\tb: c"});  // ä, tab, b, colon
  CHECK(text == "a:1:4: error: x\n    \xC3\xA4 b: c\n       ^");
}

TEST_CASE("hostile: nothing a file says reaches the terminal unescaped") {
  CHECK(escaped("a\nb\tc\r") == "a\\nb\\tc\\r");
  CHECK(escaped("\x1b[31mred\x07\x7f") == "\\x1b[31mred\\x07\\x7f");
  CHECK(escaped(std::string_view("\0x", 2)) == "\\x00x");
  CHECK(escaped("Stra\xC3\x9F"
                "e \xE2\x82\xAC \xF0\x9F\x99\x82") ==
        "Stra\xC3\x9F"
        "e \xE2\x82\xAC \xF0\x9F\x99\x82");
  CHECK(escaped("\xE4") == "\\xe4");           // Latin-1
  CHECK(escaped("\xC3") == "\\xc3");           // cut
  CHECK(escaped("\xC0\xAF") == "\\xc0\\xaf");  // overlong
  CHECK(escaped("\xC2\x9B") == "\\xc2\\x9b");  // C1 control, opens an escape sequence on some terminals
  const std::string text = to_string({{"a\x1b.csv", 1, 1}, "bad \x1b[2J", "hint \x1b[2J", "line \x1b[2J"});
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("property: quoting cuts long values between characters") {
  CHECK(holdout::quoted("adam") == "'adam'");
  CHECK(holdout::quoted("") == "''");
  CHECK(holdout::quoted(std::string(40, 'a')) == "'" + std::string(40, 'a') + "'");
  CHECK(holdout::quoted(std::string(41, 'a')) == "'" + std::string(40, 'a') + "…'");
  CHECK(holdout::quoted(std::string(39, 'a') + "\xC3\xA4zz") == "'" + std::string(39, 'a') + "…'");
}

TEST_CASE("property: errors are collected and thrown in the order of their places") {
  Errors errors;
  CHECK_NOTHROW(errors.throw_if_any());
  errors.add(Message{{"b", 1, 1}, "fourth", "", ""});
  errors.add(Message{{"a", 10, 1}, "third", "", ""});
  errors.add(Message{{"a", 2, 5}, "second", "", ""});
  errors.add(Error(Message{{"a", 2, 1}, "first", "", ""}));
  CHECK_FALSE(errors.empty());
  try {
    errors.throw_if_any();
    FAIL("nothing was thrown");
  } catch (const Error& e) {
    REQUIRE(e.messages().size() == 4);
    CHECK(std::string(e.what()) ==
          "a:2:1: error: first\na:2:5: error: second\na:10:1: error: third\nb:1:1: error: fourth");
    CHECK(e.fault() == Fault::input);
  }
  const Error disk("disk full", "free some space", Fault::failure);
  CHECK(disk.fault() == Fault::failure);
  CHECK(std::string(disk.what()) == "error: disk full\n  free some space");
}

}  // namespace holdout
