// data.weight: read, checked, and left out of the features.
#include "weights.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "data_files.hpp"

namespace holdout::data {
namespace {

using namespace testing;

DataSettings weighted(const std::string& file = {}) {
  DataSettings s = settings();
  s.weight = {"w", file};
  return s;
}

// Ten rows, the weights given for the first of them, then 1.
std::string rows(const std::vector<std::string>& weights) {
  std::string text = "a,w,y\n";
  for (std::size_t i = 0; i < 10; ++i)
    text += std::to_string(i * i) + "," + (i < weights.size() ? weights[i] : "1") + "," + std::to_string(i % 3) + "\n";
  return text;
}

TEST_CASE("weight: the column is no feature, rows keep their weights up to a power of two") {
  const Prepared p = load_text(rows({"0.5", "0", "3"}), Task::regression, weighted());
  CHECK(p.dataset.feature_names == std::vector<std::string>{"a"});
  REQUIRE(p.dataset.weights.size() == 10);
  CHECK(p.dataset.weights[0] == p.dataset.weights[9] / 2);
  CHECK(p.dataset.weights[1] == 0);
  CHECK(p.dataset.weights[2] == 3 * p.dataset.weights[9]);
  CHECK(has(p.notices.back(), "'w': 10 rows are worth 6.785 of"));  // 10.5² / 16.25
  CHECK(has(p.notices.back(), "1 of weight 0"));
  CHECK(load_text(rows({}), Task::regression, settings()).dataset.weights.empty());
}

TEST_CASE("weight: huge and tiny ones are as good as others") {
  const Dataset huge = load_text(rows({"1e300", "1e300", "2e299"}), Task::regression, weighted()).dataset;
  double sum = 0;
  for (const double w : huge.weights) sum += w * w;
  CHECK(std::isfinite(sum));
  CHECK(huge.weights[0] == doctest::Approx(5 * huge.weights[2]));
  std::vector<std::string> tiny(10, "1e-310");
  CHECK(load_text(rows(tiny), Task::regression, weighted()).dataset.weights[3] > 0);
}

TEST_CASE("hostile: what is no weight is refused where it stands") {
  const auto said = [](const std::vector<std::string>& weights, const DataSettings& s = weighted()) {
    return error_of([&] { load_text(rows(weights), Task::regression, s); });
  };
  CHECK(has(said({"1", "-0.5"}), "a.csv:3: error: weight 'w': -0.5 is negative"));
  CHECK(has(said({"1", "1", "heavy"}), "a.csv:4: error: weight 'w': 'heavy' is not a number"));
  CHECK(has(said({"heavy"}), "a.csv:2: error: weight 'w': 'heavy' is not a number"));  // and not the numbers after it
  CHECK(has(said({"inf"}), "a.csv:2: error: weight 'w': 'inf' is no finite number"));
  CHECK(has(said({"1", ""}), "a.csv:3: error: weight 'w': a missing value"));
  CHECK(has(said(std::vector<std::string>(10, "0")), "the weights in 'w' are all 0"));
  DataSettings s = weighted();
  s.weight.column = "v";
  CHECK(has(said({}, s), "has no column 'v'"));
  s.weight.column = "y";
  CHECK(has(said({}, s), "'y' is the target, and cannot be the weight"));
  s = weighted();
  s.features.include = {"a", "w"};
  CHECK(has(said({}, s), "'w' is the weight, and cannot be a feature"));
  s = weighted();
  s.categorical = {"w"};
  CHECK(has(said({}, s), "weight 'w': '1' is text"));
  CHECK(has(said(std::vector<std::string>(10, "NA"), s), "a.csv:2: error: weight 'w': a missing value, 'NA'"));
  s = weighted();
  s.missing.usual = "drop_row";
  CHECK(has(said(std::vector<std::string>(10, "NA"), s), "the weights in 'w' are all 0 or missing"));
  CHECK(has(said({"NA", "heavy"}, s), "a.csv:3: error: weight 'w': 'heavy' is not a number"));
  s = weighted();
  s.split.select(SplitSettings::column);
  s.split.column_name = "w";
  CHECK(has(said({}, s), "'w' is the split column, and cannot be the weight"));
  s = weighted();
  s.weight = {"", "side.csv"};
  CHECK(has(said({}, s), "data.weight: 'column' is missing"));
  s = weighted();
  s.split.fraction = 0.1;  // one row: sooner or later one of weight 0
  std::vector<std::string> one(10, "0");
  one[4] = "1";
  CHECK(has(said(one, s), "the weights of all "));
}

TEST_CASE("hostile: a class whose training rows have weight 0 has none") {
  std::string text = "a,w,y\n";
  for (int i = 0; i < 20; ++i) text += std::to_string(i) + (i % 2 ? ",0,no\n" : ",1,yes\n");
  const std::string said = error_of([&] { load_text(text, Task::classification, weighted()); });
  CHECK(has(said, "class 'no' has no row of positive weight in the training part"));
}

TEST_CASE("weight: rows without one are dropped with those of other missing cells") {
  DataSettings s = weighted();
  s.missing.usual = "drop_row";
  const Prepared p = load_text(rows({"1", "NA", "4"}), Task::regression, s);
  CHECK(p.dataset.rows == 9);
  REQUIRE(p.dataset.weights.size() == 9);
  CHECK(p.dataset.weights[1] == 4 * p.dataset.weights[0]);
}

TEST_CASE("weight: a side file, also for sparse data") {
  const Folder folder;
  folder.write("a.libsvm", "1 1:2\n0 2:1\n1 1:1 2:3\n0 1:4\n1 2:2\n0 1:1\n");
  folder.write("w.csv", "v,w\n9,1\n9,2\n9,1\n9,2\n9,1\n9,2\n");
  DataSettings s;
  s.file = "a.libsvm";
  s.weight = {"w", {}};
  const auto loaded = [&] { return load(s, folder.path(), Task::classification, Seed{1}); };
  CHECK(has(error_of(loaded), "data.weight: a libsvm file has no columns"));
  s.weight.file = "w.csv";
  const Prepared p = loaded();
  REQUIRE(p.dataset.weights.size() == 6);
  CHECK(p.dataset.weights[1] == 2 * p.dataset.weights[0]);
  CHECK(p.files.back().path == "w.csv");
  folder.write("w.csv", "w\n1\n2\n");
  CHECK(has(error_of(loaded), "'w.csv' has 2 rows, the data 6"));
}

TEST_CASE("weight: a side file has the delimiter of the data; its column is no column of the data") {
  const Folder folder;
  folder.write("a.csv", "w\ta\ty\n1\t9\t1\n2\t8\t2\n3\t7\t3\n4\t6\t4\n");
  folder.write("side.csv", "v\tw\n0\t1\n0\t2\n0\t4\n0\t8\n");
  DataSettings s = weighted("side.csv");
  s.delimiter = "tab";
  s.features.include = {"w", "a"};  // of the data, and so no weight
  const Dataset d = load(s, folder.path(), Task::regression, Seed{1}).dataset;
  CHECK(d.feature_names == std::vector<std::string>{"w", "a"});
  CHECK(d.x == std::vector<double>{1, 9, 2, 8, 3, 7, 4, 6});
  CHECK(d.weights == std::vector<double>{0.125, 0.25, 0.5, 1});
}

TEST_CASE("weight: a split file may have a column of the same name") {
  const Folder folder;
  folder.write("a.csv", "a,w,y\n1,1,1\n2,2,2\n3,4,3\n4,1,4\n");
  folder.write("parts.csv", "w\ntrain\nholdout\ntrain\ntest\n");
  DataSettings s = weighted();
  s.split.select(SplitSettings::column);
  s.split.column_name = "w", s.split.file = "parts.csv";
  const Prepared p = load(s, folder.path(), Task::regression, Seed{1});
  CHECK(p.dataset.weights == std::vector<double>{0.25, 0.5, 1, 0.25});
  CHECK(p.split.folds[0].train == RowList{0, 2});
}

TEST_CASE("closed form: means and deviations with weights are those of repeated rows, dense and sparse") {
  Dataset d, copies;
  d.features = copies.features = 2;
  const double x[] = {1, 0, -2, 5, 7}, z[] = {0, 3, 0, 0.5, 0};
  const std::size_t count[] = {2, 1, 0, 3, 1};
  for (std::size_t i = 0; i < 5; ++i) {
    d.x.insert(d.x.end(), {x[i], z[i]});
    d.weights.push_back(static_cast<double>(count[i]) / 4);
    for (std::size_t copy = 0; copy < count[i]; ++copy) copies.x.insert(copies.x.end(), {x[i], z[i]});
  }
  d.rows = 5, copies.rows = 7;
  for (const bool sparse : {false, true}) {
    if (sparse)
      for (Dataset* each : {&d, &copies}) {
        each->sparse.start.push_back(0);
        for (std::size_t i = 0; i < each->rows; ++i) {
          for (std::uint32_t j = 0; j < 2; ++j)
            if (const double value = each->x[i * 2 + j]; value != 0)
              each->sparse.columns.push_back(j), each->sparse.values.push_back(value);
          each->sparse.start.push_back(each->sparse.values.size());
        }
      }
    const Scaling a = fit_scaling(d, {0, 1, 2, 3, 4}, Standardize::deviation),
                  b = fit_scaling(copies, {0, 1, 2, 3, 4, 5, 6}, Standardize::deviation);
    for (std::size_t j = 0; j < 2; ++j) {
      CHECK(a.mean[j] == doctest::Approx(b.mean[j]).epsilon(1e-14));
      CHECK(a.scale[j] == doctest::Approx(b.scale[j]).epsilon(1e-14));
      CHECK(a.fill[j] == doctest::Approx(b.fill[j]).epsilon(1e-14));
    }
  }
}

}  // namespace
}  // namespace holdout::data
