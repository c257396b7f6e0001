// What is in a file before a study says anything. Expected values are by hand.
#include <holdout/data/overview.hpp>

#include <doctest/doctest.h>

#include <string>

#include "data_files.hpp"

namespace holdout::data {
namespace {

using namespace testing;
using Kind = ColumnOverview::Kind;
using Values = std::vector<std::pair<std::string, std::size_t>>;

Overview overview_of(std::string_view text, const std::string& name = "a.csv") {
  const Folder folder;
  folder.write(name, text);
  return overview(folder.path(name));
}

std::string lines(const std::string& header, int count, const std::string& word = {}) {
  std::string text = header + "\n";
  for (int i = 0; i < count; ++i) text += word + std::to_string(i) + "\n";
  return text;
}

TEST_CASE("overview: the delimiter is what cuts the header into most cells; quotes do not count") {
  const std::pair<const char*, const char*> cases[] = {
      {"a,b\n1,2\n", ","},
      {"a;b,c;d\n1;2;3\n", ";"},
      {"a\tb,c\td;e\n1\t2\t3\n", "tab"},
      {"\"a;b;c\",d\n1,2\n", ","},
      {"\"say \"\"a,b,c\"\"\";d\n1;2\n", ";"},
      {"\n \t\n\na;b\n1;2\n", ";"},
      {"y\n1\n", ","},
  };
  for (const auto& [text, delimiter] : cases) {
    CAPTURE(text);
    const Overview all = overview_of(text);
    CHECK(all.format == FileFormat::csv);
    CHECK(all.delimiter == delimiter);
    CHECK(all.rows == 1);
  }
}

TEST_CASE("overview: numbers, words, both, and nothing") {
  const Overview all = overview_of(
      "whole,real,word,mixed,gone\n"
      "3,0.5,red,1,\n-1,2,blue,x,NA\n,?,,2,?\n3,-7.25,red,y,nan\n");
  CHECK(all.rows == 4);
  REQUIRE(all.columns.size() == 5);
  const ColumnOverview &whole = all.columns[0], &real = all.columns[1], &word = all.columns[2], &mixed = all.columns[3],
                       &gone = all.columns[4];
  CHECK(whole.name == "whole");
  CHECK(whole.kind == Kind::numbers);
  CHECK(whole.whole);
  CHECK(whole.least == -1);
  CHECK(whole.most == 3);
  CHECK(whole.missing == 1);
  CHECK(whole.different == 2);
  CHECK(whole.values == Values{{"-1", 1}, {"3", 2}});
  CHECK(!whole.odd);
  CHECK(real.kind == Kind::numbers);
  CHECK(!real.whole);
  CHECK(real.least == -7.25);
  CHECK(real.most == 2);
  CHECK(word.kind == Kind::words);
  CHECK(!word.whole);
  CHECK(word.missing == 1);
  CHECK(word.values == Values{{"red", 2}, {"blue", 1}});
  CHECK(mixed.kind == Kind::mixed);
  REQUIRE(mixed.odd);
  CHECK(*mixed.odd == std::pair<int, std::string>(3, "x"));
  CHECK(gone.kind == Kind::missing);
  CHECK(gone.missing == 4);
  CHECK(gone.different == 0);
}

TEST_CASE("overview: a row with one empty cell in quotes is a row, a blank line is none") {
  const Overview all = overview_of("y\n\"\"\n\n1\n \n\"\"\n");
  CHECK(all.rows == 3);
  CHECK(all.columns.at(0).missing == 2);
}

TEST_CASE("overview: a thousand different values are counted, no more") {
  for (const char* word : {"", "w"}) {
    CAPTURE(word);
    const ColumnOverview counted = overview_of(lines("y", 1000, word)).columns.at(0);
    CHECK(counted.different == 1000);
    REQUIRE(counted.values.size() == 1000);
    CHECK(counted.values[999] == std::pair(word + std::string("999"), std::size_t{1}));
    for (const int more : {1001, 2500, 10'001}) {
      CAPTURE(more);
      const ColumnOverview many = overview_of(lines("y", more, word)).columns.at(0);
      CHECK(many.different == 1000);  // and more
      CHECK(many.values.empty());
      CHECK(many.missing == 0);
      if (*word == '\0') CHECK(many.most == more - 1);
    }
  }
}

TEST_CASE("overview: libsvm files by their name or their first line; labels are numbers or words") {
  for (const char* name : {"a.svm", "a.txt"}) {
    CAPTURE(name);
    const Overview all = overview_of("# first\n2 1:1 7:2\n-3 1:4\n2 3:0\n+10\n", name);
    CHECK(all.format == FileFormat::libsvm);
    CHECK(all.rows == 4);
    CHECK(all.features == 2);
    CHECK(all.nonzeros == 3);
    REQUIRE(all.columns.size() == 1);
    CHECK(all.columns[0].kind == Kind::numbers);
    CHECK(all.columns[0].whole);
    CHECK(all.columns[0].least == -3);
    CHECK(all.columns[0].most == 10);
    CHECK(all.columns[0].values == Values{{"2", 2}, {"-3", 1}, {"+10", 1}});
  }
  CHECK(!overview_of("0.5 1:1\n1 1:2\n", "a.svm").columns.at(0).whole);
  const ColumnOverview words = overview_of("1 1:1\nyes 1:2\nyes 2:1\n", "a.svm").columns.at(0);
  CHECK(words.kind == Kind::words);
  CHECK(!words.whole);
  CHECK(words.values == Values{{"1", 1}, {"yes", 2}});
}

TEST_CASE("overview: what cannot be read says why, with lines") {
  CHECK(has(error_of([] { overview("/nothere/a.csv"); }), "'/nothere/a.csv': no such file"));
  CHECK(has(error_of([] { overview_of(""); }), "the file is empty"));
  CHECK(has(error_of([] { overview_of("\n \n"); }), "the file is empty"));
  CHECK(has(error_of([] { overview_of("a;b\n1;2\n3\n"); }), "a.csv:3: error: the row has 1 cell, the header 2"));
  CHECK(has(error_of([] { overview_of("1 1:1\n1 1\n", "a.svm"); }), "a.svm:2: error: '1' has no colon"));
}

}  // namespace
}  // namespace holdout::data
