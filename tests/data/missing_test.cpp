// What becomes of missing cells: rules by column, words that count as missing, fills of the training rows alone.
// Expected values are by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <holdout/data/rows.hpp>

#include "data_files.hpp"

namespace holdout::data {
namespace {

using namespace testing;

constexpr const char* kText = "city,x,y\nA,1,1\n,2,2\nB,,3\nA,4,4\nNA,9,5\nB,5,6\nA,6,7\nA,7,8\n";

bool same(std::span<const double> row, const std::vector<double>& expected) {
  for (std::size_t j = 0; j < expected.size(); ++j)
    if (!(row[j] == expected[j] || (std::isnan(row[j]) && std::isnan(expected[j])))) return false;
  return row.size() == expected.size();
}

TEST_CASE("missing: each column has its own rule, and the others the default") {
  DataSettings s = settings();
  s.missing.usual = "mean", s.missing.columns = {{"city", "level"}, {"x", "drop_row"}};
  const Prepared p = load_text(kText, Task::regression, s);
  CHECK(p.dataset.feature_names == std::vector<std::string>{"city=A", "city=B", "city=(missing)", "x"});
  CHECK(p.dataset.y == std::vector<double>{1, 2, 4, 5, 6, 7, 8});
  CHECK(same(p.dataset.row(0), {1, 0, 0, 1}));
  CHECK(same(p.dataset.row(1), {0, 0, 1, 2}));
  CHECK(same(p.dataset.row(3), {0, 0, 1, 9}));
  REQUIRE(p.notices.size() >= 2);
  CHECK(p.notices[0] == "1 of 8 rows dropped: missing values in 'x' (1 empty)");
  CHECK(p.notices[1] ==
        "column 'city': 2 of 7 cells are missing (1 empty, 1 'NA'), a category of their own: city=(missing)");
}

TEST_CASE("missing: where rows are dropped for another column, cells are counted among those that are left") {
  DataSettings s = settings();
  s.missing.usual = "mean", s.missing.columns = {{"x", "drop_row"}};
  const Prepared p = load_text("city,x,y\n,,1\n,1,2\nA,2,3\nB,3,4\nA,4,5\nB,5,6\n", Task::regression, s);
  REQUIRE(p.notices.size() >= 2);
  CHECK(p.notices[0] == "1 of 6 rows dropped: missing values in 'x' (1 empty)");
  CHECK(p.notices[1].starts_with("column 'city': 1 of 5 cells are missing (empty), filled with"));
}

TEST_CASE("missing: own words are not those of the split column, in the data file or beside it") {
  const char* const text = "x,part,y\n1,0,1\n-1,0,2\n3,1,3\n4,1,4\n5,-1,5\n-1,-1,-1\n";
  DataSettings s = settings();
  s.missing.usual = "mean", s.missing.columns = {{"y", "drop_row"}};
  s.cells.missing_words = {"-1"};
  s.split.select(SplitSettings::column);
  s.split.column_name = "part";
  const Prepared p = load_text(text, Task::regression, s);
  CHECK(p.dataset.y == std::vector<double>{1, 2, 3, 4, 5});  // of the target it is one
  CHECK(std::isnan(p.dataset.row(1)[0]));                    // and of the feature
  REQUIRE(p.split.folds.size() == 2);
  CHECK(p.split.folds[0].holdout == RowList{0, 1});
  CHECK(p.split.test == RowList{4});
  const Folder folder;
  folder.write("a.csv", "x,y\n1,1\n-1,2\n3,3\n4,4\n5,5\n");
  folder.write("parts.csv", "part\n0\n0\n1\n1\n-1\n");
  s.missing.columns.clear(), s.split.file = "parts.csv";
  const Prepared beside = load(s, folder.path(), Task::regression, Seed{});
  CHECK(beside.split.test == RowList{4});
  CHECK(std::isnan(beside.dataset.row(1)[0]));
  // A cell that is no part is shown as it is.
  folder.write("parts.csv", "part\n0\n0\n1\nNA\n-1\n");
  CHECK(has(error_of([&] { load(s, folder.path(), Task::regression, Seed{}); }),
            "parts.csv:5: error: column 'part': 'NA' is a missing value: the row is in no part"));
  folder.write("parts.csv", "part,z\n0,1\n0,1\n,1\n1,1\n-1,1\n");
  CHECK(has(error_of([&] { load(s, folder.path(), Task::regression, Seed{}); }),
            "parts.csv:4: error: column 'part' is empty: the row is in no part"));
}

TEST_CASE("missing: indicator adds a column, and fills as mean does") {
  DataSettings s = settings();
  s.missing.usual = "indicator";
  const Prepared p = load_text(kText, Task::regression, s);
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  CHECK(p.dataset.feature_names == std::vector<std::string>{"city=A", "city=B", "city=(missing)", "x", "x=(missing)"});
  CHECK(same(p.dataset.row(1), {kNaN, kNaN, 1, 2, 0}));
  CHECK(same(p.dataset.row(2), {0, 1, 0, kNaN, 1}));
  CHECK(has(p.notices[0],
            "column 'city': 2 of 8 cells are missing (1 empty, 1 'NA'), filled with the shares of its "
            "values of the training rows and marked by city=(missing)"));
  // Without gaps there is nothing to tell.
  CHECK(load_text("x,y\n1,1\n2,2\n3,3\n4,4\n", Task::regression, s).dataset.features == 1);
}

TEST_CASE("missing: medians are those of the training rows, weighted") {
  DataSettings s = settings();
  s.missing.usual = "median";
  Dataset d = load_text("x,z,y\n1,1,1\n,2,2\n10,3,3\n3,4,4\n100,5,5\n", Task::regression, s).dataset;
  CHECK(fit_scaling(d, {0, 1, 2, 3}, Standardize::deviation).fill[0] == 3);    // of 1, 10, 3
  CHECK(fit_scaling(d, {0, 2, 3, 4}, Standardize::deviation).fill[0] == 6.5);  // of 1, 3, 10, 100
  CHECK(fit_scaling(d, {0, 1, 2, 3}, Standardize::deviation).mean[0] == doctest::Approx(14.0 / 3).epsilon(1e-12));
  d.weights = {5, 1, 1, 1, 1};
  CHECK(fit_scaling(d, {0, 1, 2, 3, 4}, Standardize::deviation).fill[0] == 1);
  d.weights = {2, 1, 1, 1, 0};
  CHECK(fit_scaling(d, {0, 1, 2, 3, 4}, Standardize::deviation).fill[0] == 2);  // of 1, 1, 3, 10
}

TEST_CASE("missing: what cannot be is refused with what can") {
  DataSettings s = settings();
  s.missing.usual = "level";
  CHECK(has(error_of([&] { load_text(kText, Task::regression, s); }), "indicator"));
  s.missing.usual = "mean", s.missing.columns = {{"sity", "level"}};
  const auto unknown = messages_of([&] { load_text(kText, Task::regression, s); });
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].path == "data.missing.columns.sity");
  CHECK(has(unknown[0].hint, "'city'"));
  s.missing.columns = {{"x", "refuse"}};
  const auto refused = messages_of([&] { load_text(kText, Task::regression, s); });
  REQUIRE(refused.size() == 1);
  CHECK(has(refused[0].text, "column 'x'"));
  s.missing.columns = {{"y", "drop_row"}};
  CHECK(load_text("x,y\n1,\n2,2\n3,3\n,4\n5,5\n", Task::regression, s).dataset.rows == 4);
  s.missing.columns = {};
  const auto target = messages_of([&] { load_text("x,y\n1,\n2,2\n3,3\n4,4\n", Task::regression, s); });
  REQUIRE(target.size() == 1);
  CHECK(has(target[0].hint, "columns: {y: drop_row}"));
}

TEST_CASE("missing: the words are those of the study, empty cells always, numbers by their value") {
  DataSettings s = settings();
  s.missing.usual = "drop_row", s.cells.missing_words = {"-", "#N/A", "-999"};
  const Dataset d =
      load_text("c,x,y\nNA,1,1\n-,2,2\nNA,-999.0,3\n#N/A,4,4\nDE,5,5\n,6,6\nDE,-998,7\nNA,8,8\n", Task::regression, s)
          .dataset;
  CHECK(d.y == std::vector<double>{1, 5, 7, 8});
  CHECK(d.feature_names == std::vector<std::string>{"c=DE", "c=NA", "x"});
  for (const char* word : {"?", "NA", "N/A", "nan", "NaN", "NAN", "-nan", "null", "NULL", "None", ""}) {
    CAPTURE(word);
    DataSettings usual = settings();
    usual.missing.usual = "drop_row";
    CHECK(load_text("x,y\n1,1\n" + std::string(word) + ",2\n3,3\n4,4\n5,5\n", Task::regression, usual).dataset.rows ==
          4);
  }
}

TEST_CASE("missing: a model takes the missing cells of new rows as those it was trained with") {
  using Missing = InputColumn::Missing;
  const Folder folder;
  folder.write("new.csv", "a,b,c\n,,\nu,1,2\n-,-,3\nw,1,1\n");
  RowFormat format;
  format.columns = {{"a", {"u", "v"}, Missing::level}, {"b", {}, Missing::indicator}, {"c", {}, Missing::fill}};
  format.cells.missing_words = {"-"};
  const auto reader = open_rows(folder.path("new.csv"), format);
  RowBlock block;
  REQUIRE(reader->next(block));
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  CHECK(block.good == std::vector<char>{1, 1, 1, 0});
  CHECK(same(block.rows.row(0), {0, 0, 1, kNaN, 1, kNaN}));
  CHECK(same(block.rows.row(1), {1, 0, 0, 1, 0, 2}));
  CHECK(same(block.rows.row(2), {0, 0, 1, kNaN, 1, 3}));
}

}  // namespace
}  // namespace holdout::data
