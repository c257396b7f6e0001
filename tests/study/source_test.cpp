#include "source.hpp"

#include <doctest/doctest.h>

#include "study/records.hpp"

namespace holdout::study::yaml {
namespace {

using testing::contains;
using testing::message_of;

std::string refused(const std::string& text) {
  return message_of([&] { text_source("x", text); });
}

TEST_CASE("source: UTF-8 is what Unicode's table 3-7 says, and every other byte is named") {
  for (const char* fine : {"\x7e", "\xc2\xa0", "\xdf\xbf", "\xe0\xa0\x80", "\xec\xbf\xbf", "\xed\x9f\xbf",
                           "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf3\xbf\xbf\xbf", "\xf4\x8f\xbf\xbf"}) {
    CAPTURE(fine);
    CHECK(text_source("x", fine).text == fine);
  }
  for (const char* bad :
       {"\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xc2\xc2", "\xe0\x9f\xbf", "\xe1\x80", "\xe1\x80\x41", "\xed\xa0\x80",
        "\xf0\x8f\xbf\xbf", "\xf1\x80\x80", "\xf1\x80\x41\x80", "\xf1\x80\x80\x41", "\xf4\x90\x80\x80", "\xf5\x80"}) {
    CAPTURE(bad);
    CHECK(contains(refused(std::string("a: ") + bad), "x:1:4: error: byte 0x"));
    CHECK(contains(refused(bad), " is not UTF-8\n"));
    CHECK(contains(refused(bad), "  save the file as UTF-8"));
  }
}

TEST_CASE("source: control characters are refused, also those above ASCII") {
  CHECK(contains(refused("a: \x1b[2J"), "x:1:4: error: control character 0x1b\n"));
  CHECK(contains(refused("a: \x7f"), "control character 0x7f"));
  CHECK(contains(refused("a: \xc2\x85"), "control character 0x85\n"));
  CHECK(contains(refused("a: \xc2\x85"), "  delete it"));
  CHECK(contains(refused(std::string("a\0b", 3)), "x:1:2: error: a NUL byte"));
  CHECK(contains(refused("a\r"), "x:1:2: error: a carriage return without a line feed"));
  CHECK(text_source("x",
                    "\xef\xbb\xbf"
                    "a:\tb\r\nc")
            .text == "a:\tb\nc");
}

TEST_CASE("source: marks and messages of files, options and nothing") {
  const Source file = text_source("s.yaml", "é: 1\nb: 2"), option = override_source("--set a=1", "1");
  CHECK(mark_at(file, 3).column == 3);  // in characters
  CHECK(mark_at(file, 99).line == 2);   // behind the end is the end
  CHECK(mark_at(file, 99).column == 5);
  CHECK(shown_line(file.lines, 2) == "b: 2");
  CHECK(shown_line(file.lines, 0).empty());
  CHECK(shown_line(file.lines, 3).empty());
  CHECK(message_at(mark_at(file, 0), "odd").source == "é: 1");
  CHECK(message_at(mark_at(option, 0), "odd").text == "--set a=1: odd");
  CHECK(message_at({}, "odd", "hint").text == "odd");
  CHECK(place_of(mark_at(file, 6)).line == 2);
  CHECK(place_of(mark_at(option, 0)).line == 0);
  CHECK(place_of(mark_at(option, 0)).file == "--set a=1");
  CHECK(place_of({}).file.empty());
}

TEST_CASE("source: long options are cut in messages, and too long ones refused") {
  const std::string option = "--set name=" + std::string(200, 'x');
  CHECK(override_source(option, "x").name == option.substr(0, 120) + "...");
  const std::string large(std::size_t{1} << 20, 'x');
  CHECK_NOTHROW(override_source("--set name", large));
  CHECK(message_of([&] { override_source("--set name", large + "x"); }) ==
        "error: --set name: the value is larger than 1 MiB");
}

TEST_CASE("source: what is no file that can be read says why") {
  const auto reason = [](const std::string& path) { return message_of([&] { read_source(path); }); };
  CHECK(reason("") == "error: no such file");
  CHECK(contains(reason("/dev/null/x"), "/dev/null/x: error: no such file: a part of its path is not a directory"));
  CHECK(contains(reason("/proc/self/mem"), "cannot be read: input/output error"));
}

TEST_CASE("source: where quotes close") {
  CHECK(closing_quote("'it''s'", 0) == 6);
  CHECK(closing_quote("'it'", 0) == 3);
  CHECK(closing_quote("'it' b", 0) == 3);
  CHECK(closing_quote("'it''", 0) == std::string_view::npos);
  CHECK(closing_quote(R"("a\"b" c)", 0) == 5);
  CHECK(closing_quote(R"("a\)", 0) == std::string_view::npos);
}

TEST_CASE("source: where brackets close, quotes and comments passed over") {
  struct {
    const char* text;
    std::size_t close;
  } const cases[] = {
      {"[a]", 2},
      {"[[a], {b}]", 9},
      {"[']']", 4},
      {"[ \"]\" ]", 6},
      {"[a,\"]\"]", 6},
      {"{a:']'}", 6},
      {"{\"}\": 1}", 7},
      {"[it's]", 5},  // no quote inside a word
      {"[a # ]\n]", 7},
      {"[a#]", 3},
      {"[a\n# ]\n]", 7},
      {"[a\n']'\n]", 7},
      {"[a", std::string_view::npos},
      {"[ 'a]", std::string_view::npos},
      {"[a # ]", std::string_view::npos},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    CHECK(closing_bracket(c.text, 0) == c.close);
  }
}

}  // namespace
}  // namespace holdout::study::yaml
