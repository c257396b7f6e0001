// The tuned model at the command line: model.json and holdout predict.
#include <doctest/doctest.h>

#include <cmath>
#include <sstream>

#include "process.hpp"

using process::Folder;
using process::has;
using process::read_file;
using process::shell;

namespace {

std::vector<std::vector<std::string>> cells(const std::string& csv) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    rows.emplace_back();
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, ',');) rows.back().push_back(cell);
    if (line.ends_with(',')) rows.back().emplace_back();
  }
  return rows;
}

std::string study(const std::string& data, const std::string& model, const std::string& training) {
  return "name: t\nseed: 5\ndata: {" + data + "}\nmodel: {" + model + "}\ntraining: {" + training + "}\n";
}

// The split of shared reference runs: tests/data/reference/README.md.
std::string reference(const std::string& name, const std::string& split) {
  return "file: " HOLDOUT_SOURCE "/studies/data/" + name +
         ".csv, target: target, split: {method: column, file: " HOLDOUT_SOURCE "/tests/data/reference/" + split +
         ".split.csv, column: part0}";
}

// Thirty rows with words, numbers and gaps.
std::string mixed() {
  std::string text = "id,size,color,weight\n";
  for (int i = 0; i < 30; ++i) {
    const char* color = i % 3 == 0 ? "red" : i % 3 == 1 ? "blue" : "\"dark, green\"";
    text += "r" + std::to_string(i) + "," + (i % 7 == 6 ? "NA" : std::to_string(i % 5)) + "," + color + "," +
            std::to_string(2 * (i % 5) + i % 3 + 0.1 * (i % 4)) + "\n";
  }
  return text;
}

std::string mixed_study(const std::string& test) {
  return study("file: rows.csv, target: weight, missing: mean, features: {exclude: [id]}, split: {method: holdout, " +
                   test + "}",
               "type: linear, l2: {values: [0.001, 0.1]}", "optimizer: exact");
}

}  // namespace

TEST_CASE("predict: the refit gives the test scores of the reference solutions") {
  // tests/data/reference: λ* and refit scores by scipy and glmnet, which agree to 4e-8 and better.
  // concrete_quad is concrete with its squares and products of two.
  const struct {
    const char *name, *split, *features, *model;
    double score;
  } cases[] = {{"diabetes", "diabetes", "", "type: linear, l2: 0.18258266465777268", 2425.5336733738727},
               {"breast_cancer", "breast_cancer", "", "type: logistic, l2: 0.003356756742332471", 0.037341525785503815},
               {"concrete", "concrete_quad", ", features: {polynomial: 2}", "type: linear, l2: 0.004923173902900007",
                61.184459306685355}};
  for (const auto& [name, split, features, model, score] : cases) {
    CAPTURE(split);
    Folder folder;
    process::write_file(folder.path / "s.yaml", study(reference(name, split) + features, model, "optimizer: exact"));
    REQUIRE(shell(folder, "$H run s.yaml --out run --quiet").code == 0);
    const auto ended = shell(folder, std::string("$H predict run " HOLDOUT_SOURCE "/studies/data/") + name + ".csv");
    REQUIRE_MESSAGE(ended.code == 0, ended.err);
    const auto predicted = cells(ended.out),
               data = cells(read_file(HOLDOUT_SOURCE "/studies/data/" + std::string(name) + ".csv")),
               part = cells(read_file(HOLDOUT_SOURCE "/tests/data/reference/" + std::string(split) + ".split.csv"));
    REQUIRE(predicted.size() == data.size());
    CHECK(predicted[0].back() == "prediction");
    double sum = 0, n = 0;
    for (std::size_t i = 1; i < data.size(); ++i) {
      if (part[i].back() != "test") continue;
      const double y = std::stod(data[i].back());
      ++n;
      if (score > 1)
        sum += std::pow(std::stod(predicted[i].back()) - y, 2);
      else
        sum -= std::log(std::stod(predicted[i][y > 0 ? 1 : 0]));
    }
    CHECK(sum / n == doctest::Approx(score).epsilon(1e-7));
  }
}

TEST_CASE("predict: words and gaps, columns in another order, standard input; the same bits from model.json alone") {
  Folder folder;
  process::write_file(folder.path / "rows.csv", mixed());
  process::write_file(folder.path / "s.yaml", mixed_study("test: 0.2"));
  REQUIRE(shell(folder, "$H run s.yaml --out run --quiet").code == 0);
  const auto whole = shell(folder, "$H predict run rows.csv --keep id --keep color");
  REQUIRE_MESSAGE(whole.code == 0, whole.err);
  CHECK(whole.out.starts_with("id,color,prediction\nr0,red,"));
  CHECK(has(whole.out, "r2,\"dark, green\","));
  CHECK(shell(folder, "cat rows.csv | $H predict run - --keep id --keep color").out == whole.out);
  CHECK(shell(folder, "gzip -c rows.csv > z.gz; $H predict run/model.json z.gz --keep id --keep color").out ==
        whole.out);
  process::write_file(folder.path / "new.csv", "color\tid\tsize\nred\tr0\t0\n");
  const auto tab = shell(folder, "$H predict run new.csv --delimiter tab --keep id --keep color");
  CHECK(whole.out.starts_with(tab.out));
  CHECK(cells(tab.out).size() == 2);
}

TEST_CASE("predict: what is missing or odd is said with its line; the other rows are predicted") {
  Folder folder;
  process::write_file(folder.path / "rows.csv", mixed());
  process::write_file(folder.path / "s.yaml", mixed_study("test: 0.2"));
  REQUIRE(shell(folder, "$H run s.yaml --out run --quiet").code == 0);
  process::write_file(folder.path / "odd.csv", "size,color\n1,red\n2,pink\nx,blue\n3,blue\n");
  const auto odd = shell(folder, "$H predict run odd.csv");
  CHECK(odd.code == 2);
  const auto rows = cells(odd.out);
  REQUIRE(rows.size() == 5);
  CHECK(rows[2].back() == "\"\"");
  CHECK(std::isfinite(std::stod(rows[4].back())));
  CHECK(has(odd.err, "odd.csv:3: error: column 'color': 'pink'"));
  CHECK(has(odd.err, "odd.csv:4: error: column 'size': 'x'"));
  CHECK(has(odd.err, "2 of 4 rows are invalid"));
  process::write_file(folder.path / "less.csv", "sise\n1\n");
  const auto less = shell(folder, "$H predict run less.csv");
  CHECK(less.code == 2);
  CHECK(less.out.empty());
  CHECK(has(less.err, "column 'size' is missing"));
  CHECK(has(less.err, "did you mean 'sise'"));
  CHECK(has(less.err, "column 'color' is missing"));
  const struct {
    const char *line, *says;
  } cases[] = {
      {"$H predict run", "needs a data file"},
      {"$H predict", "needs a run folder"},
      {"$H predict run rows.csv more.csv", "more.csv"},
      {"$H predict nothere rows.csv", "'nothere': no such run"},
      {"$H predict . rows.csv", "holdout run STUDY makes one"},
      {"$H predict rows.csv rows.csv", "this is no JSON file"},
      {"$H predict run nothere.csv", "no such file"},
      {"$H predict run rows.csv --delimiter x", "none of"},
  };
  for (const auto& [line, says] : cases) process::check_refused(folder, line, says);
}

TEST_CASE("model.json: there also without test rows, and written again from study.db") {
  Folder folder;
  process::write_file(folder.path / "rows.csv", mixed());
  process::write_file(folder.path / "s.yaml", mixed_study("fraction: 0.3"));
  REQUIRE(shell(folder, "$H run s.yaml --out run --quiet").code == 0);
  const std::string model = read_file(folder.path / "run/model.json");
  CHECK(has(model, "\"coefficients\": ["));
  CHECK(has(model, "\"color=dark, green\""));
  std::filesystem::remove(folder.path / "run/model.json");
  const auto without = shell(folder, "$H predict run rows.csv");
  CHECK(without.code == 2);
  CHECK(has(without.err, "has no model.json yet"));
  REQUIRE(shell(folder, "$H report run").code == 0);
  CHECK(read_file(folder.path / "run/model.json") == model);
  // Trained on all rows: the hold-out rows count as well.
  REQUIRE(shell(folder, "$H run s.yaml --out other --quiet --set seed=6 --set model.l2=0.001").code == 0);
  REQUIRE(shell(folder, "$H run s.yaml --out same --quiet --set seed=7 --set model.l2=0.001").code == 0);
  const auto from_layers = [&](const std::string& run) {
    const std::string json = read_file(folder.path / run / "model.json");
    return json.substr(json.find("\"features\""));
  };
  CHECK(from_layers("other") == from_layers("same"));
}

TEST_CASE("predict: sparse rows, several classes") {
  Folder folder;
  std::string text;
  for (int i = 0; i < 60; ++i)
    text += std::to_string(i % 3) + " " + std::to_string(1 + i % 3) + ":" + std::to_string(1 + i % 4) + " 9:0.5\n";
  process::write_file(folder.path / "rows.svm", text);
  process::write_file(folder.path / "s.yaml",
                      study("file: rows.svm, standardize: false, split: {method: kfold, folds: 3}",
                            "type: softmax, l2: 0.01", "optimizer: exact"));
  REQUIRE(shell(folder, "$H run s.yaml --out run --quiet").code == 0);
  const auto ended = shell(folder, "$H predict run rows.svm");
  REQUIRE_MESSAGE(ended.code == 0, ended.err);
  const auto rows = cells(ended.out);
  REQUIRE(rows.size() == 61);
  CHECK(ended.out.starts_with("probability=0,probability=1,probability=2,prediction\n"));
  for (std::size_t i = 1; i < rows.size(); ++i) {
    CHECK(rows[i].back() == std::to_string((i - 1) % 3));
    CHECK(std::stod(rows[i][0]) + std::stod(rows[i][1]) + std::stod(rows[i][2]) == doctest::Approx(1).epsilon(1e-14));
  }
}
