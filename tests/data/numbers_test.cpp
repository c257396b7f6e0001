// Which columns hold numbers, how their cells may be written, and which cells are blamed. Expected values are by hand.
#include <doctest/doctest.h>

#include <string>

#include <holdout/data/rows.hpp>

#include "cell.hpp"
#include "data_files.hpp"

namespace holdout::data {
namespace {

using namespace testing;

// A column a of these cells, quoted, beside a target.
std::string column(const std::vector<std::string>& cells) {
  std::string text = "a;y\n";
  for (std::size_t i = 0; i < cells.size(); ++i) text += "\"" + cells[i] + "\";" + std::to_string(i % 3) + "\n";
  return text;
}

DataSettings semicolons() {
  DataSettings s = settings();
  s.delimiter = ";";
  return s;
}

TEST_CASE("numbers: the odd cell of a column of numbers is blamed with its line, wherever it stands") {
  for (const std::string odd : {"unknown", "NA?", "1.5 kg", "12%", "$3", "1 000", "1,234.5", "0x1F"})
    for (std::size_t at = 0; at < 6; ++at) {
      CAPTURE(odd);
      CAPTURE(at);
      std::vector<std::string> cells = {"1", "2", "3.5", "4", "5", "6"};
      cells[at] = odd;
      const auto m = messages_of([&] { load_text(column(cells), Task::regression, semicolons()); });
      REQUIRE(m.size() == 1);
      CHECK(m[0].place.line == static_cast<int>(at) + 2);
      CHECK(has(m[0].text, "column 'a': '" + odd + "' is not a number"));
      CHECK(has(m[0].text, "5 cells are"));
      CHECK(!m[0].hint.empty());
    }
}

TEST_CASE("numbers: a number in a column of words is blamed, unless most cells are numbers") {
  const auto words = messages_of([] { load_text(column({"3", "a", "b", "a", "b"}), Task::regression, semicolons()); });
  REQUIRE(words.size() == 1);
  CHECK(words[0].place.line == 2);
  CHECK(words[0].text == "column 'a': '3' is a number among 4 cells of text");
  const auto several = messages_of([] {
    load_text(column({"x", "1", "y", "2", "3"}), Task::regression, semicolons());
  });
  REQUIRE(several.size() == 1);
  CHECK(several[0].text == "column 'a': 'x' is not a number; 3 cells are, 2 are not");
  CHECK(has(several[0].hint, "data.missing_words"));
}

TEST_CASE("numbers: a column of numbers with units is not made into categories in silence") {
  const std::vector<std::string> columns[] = {
      {"1.5 kg", "2 kg", "1.5 kg", "2 kg"}, {"12%", "13%", "12%", "13%"}, {"$3", "$4", "$3", "$4"},
      {"1 000", "2 000", "1 000", "2 000"}, {"0,5", "1,5", "0,5", "1,5"}, {"0x1F", "0x2F", "0x1F", "0x2F"},
      {"unknown", "2 kg", "1.5 kg", "2 kg"}};
  for (const auto& cells : columns) {
    CAPTURE(cells[1]);
    const auto m = messages_of([&] { load_text(column(cells), Task::regression, semicolons()); });
    REQUIRE(m.size() == 1);
    CHECK(m[0].place.line == (cells[0] == "unknown" ? 3 : 2));
    CHECK(has(m[0].hint, "data.categorical"));
    DataSettings s = semicolons();
    s.categorical = {"a"};  // whoever says so gets categories
    CHECK(load_text(column(cells), Task::regression, s).dataset.features == (cells[0] == "unknown" ? 3 : 2));
  }
  // Words that only contain numbers stay categories.
  for (const std::vector<std::string>& cells : {std::vector<std::string>{"1st", "2nd", "3rd", "1st"},
                                                {"18-25", "26-40", "18-25", "26-40"},
                                                {"12A", "3B", "4C", "5D"},
                                                {"1A", "1B", "2A", "2B"},
                                                {"2024-01-05", "2024-01-06", "2024-01-05", "2024-01-06"}})
    CHECK_NOTHROW(load_text(column(cells), Task::regression, semicolons()));
}

TEST_CASE("numbers: decimal and thousands read other conventions, strictly") {
  struct {
    const char *decimal, *thousands, *text;
    double x;
    bool number;
  } const cases[] = {
      {",", "none", "2,5", 2.5, true},
      {",", "none", "-2,5e3", -2500, true},
      {",", "none", "2.5", 0, false},
      {",", ".", "1.234.567,5", 1234567.5, true},
      {",", ".", "1234,5", 1234.5, true},
      {",", ".", "1.23,5", 0, false},
      {",", ".", "1.5", 0, false},
      {",", ".", "12.345", 12345, true},
      {".", ",", "1,234.5", 1234.5, true},
      {".", ",", "12,34", 0, false},
      {".", ",", ",123", 0, false},
      {".", ",", "1,2345", 0, false},
      {".", "'", "1'000", 1000, true},
      {".", "space", "1 000.5", 1000.5, true},
      {".", "space", "1\xc2\xa0\x30\x30\x30", 1000, true},
      {".", "space", "-1\xe2\x80\xaf\x30\x30\x30", -1000, true},
      {".", "none", "1,5", 0, false},
      {".", ",", "7", 7, true},
      {".", ",", "1e5", 1e5, true},
      {".", ",", "1,000e2", 1e5, true},
  };
  for (const auto& [decimal, thousands, text, x, number] : cases) {
    CAPTURE(decimal);
    CAPTURE(thousands);
    CAPTURE(text);
    CellFormat format;
    format.decimal = decimal, format.thousands = thousands;
    double read = 0;
    const Kind kind = CellReader(format).kind_of(text, read);
    CHECK((kind == Kind::number) == number);
    if (number) CHECK(read == x);
  }
}

TEST_CASE("numbers: decimal commas in features, targets, weights, labels and rows to predict") {
  DataSettings s = semicolons();
  s.cells.decimal = ",", s.cells.thousands = ".", s.weight.column = "w";
  const Dataset d = load_text("a;w;y\n0,5;1,5;1.000,25\n1;1;2\n2;1;3\n3;1;4\n", Task::regression, s).dataset;
  CHECK(d.x == std::vector<double>{0.5, 1, 2, 3});
  CHECK(d.y[0] == 1000.25);
  CHECK(d.weights[0] == 1.5);
  DataSettings same = semicolons();
  same.cells.thousands = ".";
  const auto both = messages_of([&] { load_text("a;y\n1;2\n", Task::regression, same); });
  REQUIRE(both.size() == 1);
  CHECK(both[0].path == "data.thousands");
  const Folder folder;
  folder.write("new.csv", "a\n0,5\n0.5\n1.000,5\n");
  RowFormat format;
  format.delimiter = ";", format.columns = {{"a", {}}}, format.cells = s.cells;
  const auto reader = open_rows(folder.path("new.csv"), format);
  RowBlock block;
  REQUIRE(reader->next(block));
  CHECK(block.good == std::vector<char>{1, 0, 1});
  CHECK(block.rows.x == std::vector<double>{0.5, 0, 1000.5});
}

TEST_CASE("numbers: a first line sep=; names the delimiter, is said, and is passed over") {
  DataSettings s = semicolons();
  for (const std::string first : {"sep=;\r\n", "SEP=;\n", "\"sep=;\"\n", "\xef\xbb\xbfsep=;\n", "sep=;;\n"}) {
    CAPTURE(first);
    const Prepared p = load_text(first + "a;y\n1;1\n2;2\n3;3\n4;4\n", Task::regression, s);
    CHECK(p.dataset.x == std::vector<double>{1, 2, 3, 4});
    REQUIRE(!p.notices.empty());
    CHECK(has(p.notices[0], "sep=;"));
  }
  const auto odd = messages_of([&] { load_text("sep=;\na;y\n1;1\nx;2\n3;3\n4;4\n", Task::regression, s); });
  REQUIRE(odd.size() == 1);
  CHECK(odd[0].place.line == 4);
  const auto other = messages_of([&] { load_text("sep=,\na,y\n1,1\n", Task::regression, s); });
  REQUIRE(other.size() == 1);
  CHECK(has(other[0].text, "sep=,"));
  CHECK(has(other[0].hint, "','"));
  CHECK(has(error_of([&] { load_text("sep=|\na|y\n1|1\n", Task::regression, s); }), "semicolons or tabs"));
  // A column of that name is a column.
  CHECK(load_text("sep=x;y\n1;1\n2;2\n3;3\n4;4\n", Task::regression, s).dataset.feature_names ==
        std::vector<std::string>{"sep=x"});
}

TEST_CASE("numbers: Windows-1252 is named, and read where the study says so") {
  DataSettings s = semicolons();
  const std::string text = "Gr\xf6\xdf\x65;y\nk\xfchl;1\nwarm;2\nk\xfchl \x80;3\nwarm;4\n";
  const auto m = messages_of([&] { load_text(text, Task::regression, s); });
  REQUIRE(!m.empty());
  CHECK(m[0].place.line == 1);
  CHECK(has(m[0].hint, "encoding: windows-1252"));
  CHECK(has(m[0].hint, "iconv -f cp1252"));
  s.cells.encoding = "windows-1252";
  CHECK(load_text(text, Task::regression, s).dataset.feature_names ==
        std::vector<std::string>{"Gr\xc3\xb6\xc3\x9f\x65=k\xc3\xbchl",
                                 "Gr\xc3\xb6\xc3\x9f\x65=k\xc3\xbchl \xe2\x82\xac", "Gr\xc3\xb6\xc3\x9f\x65=warm"});
  CHECK(has(error_of([&] { load_text("a;y\n\x81;1\n", Task::regression, s); }), "not UTF-8"));
}

TEST_CASE("numbers: a header of numbers is one if the study names a cell of it") {
  const std::string text = "0,1,2\n5,6,7\n8,9,10\n1,2,3\n4,5,7\n";
  DataSettings s = settings();
  const auto unnamed = messages_of([&] { load_text(text, Task::regression, s); });
  REQUIRE(unnamed.size() == 1);
  CHECK(has(unnamed[0].text, "looks like data"));
  s.target = "2";
  const Dataset d = load_text(text, Task::regression, s).dataset;
  CHECK(d.feature_names == std::vector<std::string>{"0", "1"});
  CHECK(d.y[0] == 7);
  s.target = "y", s.features.exclude = {"1"};  // then it is the target that is not there
  CHECK(has(error_of([&] { load_text(text, Task::regression, s); }), "no column 'y' for the target"));
}

TEST_CASE("numbers: labels are compared as numbers where they are numbers") {
  const auto classes = [](const std::string& labels, const std::string& positive) {
    DataSettings s = settings();
    s.positive = positive;
    std::string text = "x,y\n";
    const std::size_t comma = labels.find(',');
    for (int i = 0; i < 8; ++i)
      text += std::to_string(i) + "," + (i % 2 ? labels.substr(0, comma) : labels.substr(comma + 1)) + "\n";
    return load_text(text, Task::classification, s).dataset.classes;
  };
  CHECK(classes("-1,+1", "1") == std::vector<std::string>{"-1", "+1"});
  CHECK(classes("-1,+1", "-1.0") == std::vector<std::string>{"+1", "-1"});
  CHECK(classes("0.0,1.0", "1") == std::vector<std::string>{"0.0", "1.0"});
  CHECK(classes("0.0,1.0", "0") == std::vector<std::string>{"1.0", "0.0"});
  const auto hint = messages_of([&] { classes("-1,+1", "2"); });
  REQUIRE(hint.size() == 1);
  CHECK(hint[0].hint == "the classes: '-1', '+1'");
}

}  // namespace
}  // namespace holdout::data
