// Rows for a trained model: columns by name, odd cells, blocks.
#include <doctest/doctest.h>

#include <cmath>

#include <holdout/data/rows.hpp>

#include "data_files.hpp"

namespace holdout::data {
namespace {

using testing::error_of;
using testing::Folder;
using testing::gzipped;
using testing::has;

RowFormat format() {
  RowFormat f;
  f.columns = {{"b", {}}, {"color", {"blue", "red"}}, {"a", {}}};
  return f;
}

struct Read {
  std::vector<std::vector<double>> x;
  std::vector<char> good;
  std::vector<std::string> kept, odd;
  std::size_t odd_rows = 0, blocks = 0;
};

Read read(std::string_view text, const RowFormat& f = format(), const std::string& name = "new.csv") {
  const Folder folder;
  folder.write(name, text);
  const auto reader = open_rows(folder.path(name), f);
  Read r;
  RowBlock block;
  while (reader->next(block)) {
    ++r.blocks;
    const Dataset& d = block.rows;
    for (std::size_t i = 0; i < d.rows; ++i) {
      r.x.emplace_back(d.features);
      if (d.is_sparse())
        for (std::size_t k = d.sparse.start[i]; k < d.sparse.start[i + 1]; ++k)
          r.x.back()[d.sparse.columns[k]] = d.sparse.values[k];
      else
        r.x.back().assign(d.row(i).begin(), d.row(i).end());
    }
    r.good.insert(r.good.end(), block.good.begin(), block.good.end());
    r.kept.insert(r.kept.end(), block.kept.begin(), block.kept.end());
    CHECK(d.y.size() == d.rows);
    CHECK(block.good.size() == d.rows);
  }
  for (const Message& m : reader->odd().messages())
    r.odd.push_back(std::to_string(m.place.line) + ": " + m.text + " | " + m.hint);
  r.odd_rows = reader->odd_rows();
  return r;
}

}  // namespace

TEST_CASE("rows: columns are found by name in any order; others are passed over, or kept as text") {
  RowFormat f = format();
  f.keep = {"id", "color"};
  const Read r = read("id,a,\"color\",extra,b\nx-1,1.5,red,no number,-2\n\"x,2\",3,blue,,4e1\n", f);
  CHECK(r.odd.empty());
  REQUIRE(r.x.size() == 2);
  CHECK(r.x[0] == std::vector<double>{-2, 0, 1, 1.5});
  CHECK(r.x[1] == std::vector<double>{40, 1, 0, 3});
  CHECK(r.kept == std::vector<std::string>{"x-1", "red", "x,2", "blue"});
}

TEST_CASE("rows: all columns that are missing are named at once, near ones suggested") {
  const std::string error = error_of([] { read("A,colour\n1,red\n"); });
  CHECK(has(error, "column 'b' is missing"));
  CHECK(has(error, "column 'color' is missing"));
  CHECK(has(error, "did you mean 'colour'"));
  CHECK(has(error, "column 'a' is missing"));
  CHECK(has(error, "new.csv:1: error"));
  CHECK(has(error_of([] { read("a,b,color,a\n"); }), "'a' is there twice"));
  CHECK(has(error_of([] { read("a;b;color\n1;2;red\n"); }), "--delimiter"));
  CHECK(has(error_of([] { read(""); }), "the file is empty"));
  RowFormat f = format();
  f.keep = {"ID"};
  CHECK(has(error_of([&] { read("id,a,b,color\n", f); }), "column to keep: 'ID' is missing"));
}

TEST_CASE("rows: an odd cell costs its row alone, and is named with its line") {
  const Read r = read("b,color,a\n1,red,1\n2,,2\nx,purple,1e301\n4,blue\n5,blue,5,5\n6,blue,6\n");
  CHECK(r.good == std::vector<char>{1, 0, 0, 0, 0, 1});
  CHECK(r.odd_rows == 4);
  REQUIRE(r.odd.size() == 6);
  CHECK(has(r.odd[0], "3: column 'color': a missing value, ''"));
  CHECK(has(r.odd[1], "4: column 'b': 'x' is not a number"));
  CHECK(has(r.odd[2], "4: column 'color': 'purple' is none of the values that the model was trained with | blue, red"));
  CHECK(has(r.odd[3], "4: column 'a': '1e301' is no finite number"));
  CHECK(has(r.odd[4], "5: the row has 2 cells, the header 3"));
  CHECK(has(r.odd[5], "6: the row has 4 cells, the header 3"));
  for (const std::size_t i : {1u, 2u, 3u, 4u}) CHECK(r.x[i] == std::vector<double>(4, 0.0));
  CHECK(r.x[5] == std::vector<double>{6, 1, 0, 6});
}

TEST_CASE("rows: missing cells are NaN in every feature of their column where the model fills them") {
  RowFormat f = format();
  f.fill_missing = true;
  const Read r = read("b,color,a\nNA,?,1\n", f);
  CHECK(r.odd.empty());
  CHECK(std::isnan(r.x[0][0]));
  CHECK(std::isnan(r.x[0][1]));
  CHECK(std::isnan(r.x[0][2]));
  CHECK(r.x[0][3] == 1);
}

TEST_CASE("rows: blocks, a compressed file, and only the first twenty oddities of many") {
  std::string text = "a,b,color\n";
  for (int i = 0; i < 2500; ++i) text += std::to_string(i) + "," + (i % 10 == 9 ? "?" : "7") + ",red\n";
  for (const Read& r : {read(text), read(gzipped(text))}) {
    CHECK(r.blocks == 3);
    REQUIRE(r.x.size() == 2500);
    for (std::size_t i = 0; i < r.x.size(); ++i) CHECK(r.x[i][3] == (i % 10 == 9 ? 0.0 : static_cast<double>(i)));
    CHECK(r.odd_rows == 250);
    CHECK(r.odd.size() == 20);
  }
}

TEST_CASE("rows: libsvm lines with and without labels; unknown indices have no weight") {
  RowFormat f;
  f.sparse = true, f.features = {"2", "5", "100"};
  const Read r = read("1 2:0.5 3:9 100:-1 # comment\n\n5:2\n-1 qid:3 2:1 2:2\n0 x:1\n0 5:inf\n0\n", f, "new.svm");
  CHECK(r.x == std::vector<std::vector<double>>{{0.5, 0, -1}, {0, 2, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}});
  CHECK(r.good == std::vector<char>{1, 1, 0, 0, 0, 1});
  REQUIRE(r.odd.size() == 3);
  CHECK(has(r.odd[0], "4: '2:2'"));
  CHECK(has(r.odd[2], "6: '5:inf'"));
}

TEST_CASE("rows: a file that is not there, a folder") {
  CHECK(has(error_of([] { open_rows("/nothere/x.csv", format()); }), "'/nothere/x.csv': no such file"));
  CHECK(has(error_of([] { open_rows("/tmp", format()); }), "is a directory"));
}

}  // namespace holdout::data
