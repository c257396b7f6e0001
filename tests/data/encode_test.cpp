// Columns to features and classes. Expected values are by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "data_files.hpp"
#include "encode.hpp"

namespace holdout::data {
namespace {

using namespace testing;

constexpr auto kClasses = Task::classification;

std::string repeated(std::string_view rows, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += rows;
  return all;
}

TEST_CASE("encode: words become one column a level, in byte order, none left out") {
  const Dataset d = load_text("c,x,y\nred,1,1\nblue,2,2\nRed,3,3\nblue,4,4\n").dataset;
  CHECK(d.feature_names == std::vector<std::string>{"c=Red", "c=blue", "c=red", "x"});
  CHECK(d.x == std::vector<double>{0, 0, 1, 1, 0, 1, 0, 2, 1, 0, 0, 3, 0, 1, 0, 4});
  CHECK(d.target_name == "y");
  CHECK(d.classes.empty());
}

TEST_CASE("encode: declared numbers are categories, in the order of numbers") {
  DataSettings s = settings();
  s.categorical = {"c"};
  const Dataset d = load_text("c,y\n10,1\n9,2\n-1,3\n9,4\n", Task::regression, s).dataset;
  CHECK(d.feature_names == std::vector<std::string>{"c=-1", "c=9", "c=10"});
  CHECK(d.x == std::vector<double>{0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0});
  // Declared, they may be mixed with words; bytes then decide the order.
  CHECK(load_text("c,y\n10,1\nx9,2\n9,3\n9,4\n", Task::regression, s).dataset.feature_names ==
        std::vector<std::string>{"c=10", "c=9", "c=x9"});
  // So they may be with what is no finite number: here it is a word.
  CHECK(load_text("c,y\ninf,1\n2,2\n1e999,3\n2,4\n", Task::regression, s).dataset.feature_names ==
        std::vector<std::string>{"c=1e999", "c=2", "c=inf"});
  CHECK(has(error_of([&] { load_text("c,y\n1,1\n1.0,2\n2,3\n2,4\n", Task::regression, s); }), "'1.0'"));
}

TEST_CASE("encode: a mix of numbers and words is an error at the first odd cell") {
  const std::string error = error_of([] { load_text("x1,x2,y\n1,1,1\n2,2,2\n3,abc,3\n4,def,4\n5,5,5\n"); });
  CHECK(has(error, "a.csv:4: "));
  CHECK(has(error, "'x2'"));
  CHECK(has(error, "'abc'"));
  CHECK(!has(error, "def"));
  const std::string number = error_of([] { load_text("c,y\na,1\nb,2\n3,3\na,4\n"); });
  CHECK(has(number, "a.csv:4: "));
  CHECK(has(number, "'3'"));
}

TEST_CASE("encode: decimal commas get that said, with few rows and with many") {
  DataSettings s = settings();
  s.delimiter = ";";
  for (const int times : {1, 60}) {
    std::string text = "a;y\n";
    for (int i = 0; i < 4 * times; ++i) text += std::to_string(i) + ",5;" + std::to_string(i) + "\n";
    const std::string error = error_of([&] { load_text(text, Task::regression, s); });
    CAPTURE(error);
    CHECK(has(error, "a.csv:2: "));
    CHECK(has(error, "decimal comma"));
  }
  const auto one = messages_of([&] { load_text("a;y\n1;1\n2,5;2\n3;3\n", Task::regression, s); });
  REQUIRE(one.size() == 1);
  CHECK(one[0].place.line == 3);
  CHECK(one[0].text == "column 'a': '2,5' is not a number: it has a decimal comma; 2 cells are");
  CHECK(has(one[0].hint, "decimal: \",\""));
}

TEST_CASE("encode: an identifier is not made a hundred columns") {
  std::string names = "name,y\n", many = "name,y\n";
  for (int i = 0; i < 30; ++i) names += "person" + std::to_string(i) + "," + std::to_string(i) + "\n";
  for (int i = 0; i < 1000; ++i) many += "n" + std::to_string(i % 101) + "," + std::to_string(i) + "\n";
  for (const std::string& text : {names, many}) {
    const std::string error = error_of([&] { load_text(text); });
    CHECK(has(error, "'name'"));
    CHECK(has(error, "exclude"));
  }
  std::string hundred = "name,y\n";
  for (int i = 0; i < 1000; ++i) hundred += "n" + std::to_string(i % 100) + "," + std::to_string(i) + "\n";
  CHECK(load_text(hundred).dataset.features == 100);
  std::string huge = "x,name,y\n0,,0\n";
  for (int i = 0; i < 10'001; ++i) huge += "1,n" + std::to_string(i) + "," + std::to_string(i % 7) + "\n";
  DataSettings all = settings();
  all.missing.usual = "mean";
  CHECK(has(error_of([&] { load_text(huge, Task::regression, all); }),
            "a.csv:3: error: column 'name': text with more than 10000 different values, 'n0' for one"));
  all.features.exclude = {"name"};
  CHECK(load_text(huge, Task::regression, all).dataset.rows == 10'002);
  // Excluded, it does not matter; nor does what is wrong in its cells.
  DataSettings s = settings();
  s.features.exclude = {"name"};
  CHECK(load_text("name,x,y\n1,1,1\nabc,2,2\n,3,3\n4,4,4\n", Task::regression, s).dataset.features == 1);
}

TEST_CASE("encode: missing cells are refused, with line and column") {
  for (const std::string missing : {"", "?", "NA", "nan", "NaN", " ", "\"\""}) {
    CAPTURE(missing);
    const std::string error = error_of([&] { load_text("a,b,y\n1,1,1\n2," + missing + ",2\n3,,3\n4,4,4\n"); });
    CHECK(has(error, "a.csv:3: "));
    CHECK(has(error, "'b'"));
    CHECK(has(error, "missing"));
    CHECK(has(error, "2"));
    CHECK(has(error, "data.missing"));
  }
}

TEST_CASE("encode: missing cells as means stay NaN until training rows are known") {
  DataSettings s = settings();
  s.missing.usual = "mean";
  const Prepared p = load_text("a,c,y\n1,u,1\n,v,2\n3,,3\n4,u,4\n5,v,5\n6,u,6\n7,v,7\n8,u,8\n", Task::regression, s);
  CHECK(p.dataset.rows == 8);
  CHECK(std::isnan(p.dataset.row(1)[0]));
  CHECK(std::isnan(p.dataset.row(2)[1]));
  CHECK(std::isnan(p.dataset.row(2)[2]));
  CHECK(p.dataset.row(1)[2] == 1);
  CHECK(has(error_of([&] { load_text("a,y\n1,1\n2,NA\n3,3\n4,4\n", Task::regression, s); }), "a.csv:3: "));
  CHECK(has(error_of([&] { load_text("a,b,y\n,1,1\n,2,2\n,3,3\n,4,4\n", Task::regression, s); }), "'a'"));
}

TEST_CASE("encode: columns without any value are named, whether numbers, categories or the target") {
  for (const char* missing : {"drop_row", "mean"})
    for (const bool declared : {false, true}) {
      CAPTURE(missing);
      CAPTURE(declared);
      DataSettings s = settings();
      s.missing.usual = missing;
      if (declared) s.categorical = {"a", "y"};
      for (const Task task : {Task::regression, kClasses}) {
        const std::string feature = error_of([&] { load_text("a,y\n,1\nNA,2\n?,1\n", task, s); });
        CHECK(has(feature, "a.csv:2: error: column 'a': every cell is missing"));
        const std::string target = error_of([&] { load_text("a,y\n1,\n2,NA\n1,?\n", task, s); });
        CHECK(has(target, "a.csv:2: error: column 'y': every cell is missing"));
        CHECK(!has(target, "class"));
        CHECK(!has(target, "holds text"));
      }
    }
  const auto refused = messages_of([] { load_text("a,y\n1,\n2,NA\n1,?\n", kClasses); });
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].text == "column 'y': a missing value, '', the first of 3");
  // No rule but one helps a target: the others would be refused next.
  CHECK(refused[0].hint == "missing: {columns: {y: drop_row}} below data: drops the rows; a target is never filled");
}

TEST_CASE("encode: rows with missing cells are dropped, and it is said how many") {
  DataSettings s = settings();
  s.missing.usual = "drop_row";
  const Prepared p = load_text("a,b,y\n1,9,1\n,9,2\n3,9,3\n4,9,\n5,?,5\n6,8,6\n7,9,7\n", Task::regression, s);
  CHECK(p.dataset.y == std::vector<double>{1, 3, 6, 7});
  CHECK(p.dataset.x == std::vector<double>{1, 9, 3, 9, 6, 8, 7, 9});
  REQUIRE(!p.notices.empty());
  CHECK(has(p.notices[0], "3"));
  CHECK(has(p.notices[0], "dropped"));
  s.features.exclude = {"b"};  // what is not used drops nothing
  CHECK(load_text("a,b,y\n1,,1\n2,,2\n3,,3\n4,,4\n", Task::regression, s).dataset.rows == 4);
  s.features.exclude = {};
  CHECK(has(error_of([&] { load_text("a,b,y\n1,,1\n,2,2\n", Task::regression, s); }), "missing"));
}

TEST_CASE("encode: classes in the order of numbers, else of bytes; the last is positive, or the one asked for") {
  const Dataset numbers = load_text("x,y\n" + repeated("1,10\n2,9\n3,-1\n", 4), kClasses).dataset;
  CHECK(numbers.classes == std::vector<std::string>{"-1", "9", "10"});
  CHECK(numbers.y[0] == 2);
  CHECK(numbers.y[2] == 0);
  const Dataset words = load_text("x,y\n" + repeated("1,yes\n2,no\n", 4), kClasses).dataset;
  CHECK(words.classes == std::vector<std::string>{"no", "yes"});
  CHECK(words.y[0] == 1);
  DataSettings s = settings();
  s.positive = "no";
  const Dataset turned = load_text("x,y\n" + repeated("1,yes\n2,no\n", 4), kClasses, s).dataset;
  CHECK(turned.classes == std::vector<std::string>{"yes", "no"});
  CHECK(turned.y[0] == 0);
  s.positive = "yes";
  CHECK(load_text("x,y\n" + repeated("1,yes\n2,no\n", 4), kClasses, s).dataset.classes == words.classes);
  s.positive = "yse";
  const auto unknown = messages_of([&] { load_text("x,y\n" + repeated("1,yes\n2,no\n", 4), kClasses, s); });
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].path == "data.positive");
  CHECK(has(unknown[0].hint, "'yes'"));
  s.positive = "b";
  const auto three = messages_of([&] { load_text("x,y\n" + repeated("1,a\n2,b\n3,c\n", 4), kClasses, s); });
  REQUIRE(three.size() == 1);
  CHECK(three[0].path == "data.positive");
}

TEST_CASE("encode: labels that are no classes") {
  std::string many = "x,y\n";
  for (int i = 0; i < 2400; ++i) many += "1," + std::to_string(i / 2) + "\n";
  const auto text = [&](const std::string& t) { return error_of([&] { load_text(t, kClasses); }); };
  CHECK(has(text("x,y\n1,0\n2,1\n3,0.5\n4,1\n"), "a.csv:4: "));
  CHECK(has(text("x,y\n1,0\n2,1\n3,0.5\n4,1\n"), "'0.5'"));
  CHECK(has(text("x,y\n1,1\n2,1\n3,1\n4,1\n"), "one class"));
  CHECK(has(text(many), "target 'y' has more than 1000 classes"));
  for (int i = 0; i < 10'001; ++i) many += "1,word" + std::to_string(i) + "\n";
  CHECK(has(text(many), "target 'y' has more than 1000 classes"));
  CHECK(has(text("x,y\n1,1\n2,1.0\n3,0\n4,0\n"), "'1.0'"));
  CHECK(has(text("x,y\n1,1\n2,\n3,0\n4,0\n"), "a.csv:3: "));
}

TEST_CASE("encode: a regression needs numbers") {
  CHECK(has(error_of([] { load_text("x,y\n1,low\n2,high\n3,low\n4,high\n"); }),
            "a.csv:2: error: target 'y' holds text, 'low'"));
  DataSettings s = settings();
  s.missing.usual = "drop_row";
  CHECK(has(error_of([&] { load_text("x,y\n1,NA\n2,high\n3,low\n4,high\n", Task::regression, s); }),
            "a.csv:3: error: target 'y' holds text, 'high'"));
  CHECK(has(error_of([] { load_text("x,y\n1,1\n2,2\n3,x\n4,4\n"); }), "a.csv:4: "));
}

TEST_CASE("encode: unknown names point to their settings, all at once, with what is near") {
  DataSettings s = settings();
  s.target = "taget";
  s.features.include = {"x1", "x3"};
  s.categorical = {"x22"};
  const auto m = messages_of([&] { load_text("x1,x2,target\n1,2,3\n4,5,6\n", Task::regression, s); });
  REQUIRE(m.size() == 3);
  std::string all;
  for (const Message& message : m) all += message.path + "|" + message.hint + "\n";
  CHECK(has(all, "data.target|did you mean 'target'?"));
  CHECK(has(all, "data.features.include.1|did you mean 'x"));
  CHECK(has(all, "data.categorical.0|did you mean 'x2'?"));
  // A thousand columns are not listed.
  std::string wide = "target";
  for (int i = 0; i < 1000; ++i) wide += ",column" + std::to_string(i);
  s = settings();
  s.target = "nothing_like_it";
  std::string row = "1";
  for (int i = 0; i < 1000; ++i) row += ",2";
  const auto unlike = messages_of([&] { load_text(wide + "\n" + row + "\n", Task::regression, s); });
  REQUIRE(unlike.size() == 1);
  CHECK(unlike[0].text == "the data have no column 'nothing_like_it' for the target");
  CHECK(unlike[0].hint.starts_with("columns: target, column0, column1, "));
  CHECK(unlike[0].hint.ends_with(", column10 … (1001 in all)"));
  s.target = "colunm7";
  CHECK(has(error_of([&] { load_text(wide + "\n" + row + "\n", Task::regression, s); }), "did you mean 'column"));
}

TEST_CASE("encode: chosen features keep the file's order; none left is an error") {
  DataSettings s = settings();
  s.features.include = {"c", "a"};
  CHECK(load_text("a,b,c,y\n1,2,3,4\n1,2,3,4\n5,6,7,8\n1,1,1,1\n", Task::regression, s).dataset.feature_names ==
        std::vector<std::string>{"a", "c"});
  s.features.exclude = {"b"};
  CHECK(has(error_of([&] { load_text("a,b,c,y\n1,2,3,4\n1,2,3,4\n", Task::regression, s); }), "exclude"));
  s.features.include = {"a", "y"};
  s.features.exclude = {};
  const auto target = messages_of([&] { load_text("a,y\n1,2\n3,4\n5,6\n7,8\n", Task::regression, s); });
  REQUIRE(target.size() == 1);
  CHECK(target[0].path == "data.features.include.1");
  s.features.include = {};
  s.features.exclude = {"a"};
  CHECK(has(error_of([&] { load_text("a,y\n1,2\n3,4\n", Task::regression, s); }), "feature"));
  s.features.exclude = {"a", "b"};  // that none is left is not worth saying then
  const auto unknown = messages_of([&] { load_text("a,y\n1,2\n3,4\n", Task::regression, s); });
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].path == "data.features.exclude.1");
  CHECK(has(error_of([&] { load_text("y\n1\n2\n"); }), "feature"));
}

TEST_CASE("encode: features that do not fit into memory are refused, with what they need") {
  const Folder folder;
  std::string text = "c,y\n";
  for (int i = 0; i < 1000; ++i) text += "n" + std::to_string(i % 50) + "," + std::to_string(i) + "\n";
  folder.write("a.csv", text);
  const auto encoded = [&](double memory, const Spill& spill = {}) {
    FileMark mark;
    return encode(read_table(folder.path("a.csv"), "a.csv", {',', {}, "data.file"}, mark), settings(), Task::regression,
                  spill, memory);
  };
  // 1000 rows of 50 numbers of 8 bytes, and 2.5 times as much to work: 1 MB.
  const auto m = messages_of([&] { encoded(0.9e6); });
  REQUIRE(m.size() == 1);
  CHECK(m[0].place.file == "a.csv");
  CHECK(m[0].text == "1000 rows of 50 features need about 0.001 GB; the machine has 0.0009");
  CHECK(has(m[0].hint, "data.features"));
  CHECK(encoded(1.1e6).dataset.features == 50);
  CHECK(encoded(1.1e6, {folder.path(), 500'000}).dataset.many.rows() == 0);  // few
  CHECK(encoded(0.9e6, {folder.path(), 1000}).dataset.many.rows() == 1000);  // on the disk there is room
}

TEST_CASE("encode: two features of one name are an error") {
  CHECK(has(error_of([] { load_text("c,c=u,y\nu,1,1\nv,2,2\nu,3,3\nv,4,4\n"); }), "'c=u'"));
}

}  // namespace
}  // namespace holdout::data
