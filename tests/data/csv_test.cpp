// Cells, rows and headers. Expected values are what is written in the files, and RFC 4180.
#include <doctest/doctest.h>

#include <clocale>
#include <string>

#include "data_files.hpp"

namespace holdout::data {
namespace {

using namespace testing;

// Eight rows, so that every split has rows.
std::string table(std::string_view line_end = "\n", char delimiter = ',') {
  std::string text = std::string("a") + delimiter + "b" + delimiter + "y" + std::string(line_end);
  for (int i = 0; i < 8; ++i)
    text += std::to_string(i) + delimiter + std::to_string(i * i) + ".5" + delimiter + "-" + std::to_string(i) +
            std::string(line_end);
  return text;
}

TEST_CASE("csv: LF, CRLF, CR, no last line end, blank lines, a byte order mark: the same numbers") {
  const Dataset expected = load_text(table()).dataset;
  REQUIRE(expected.rows == 8);
  REQUIRE(expected.features == 2);
  CHECK(expected.feature_names == std::vector<std::string>{"a", "b"});
  for (std::size_t i = 0; i < 8; ++i) {
    const double k = static_cast<double>(i);
    CHECK(expected.row(i)[0] == k);
    CHECK(expected.row(i)[1] == k * k + 0.5);
    CHECK(expected.y[i] == -k);
  }
  std::string open_end = table(), mark = "\xEF\xBB\xBF" + table();
  open_end.pop_back();
  for (const std::string& text :
       {table("\r\n"), table("\r"), open_end, mark, "\n  \n" + table(), table("\n\n"), table("\r\n\r\n") + " \r\n\t"}) {
    CAPTURE(text);
    const Dataset got = load_text(text).dataset;
    CHECK(got.x == expected.x);
    CHECK(got.y == expected.y);
    CHECK(got.feature_names == expected.feature_names);
  }
}

TEST_CASE("csv: semicolons and tabs, if the study says so") {
  DataSettings s = settings();
  s.delimiter = ";";
  CHECK(load_text(table("\n", ';'), Task::regression, s).dataset.x == load_text(table()).dataset.x);
  s.delimiter = "tab";
  CHECK(load_text(table("\n", '\t'), Task::regression, s).dataset.x == load_text(table()).dataset.x);
  const std::string error = error_of([&] { load_text(table(), Task::regression, s); });
  CHECK(has(error, "a.csv:1: "));
  CHECK(has(error, "delimiter"));
  CHECK(has(error, "','"));
}

TEST_CASE("csv: numbers in every spelling, read whole") {
  const std::string text = "a,y\n+1,1\n 2 ,2\n.5,3\n4.,4\n-1E+2,5\n\"6\",6\n1e-400,7\n0.1,8\n\t 9 \t,9\n";
  const Dataset got = load_text(text).dataset;
  CHECK(got.x == std::vector<double>{1, 2, 0.5, 4, -100, 6, 0, 0.1, 9});
  for (const std::string bad : {"1x", "0x10", "1 2", "--1", "+-1", "1e", "1e5.5", "1_000", "٣"}) {
    CAPTURE(bad);
    const std::string error = error_of([&] { load_text("a,y\n1,1\n" + bad + ",2\n3,3\n4,4\n"); });
    CHECK(has(error, "a.csv:3: "));
    CHECK(has(error, "'a'"));
    CHECK(has(error, bad));
  }
}

TEST_CASE("csv: what is not finite is refused, wherever it stands") {
  for (const std::string bad : {"inf", "-inf", "Infinity", "+INF", "1e400", "-1e999"})
    for (const int first : {0, 1}) {
      CAPTURE(bad);
      const std::string rows = first ? bad + ",2\n1,1\n" : "1,1\n" + bad + ",2\n";
      const std::string error = error_of([&] { load_text("a,y\n" + rows + "3,3\n4,4\n"); });
      CHECK(has(error, first ? "a.csv:2: " : "a.csv:3: "));
      CHECK(has(error, bad));
      CHECK(has(error, "finite"));
    }
}

TEST_CASE("csv: a locale with decimal commas changes nothing") {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  const Dataset expected = load_text(table()).dataset;
  for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"}) std::setlocale(LC_ALL, name);  // if there
  CHECK(load_text(table()).dataset.x == expected.x);
  std::setlocale(LC_ALL, before.c_str());
}

TEST_CASE("csv: quoted cells hold delimiters, line ends and quotes") {
  const std::string text =
      "\"a, the first\",\"say \"\"b\"\"\",y\n"
      "1,\"x,y\",1\n2,\"two\nlines\",2\n3, \"x,y\" ,3\n4,\"two\r\nlines\",4\n7,\"\tx\",7\n5,\"\"\"\",5\n6,\"\"\"\",6\n";
  const Dataset got = load_text(text).dataset;
  CHECK(got.feature_names == std::vector<std::string>{"a, the first", "say \"b\"=\tx", "say \"b\"=\"",
                                                      "say \"b\"=two\nlines", "say \"b\"=two\r\nlines",
                                                      "say \"b\"=x,y"});
  CHECK(got.rows == 7);
}

TEST_CASE("csv: a file may end behind a closing quote or spaces; behind a delimiter a cell is empty") {
  const std::string quoted = "c,y,d\nu,1,u\nv,2,v\nu,3,u\nv,4,\"v\"", plain = "d,c,y\nu,u,1\nv,v,2\nu,u,3\nv,v,4";
  const Dataset expected = load_text(quoted + "\n").dataset;
  REQUIRE(expected.x == std::vector<double>{1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1});
  for (const char* end : {"", " ", "  ", " \r", "\r", " \r\n", "\n ", "\n\n \n  "}) {
    CAPTURE(end);
    CHECK(load_text(quoted + end).dataset.x == expected.x);
    CHECK(load_text(plain + end).dataset.x == expected.x);
    CHECK(load_text(plain + end).dataset.y == expected.y);
  }
  for (const char* end : {"", " ", "\n"}) {
    CAPTURE(end);
    const std::string text = std::string("a,y\n1,1\n2,2\n3,") + end;
    CHECK(has(error_of([&] { load_text(text); }), "a.csv:4: error: column 'y': a missing value, ''"));
  }
  CHECK(has(error_of([] { load_text("a,b,y\n1,1,1\n2,2,"); }), "a.csv:3: error: column 'y': a missing value"));
  CHECK(has(error_of([] { load_text("a,b,y\n1,1,1\n2,"); }), "a.csv:3: error: the row has 2 cells, the header 3"));
}

TEST_CASE("csv: decimal commas are suspected where each cell of a row became two") {
  const auto twice = messages_of([] { load_text("a,y\n0,5,1,5\n"); }),
             once = messages_of([] { load_text("a,y\n0,5,1\n"); });
  REQUIRE(twice.size() == 1);
  CHECK(twice[0].text == "the row has 4 cells, the header 2");
  CHECK(has(twice[0].hint, "decimal commas need another delimiter"));
  REQUIRE(once.size() == 1);
  CHECK(once[0].hint == "every row needs as many cells as the header");
}

TEST_CASE("csv: words in UTF-8, and those that look like escapes, stay as they are") {
  const Dataset got = load_text("größe,y\n\"é\\xe9\",1\n日本,2\n\"é\\xe9\",3\n日本,4\n").dataset;
  CHECK(got.feature_names == std::vector<std::string>{"größe=é\\xe9", "größe=日本"});
}

TEST_CASE("csv: errors name the line where the row begins, also behind quoted line ends") {
  const std::string error =
      error_of([] { load_text("a,t,y\n1,\"one\n\ntwo\",1\n\n2,\"u\",2\n3,\"three\n\",x\n4,v\n"); });
  CHECK(has(error, "a.csv:9: "));  // 4,v: counted by hand
  CHECK(has(error, "2 cells"));
  CHECK(has(error, "3"));
}

TEST_CASE("csv: every broken row is reported, up to twenty, with at most 40 lines of text") {
  std::string text = "a,y\n";
  for (int i = 0; i < 100; ++i) text += i % 2 ? "1\n" : "1,2,3\n";
  const auto messages = messages_of([&] { load_text(text); });
  CHECK(messages.size() == 20);
  for (std::size_t i = 0; i < messages.size(); ++i) CHECK(messages[i].place.line == static_cast<int>(i) + 2);
  const std::string error = error_of([&] { load_text(text); });
  CHECK(std::count(error.begin(), error.end(), '\n') < 39);
}

struct Bad {
  const char *what, *text, *place, *word;
};

TEST_CASE("csv: what is broken is named with its line") {
  const Bad cases[] = {
      {"empty", "", "a.csv: ", "empty"},
      {"blank lines only", "\n \n\r\n", "a.csv: ", "empty"},
      {"byte order mark only", "\xEF\xBB\xBF", "a.csv: ", "empty"},
      {"one byte", "a", "a.csv:1: ", "no rows"},
      {"header only", "a,y\n", "a.csv:1: ", "no rows"},
      {"quote never closed", "a,y\n1,2\n\"3,4\n5,6\n", "a.csv:3: ", "never closed"},
      {"text behind a quote", "a,y\n\"1\"2,3\n", "a.csv:2: ", "closing quote"},
      {"quote inside a cell", "a,y\n1\"2,3\n", "a.csv:2: ", "quote"},
      {"control character", "a,y\n1\x01,3\n", "a.csv:2: ", "control"},
      {"control character in quotes", "a,y\n\"1\x1b[31m\",3\n", "a.csv:2: ", "control"},
      {"delete character in quotes", "a,y\n\"1\x7f\",3\n", "a.csv:2: ", "control"},
      {"control character in the header", "a\x07,y\n1,3\n", "a.csv:1: ", "control"},
      {"not UTF-8", "a,y\nFran\xE7ois,3\n", "a.csv:2: ", "UTF-8"},
      {"not UTF-8 in the header", "\xE9t\xE9,y\n1,3\n", "a.csv:1: ", "UTF-8"},
      {"not UTF-8 in quotes", "a,y\n\"\xE9\",3\n", "a.csv:2: ", "UTF-8"},
      {"column twice", "a,a,y\n1,2,3\n", "a.csv:1: ", "twice"},
      {"column without a name", "a,,y\n1,2,3\n", "a.csv:1: ", "no name"},
      {"comma at the line ends", "a,y,\n1,2,\n", "a.csv:1: ", "line end"},
      {"no header", "1,2\n3,4\n", "a.csv:1: ", "looks like data"},
      {"other delimiter", "a;y\n1;2\n", "a.csv:1: ", "';'"},
  };
  for (const Bad& bad : cases) {
    CAPTURE(bad.what);
    const std::string error = error_of([&] { load_text(bad.text); });
    CAPTURE(error);
    CHECK(error.starts_with(bad.place));
    CHECK(has(error, bad.word));
    for (const char c : error) CHECK((static_cast<unsigned char>(c) >= 0x20 || c == '\n'));
  }
  using namespace std::string_view_literals;
  CHECK(has(error_of([] { load_text("a,y\n1\0,3\n"sv); }), "a.csv:2: error: a NUL"));
  CHECK(has(error_of([] { load_text("a,y\n1,2\n\"1\0\",3\n"sv); }), "a.csv:3: error: a NUL character inside quotes"));
  for (const std::string_view utf16 : {"\xFF\xFE"
                                       "a\0,\0y\0\n\0"sv,
                                       "\xFE\xFF"
                                       "\0a\0,\0y\0\n"sv}) {
    const std::string error = error_of([&] { load_text(utf16); });
    CHECK(has(error, "a.csv:1: error: the file is UTF-16"));
    CHECK(has(error, "save it as UTF-8"));
  }
}

TEST_CASE("csv: limits: a cell of 1 MiB, a line of 16 MiB") {
  const std::string mebibyte(std::size_t{1} << 20, '7');
  for (const std::string& quote : {std::string(), std::string("\"")}) {
    const std::string error = error_of([&] { load_text("a,y\n1,2\n" + quote + "7" + mebibyte + quote + ",1\n"); });
    CHECK(has(error, "a.csv:3: "));
    CHECK(has(error, "1 MiB"));
    CHECK(error.size() < 500);
  }
  for (const std::size_t mebibytes : {2u, 3u}) {  // whatever the buffer has grown to
    const std::string error = error_of([&] { load_text("a,y\n1,2\n" + std::string(mebibytes << 20, '7') + ",1\n"); });
    CHECK(has(error, "a.csv:3: error: a cell is longer than 1 MiB: '7777"));
    CHECK(error.size() < 500);
  }
  std::string line;
  for (int i = 0; i < 17; ++i) line += mebibyte.substr(0, mebibyte.size() - 10) + ",";
  CHECK(has(error_of([&] { load_text("a,y\n" + line + "\n"); }), "MiB"));
  CHECK(has(error_of([&] { load_text("a,y\n1,2\n\"" + line + line + "\n"); }), "a.csv:3: "));
}

TEST_CASE("csv: cells across the edges of the buffer") {
  // Rows of 26 bytes do not divide 1 MiB, so every kind of cut happens; the last digits tell rows apart.
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    std::string text = "a,b,word,y" + end;
    const int rows = 120'000;
    for (int i = 0; i < rows; ++i)
      text += std::to_string(i) + ",-0.25,\"" + (i % 2 ? "a\"\"" : "b,") + "\"," + std::to_string(i % 1000) + end;
    const Dataset got = load_text(text).dataset;
    REQUIRE(got.rows == rows);
    REQUIRE(got.feature_names == std::vector<std::string>{"a", "b", "word=a\"", "word=b,"});
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < got.rows; ++i)
      wrong += got.row(i)[0] != static_cast<double>(i) || got.row(i)[1] != -0.25 ||
               got.row(i)[2] != static_cast<double>(i % 2) || got.row(i)[3] != static_cast<double>(1 - i % 2) ||
               got.y[i] != static_cast<double>(i % 1000);
    CHECK(wrong == 0);
  }
}

}  // namespace
}  // namespace holdout::data
