// data.encode and data.target_transform from a file of rows to predictions of others: what a run measures is what its
// stored model gives.
#include <doctest/doctest.h>

#include <cmath>
#include <sstream>

#include "process.hpp"

using process::Folder;
using process::has;
using process::lasting;
using process::read_file;
using process::shell;

namespace {

struct Rows {
  std::string text = "city,size,x,w,who,part,y\n";  // all
  std::string test = "city,size,x\n";               // of part `test`, without what predicting does not need
  std::vector<double> y;                            // of those
};

// Prices that grow by factors: cities with levels of their own, sizes in an order, gaps in both.
Rows prices(bool classes = false) {
  Rows rows;
  for (int i = 0; i < 240; ++i) {
    const int city = i * 7 % 12, size = i % 3, part = i * 11 % 16;
    const double y = std::exp(0.2 * (city * 5 % 12) + 0.3 * size + 0.1 * (i % 5) + 0.05 * ((i * 13 % 17) - 8));
    const std::string cells = (i % 19 == 18 ? "NA" : "c" + std::to_string(city)) + "," +
                              (i % 23 == 22 ? "" : std::to_string(size + 9)) + "," + std::to_string(i % 5);
    std::ostringstream price;
    price.precision(17), price << y;
    rows.text += cells + "," + std::to_string(i % 4) + "," + std::to_string(i % 20) + "," +
                 (part < 3   ? "test"
                  : part < 6 ? "holdout"
                             : "train") +
                 "," + (classes ? (y > 4 ? "high" : "low") : price.str()) + "\n";
    if (part < 3) rows.test += cells + "\n", rows.y.push_back(y);
  }
  return rows;
}

std::vector<double> last_cells(const std::string& csv) {
  std::istringstream in(csv);
  std::string line;
  std::vector<double> all;
  std::getline(in, line);
  while (std::getline(in, line)) all.push_back(std::stod(line.substr(line.rfind(',') + 1)));
  return all;
}

// Of the test rows, by the model that was trained on all others.
double refit_mse(const std::string& report) {
  const std::string key = "\"mse\": ";
  const std::size_t refit = report.find("\"refit\": {");
  REQUIRE(refit != std::string::npos);
  return std::stod(report.substr(report.find(key, refit) + key.size()));
}

void write(const Folder& folder, const std::string& data, const std::string& rest) {
  process::write_file(folder.path / "s.yaml",
                      "name: s\ndata: {file: d.csv, target: y, features: {include: [city, size, "
                      "x]}, missing: mean, " +
                          data + "}\n" + rest);
}

const std::string kEncode = "encode: {city: target, size: ordinal}";

}  // namespace

TEST_CASE("encode, target_transform: the error of test rows is that of predict's predictions, in the target's units") {
  const Folder folder;
  const Rows rows = prices();
  process::write_file(folder.path / "d.csv", rows.text), process::write_file(folder.path / "test.csv", rows.test);
  const std::string split = ", split: {method: column, column: part}";
  const struct {
    const char *data, *rest;
  } cases[] = {
      {"target_transform: log", "model: {type: linear, l2: 0.01}\ntraining: {optimizer: exact}\n"},
      {"target_transform: {values: [none, log, sqrt, box_cox]}, standardize: {values: [deviation, robust]}",
       "model: {type: linear, l2: {values: [0.001, 1]}}\ntraining: {optimizer: exact}\nsearch: {method: grid}\n"},
      {"target_transform: box_cox, weight: w",
       "model: {type: mlp, hidden: [4]}\ntraining: {optimizer: adam, learning_rate: 0.05, epochs: 25, precision: "
       "float32}\nobjective: {metric: mse}\n"},
      {"target_transform: standardize",
       "model: {type: linear, l1: 0.001, loss: huber}\ntraining: {optimizer: adam, learning_rate: 0.05, epochs: 25}\n"},
  };
  for (const auto& [data, rest] : cases) {
    CAPTURE(data);
    write(folder, std::string(data) + ", " + kEncode + split, rest);
    const auto run = shell(folder, "$H run s.yaml --out run --fresh --quiet");
    REQUIRE_MESSAGE(run.code == 0, run.err);
    const auto predicted = shell(folder, "$H predict run test.csv");
    REQUIRE_MESSAGE(predicted.code == 0, predicted.err);
    const std::vector<double> p = last_cells(predicted.out);
    REQUIRE(p.size() == rows.y.size());
    double sum = 0;
    for (std::size_t i = 0; i < p.size(); ++i) sum += (p[i] - rows.y[i]) * (p[i] - rows.y[i]);
    const double measured = refit_mse(read_file(folder.path / "run/report.json"));
    if (has(data, "weight"))  // test rows count by their weights there
      CHECK(std::isfinite(measured));
    else
      CHECK(measured == doctest::Approx(sum / static_cast<double>(p.size())).epsilon(1e-9));
    const auto verified = shell(folder, "$H verify run");
    CHECK_MESSAGE(verified.code == 0, verified.err);
    const auto best = shell(folder, "$H run run/best.yaml --out best --fresh --quiet");
    REQUIRE_MESSAGE(best.code == 0, best.err);
    CHECK(shell(folder, "$H predict best test.csv").out == predicted.out);
  }
}

TEST_CASE(
    "encode, target_transform: with folds, groups, repeats, outer folds and indicators; by any number of threads") {
  const Folder folder;
  const struct {
    const char* split;
    bool classes;
  } cases[] = {{"{method: kfold, folds: 3, group: who, outer: {folds: 2}}", false},
               {"{method: kfold, folds: 3, repeats: 2, test: 0.2}", false},
               {"{method: kfold, folds: 3, test: 0.2}", true},
               {"{method: time, folds: 3, test: 0.2}", true}};
  for (const auto& [split, classes] : cases) {
    CAPTURE(split);
    process::write_file(folder.path / "d.csv", prices(classes).text);
    const std::string model = classes ? "logistic, class_weight: balanced" : "linear";
    write(folder, kEncode + ", split: " + split + (classes ? "" : ", target_transform: {values: [log, standardize]}"),
          "model: {type: " + model +
              ", l2: {min: 0.001, max: 1, scale: log}}\ntraining: {optimizer: exact}\n"
              "search: {method: random, trials: 6}\n");
    const auto one = shell(folder, "$H run s.yaml --out one --fresh --quiet --threads 1");
    REQUIRE_MESSAGE(one.code == 0, one.err);
    REQUIRE(shell(folder, "$H run s.yaml --out three --fresh --quiet --threads 3").code == 0);
    CHECK(lasting(read_file(folder.path / "one/report.json")) == lasting(read_file(folder.path / "three/report.json")));
    CHECK(read_file(folder.path / "one/model.json") == read_file(folder.path / "three/model.json"));
    const auto verified = shell(folder, "$H verify one");
    CHECK_MESSAGE(verified.code == 0, verified.err);
  }
  process::write_file(folder.path / "d.csv", prices().text);
  process::write_file(folder.path / "s.yaml",
                      "data: {file: d.csv, target: y, features: {include: [city, size, x]}, " + kEncode +
                          ", missing: indicator}\nmodel: {type: linear, l2: 0.01}\ntraining: {optimizer: exact}\n");
  const auto run = shell(folder, "$H run s.yaml --out gaps --quiet");
  REQUIRE_MESSAGE(run.code == 0, run.err);
  CHECK(has(read_file(folder.path / "gaps/model.json"), "\"city=(missing)\""));
}
