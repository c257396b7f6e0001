// libsvm and svmlight files to sparse datasets.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "data_files.hpp"
#include "libsvm.hpp"
#include "support/folder.hpp"

namespace holdout::data {
namespace {

using namespace testing;

const std::string kLibsvm = holdout::testing::tests_folder() + "/data/libsvm/";

DataSettings libsvm(const std::string& file = "a.libsvm") {
  DataSettings s;
  s.file = file;
  s.standardize = "none";
  return s;
}

Prepared load_libsvm(std::string_view text, Task task = Task::classification) {
  return load_text(text, task, libsvm());
}

const char* const kSmall =
    "# label, then what is not 0\n"
    "yes 2:1.5 7:-2 9:0 # nine is nothing\n"
    "\n"
    "no\r\n"
    "yes qid:3\t7:1e-3 1000000:+4\n"
    "  no 2:-0.25  \n"
    "no 7:8";

TEST_CASE("libsvm: rows, comments, queries, blank lines, rows without features") {
  const Prepared p = load_libsvm(kSmall);
  const Dataset& d = p.dataset;
  CHECK(d.is_sparse());
  CHECK(d.x.empty());
  CHECK(d.rows == 5);
  CHECK(d.features == 3);  // those that some row has; the largest index costs nothing
  CHECK(d.feature_names == std::vector<std::string>{"2", "7", "1000000"});
  CHECK(d.target_name == "label");
  CHECK(d.classes == std::vector<std::string>{"no", "yes"});
  CHECK(d.y == std::vector<double>{1, 0, 1, 0, 0});
  CHECK(d.sparse.start == std::vector<std::size_t>{0, 2, 2, 4, 5, 6});
  CHECK(d.sparse.columns == std::vector<std::uint32_t>{0, 1, 1, 2, 0, 1});
  CHECK(d.sparse.values == std::vector<double>{1.5, -2, 0.001, 4, -0.25, 8});
  CHECK(has(p.notices.at(0), "qid"));
  const Dataset zipped = load_text(gzipped(kSmall), Task::classification, libsvm("a.libsvm.gz")).dataset;
  CHECK(zipped.sparse.values == d.sparse.values);
  CHECK(zipped.y == d.y);
  const Dataset numbers = load_libsvm("1.5 1:1\n-2e3 1:2\n+7 1:3\n0 1:4\n", Task::regression).dataset;
  CHECK(numbers.y == std::vector<double>{1.5, -2000, 7, 0});
  CHECK(numbers.classes.empty());
  const Prepared zero = load_libsvm("1 0:1 1:2\n0 1:1\n1 0:1\n0 0:3\n");
  CHECK(zero.dataset.feature_names == std::vector<std::string>{"0", "1"});
  CHECK(has(zero.notices.at(0), "count from 0"));
}

TEST_CASE("libsvm: the format is a key, or the name's ending, or what the first line looks like") {
  const std::string pairs = "1 1:1\n0 1:2\n1 2:3\n0 2:2\n", table = "a,y\n1,0\n2,1\n3,0\n4,1\n";
  const auto sparse = [&](const std::string& file, const std::string& text, const std::string& format = "auto") {
    DataSettings s = libsvm(file);
    s.format = format;
    if (text == table) s.target = "y";
    return load_text(text, Task::classification, s).dataset.is_sparse();
  };
  for (const char* name : {"a.libsvm", "a.svm", "a.svmlight", "a.libsvm.gz", "a.txt", "a", "a.gz"}) {
    CAPTURE(name);
    CHECK(sparse(name, pairs));
  }
  CHECK(sparse("a.csv", pairs, "libsvm"));
  CHECK(sparse("a", "# first\n\n1 qid:2 1:1\n" + pairs));
  for (const char* name : {"a.csv", "a.tsv", "a.txt", "a", "a.csv.gz"}) {
    CAPTURE(name);
    CHECK(!sparse(name, table));
  }
  CHECK(!sparse("a.libsvm", table, "csv"));
  // Names with a blank and a colon are no pairs of an index and a value.
  DataSettings s = libsvm("a.txt");
  s.target = "y";
  CHECK(load_text("time at:12,y\n1,0\n2,1\n3,0\n4,1\n", Task::classification, s).dataset.feature_names ==
        std::vector<std::string>{"time at:12"});
  CHECK(load_text("1:2 3:4,y\n1,0\n2,1\n3,0\n4,1\n", Task::classification, s).dataset.feature_names ==
        std::vector<std::string>{"1:2 3:4"});
  const auto m = messages_of([&] { load_text(table, Task::classification, libsvm("a.txt")); });
  REQUIRE(m.size() == 1);
  CHECK(m[0].path == "data.target");
}

TEST_CASE("libsvm: a byte order mark is no part of the first label") {
  const Dataset expected = load_libsvm(kSmall).dataset;
  const std::string marked = std::string("\xEF\xBB\xBF") + (kSmall + std::string_view(kSmall).find("yes"));
  for (const char* name : {"a.libsvm", "a"}) {
    const Dataset got = load_text(marked, Task::classification, libsvm(name)).dataset;
    CHECK(got.classes == expected.classes);
    CHECK(got.y == expected.y);
    CHECK(got.sparse.values == expected.sparse.values);
  }
}

TEST_CASE("libsvm: a line may be long, up to 64 MiB") {
  std::string text = "0 1:2\n1 ";
  const int features = 150'000;  // more than two MiB
  for (int i = 1; i <= features; ++i) text += std::to_string(1'000'000 + i) + ":0.25 ";
  const Dataset d = load_libsvm(text + "\n0 3:4\n1 1:1\n").dataset;
  CHECK(d.features == features + 2);
  CHECK(d.sparse.start == std::vector<std::size_t>{0, 1, features + 1, features + 2, features + 3});
  const Folder folder;
  const auto grown = [&](std::size_t mebibytes) {
    folder.write("a.libsvm", "1 1:1\n0 2:1\n");
    std::filesystem::resize_file(folder.path("a.libsvm"), mebibytes << 20);  // with NUL characters, no line end
    return messages_of([&] { load(libsvm(), folder.path(), Task::classification, Seed{1}); });
  };
  auto m = grown(66);
  REQUIRE(m.size() == 1);
  CHECK(m[0].place.line == 3);
  CHECK(m[0].text == "the line is longer than 64 MiB");
  CHECK(has(m[0].hint, "line ends"));
  m = grown(63);
  REQUIRE(m.size() == 1);
  CHECK(m[0].place.line == 3);
  CHECK(m[0].text == "a NUL character");
}

TEST_CASE("hostile: each libsvm file gets the message that its index promises") {
  struct Case {
    const char* file;
    int line;
    std::vector<const char*> words;  // empty: it loads
  };
  const Case cases[] = {
      {"L00-control.libsvm", 0, {}},
      {"L01-index-negative.libsvm", 6, {"index", "-1"}},
      {"L03-index-zero.libsvm", 0, {}},
      {"L04-index-twice.libsvm", 4, {"index", "2", "twice"}},
      {"L06-no-colon.libsvm", 2, {"'2'", "colon"}},
      {"L09-comments.libsvm", 0, {}},
      {"L11-no-label.libsvm", 1, {"label"}},
      {"L13-csv-inside.libsvm", 1, {"commas", "format: csv"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.file);
    const std::string error = error_of([&] { load(libsvm(c.file), kLibsvm, Task::classification, Seed{7}); });
    CAPTURE(error);
    if (c.words.empty()) CHECK(error == "(none)");
    for (const char* word : c.words) CHECK(has(error, word));
    if (c.line > 0) CHECK(has(error, std::string(c.file) + ":" + std::to_string(c.line) + ": "));
  }
  const Dataset control = load(libsvm(cases[0].file), kLibsvm, Task::classification, Seed{7}).dataset;
  CHECK(control.rows == 40);
  CHECK(control.features == 4);
  CHECK(control.sparse.values[5] == 1.5621);  // line 2 of the file
  const Dataset comments = load(libsvm("L09-comments.libsvm"), kLibsvm, Task::classification, Seed{7}).dataset;
  CHECK(comments.sparse.values == control.sparse.values);
}

TEST_CASE("libsvm: what is wrong, with its line, all at once") {
  const std::pair<const char*, const char*> cases[] = {
      {"1 3:1 2:1", "index 2 comes after 3"},
      {"1 3000000000:1", "whole number from 0 to 2147483648"},
      {"1 99999999999999999999:1", "whole number"},
      {"1 1.5:1", "whole number"},
      {"1 :1", "whole number"},
      {"1 2:", "'' is no finite number"},
      {"1 2:x", "'x' is no finite number"},
      {"1 2:nan", "'nan' is no finite number"},
      {"1 2:1e999", "'1e999' is no finite number"},
      {"1 2 :1", "'2' has no colon"},
      {"1 2:1 qid:3", "whole number"},  // a query comes first
      {"1 qid:x 2:1", "a query is a whole number"},
      {"? 1:1", "missing value"},
      {"1\x01 1:1", "control character"},
      {"\xff 1:1", "not UTF-8"},
  };
  std::string all;
  for (const auto& [line, words] : cases) {
    CAPTURE(line);
    all += std::string(line) + "\n";
    const std::string text = "0 1:1\n" + std::string(line) + "\n";
    const std::string error = error_of([&] { load_libsvm(text); });
    CAPTURE(error);
    CHECK(has(error, "a.libsvm:2: error: "));
    CHECK(has(error, words));
  }
  CHECK(messages_of([&] { load_libsvm(all); }).size() == std::size(cases));
  const auto first = messages_of([&] { load_libsvm(all + all); });
  REQUIRE(first.size() == 20);
  CHECK(first.back().place.line == 20);
  for (std::size_t i = std::size(cases); i < 20; ++i) CHECK(first[i].hint == "");  // each was said once
  const std::string error = error_of([] { load_libsvm("1 1:1\nabc 2:1\n", Task::regression); });
  CHECK(has(error, "a.libsvm:2: "));
  CHECK(has(error, "'abc' is no finite number"));
  std::string many;
  for (int i = 0; i < 10'002; ++i) many += "word" + std::to_string(i) + " 1:1\n";
  CHECK(has(error_of([&] { load_libsvm(many); }), "target 'label' has more than 1000 classes"));
  CHECK(has(error_of([] { load_libsvm(""); }), "no rows"));
  CHECK(has(error_of([] { load_libsvm("# only\n\n"); }), "no rows"));
  CHECK(has(error_of([] { load_libsvm("1\n0\n"); }), "no row has a feature"));
  CHECK(has(error_of([] { load_libsvm("1 1:1\n1 1:2\n"); }), "one class only"));
  CHECK(has(error_of([] { load_libsvm("1 1:1\n+1 1:2\n0 1:1\n"); }), "same number"));
  CHECK(has(error_of([] { load_libsvm(std::string("1 1:1\n0 1:\0\n", 12)); }), "NUL"));
  CHECK(error_of([] { load_libsvm("1 2147483648:1\n0 1:1\n1 1:1\n0 1:1\n"); }) == "(none)");
}

TEST_CASE("libsvm: settings that are for columns are refused, naming each") {
  DataSettings s = libsvm();
  s.target = "y", s.missing.usual = "mean", s.categorical = {"1"}, s.features.exclude = {"1"};
  s.split.select(SplitSettings::column);
  s.split.column_name = "part";
  std::vector<std::string> paths;
  for (const Message& m : messages_of([&] { load_text(kSmall, Task::classification, s); })) paths.push_back(m.path);
  CHECK(paths == std::vector<std::string>{"data.target", "data.categorical", "data.missing", "data.features",
                                          "data.split.column"});
  s = libsvm();
  s.features.include = {"1"};
  const auto m = messages_of([&] { load_text(kSmall, Task::classification, s); });
  REQUIRE(m.size() == 1);
  CHECK(m[0].path == "data.features");
}

TEST_CASE("libsvm: splits: stratified, k-fold, and by a file beside it") {
  std::string text;
  for (int i = 0; i < 40; ++i)
    text += std::to_string(i % 4 == 0) + " " + std::to_string(i % 5 + 1) + ":" + std::to_string(i + 1) + "\n";
  const Folder folder;
  folder.write("a.libsvm", text);
  std::string parts = "part\n";
  for (int i = 0; i < 40; ++i) parts += i < 24 ? "train\n" : i < 32 ? "holdout\n" : "test\n";
  folder.write("parts.csv", parts);
  DataSettings s = libsvm();
  const auto split = [&] { return load(s, folder.path(), Task::classification, Seed{1}).split; };
  const Split drawn = split();
  CHECK(drawn.folds[0].train.size() == 30);
  s.split.select(SplitSettings::kfold);
  s.split.folds = 4;
  CHECK(split().folds.size() == 4);
  s.split.select(SplitSettings::leave_one_out);
  CHECK(has(error_of([&] { split(); }), "data.split: leave_one_out needs dense rows"));
  s.split.select(SplitSettings::column);
  s.split.column_name = "part", s.split.file = "parts.csv";
  const Split by_column = split();
  CHECK(by_column.folds[0].train.size() == 24);
  CHECK(by_column.folds[0].holdout.front() == 24);
  CHECK(by_column.test.size() == 8);
}

TEST_CASE("closed form: sparse features are scaled by their deviation about the mean, and not centred") {
  // Column 1: 0 0 3 0 0 3 has mean 1 and variance 2; column 2: 2 in all rows; column 3: only in the last, hold-out row.
  const std::string text = "1 2:2\n0 2:2\n1 1:3 2:2\n0 2:2\n1 2:2\n0 1:3 2:2\n1 2:2 3:1\n0 2:2\n";
  DataSettings s = libsvm();
  s.standardize = "deviation";
  const Prepared p = load_text(text, Task::classification, s);
  const Scaling scaling = fit_scaling(p.dataset, {0, 1, 2, 3, 4, 5}, Standardize::deviation);
  CHECK(scaling.mean == std::vector<double>{0, 0, 0});
  CHECK(scaling.scale[0] == doctest::Approx(std::sqrt(2.0)).epsilon(1e-15));
  CHECK(scaling.scale[1] == 1);  // constant
  CHECK(scaling.scale[2] == 1);  // nothing but zeros on these rows
  CHECK(scaling.apply(0, 0) == 0);
  CHECK(has(p.notices.at(0), "not centred"));
  CHECK(has(p.notices.at(1), "constant on the training rows"));
  CHECK(fit_scaling(p.dataset, {0, 1, 2, 3, 4, 5}, Standardize::none).scale == std::vector<double>{1, 1, 1});
  CHECK(fit_scaling(p.dataset, {0, 1, 2, 3, 4, 5}, Standardize::max_abs).scale == std::vector<double>{3, 2, 1});
  s.standardize = "auto";  // 11 of 24 values are there, and 12 with one more
  CHECK(has(load_text(text, Task::classification, s).notices.at(0), "divided by their largest absolute values"));
  CHECK(has(load_text(text.substr(0, text.size() - 1) + " 3:1\n", Task::classification, s).notices.at(0),
            "divided by their standard deviations"));
}

TEST_CASE("property: sparse scales are those of the same numbers in a table") {
  Stream draw = stream(Seed{3}, "sparse scales");
  std::string table = "a,b,c,y\n", sparse;
  for (int i = 0; i < 60; ++i) {
    std::string row;
    sparse += std::to_string(i % 2);
    for (int j = 0; j < 3; ++j) {
      const double x = draw.uniform() < 0.3 ? 1e6 * (j == 2) + draw.normal() : 0;
      row += to_text(x) + ",";
      if (x != 0) sparse += " " + std::to_string(j) + ":" + to_text(x);
    }
    table += row + std::to_string(i % 2) + "\n", sparse += "\n";
  }
  const Dataset dense = load_text(table, Task::classification).dataset, thin = load_libsvm(sparse).dataset;
  RowList rows;
  for (std::uint32_t i = 5; i < 50; ++i) rows.push_back(i);
  const Scaling a = fit_scaling(dense, rows, Standardize::deviation),
                b = fit_scaling(thin, rows, Standardize::deviation);
  for (std::size_t j = 0; j < 3; ++j) CHECK(b.scale[j] == doctest::Approx(a.scale[j]).epsilon(1e-14));
  CHECK(fit_scaling(dense, rows, Standardize::max_abs).scale == fit_scaling(thin, rows, Standardize::max_abs).scale);
}

TEST_CASE("libsvm: what does not fit into memory is refused while it is read") {
  const Folder folder;
  std::string text;
  for (int i = 0; i < 70'000; ++i) text += "1 1:1 2:1 3:1\n";
  folder.write("a.libsvm", text);
  FileMark mark;
  TableOptions options{',', {kLabel}, "data.file", 1e6};
  CHECK(has(error_of([&] { read_libsvm(folder.path("a.libsvm"), "a.libsvm", options, mark); }), "GB"));
  options.memory = 1e9;
  CHECK(read_libsvm(folder.path("a.libsvm"), "a.libsvm", options, mark).rows() == 70'000);
}

TEST_CASE("hostile: each byte of a libsvm file deleted, flipped or doubled: it loads or says why") {
  const Folder folder;
  int loaded = 0, refused = 0;
  const auto attempt = [&](const std::string& mutant) {
    folder.write("a.libsvm", mutant);
    try {
      const Dataset d = load(libsvm(), folder.path(), Task::classification, Seed{1}).dataset;
      REQUIRE(d.sparse.start.size() == d.rows + 1);
      REQUIRE(d.sparse.start.back() == d.sparse.values.size());
      for (const std::uint32_t column : d.sparse.columns) REQUIRE(column < d.features);
      for (const double x : d.sparse.values) REQUIRE((std::isfinite(x) && x != 0));
      ++loaded;
    } catch (const Error& e) {
      REQUIRE(!e.messages().empty());
      REQUIRE(e.fault() == Fault::input);
      ++refused;
    }
  };
  const std::string text = std::string(kSmall) + "\nyes 2:3\nno 7:1\n";
  attempt(text);
  REQUIRE(loaded == 1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    attempt(text.substr(0, i) + text.substr(i + 1));
    attempt(text.substr(0, i) + text[i] + text.substr(i));
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = text;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      attempt(flipped);
    }
  }
  CHECK(loaded > 200);
  CHECK(refused > 200);
}

}  // namespace
}  // namespace holdout::data
