// holdout export: the script's predictions against holdout's own.
#include <doctest/doctest.h>

#include <cmath>
#include <sstream>

#include "process.hpp"

using process::Folder;
using process::has;
using process::shell;

namespace {

// A Python that has numpy; empty: none.
std::string python(const Folder& folder) {
  for (const std::string name : {"python3", "/usr/bin/python3"})
    if (shell(folder, name + " -c 'import numpy'").code == 0) return name;
  return {};
}

std::string rows(const std::string& target) {
  std::string text = "size,color,depth,y\n";
  for (int i = 0; i < 60; ++i) {
    const char* color = i % 3 == 0 ? "red" : i % 3 == 1 ? "\"it's \\\"\"blue\"\"\"" : "dark green";
    const double size = (i * 7) % 11 + 0.1;
    text += (i % 13 == 12 ? "NA" : std::to_string(size)) + "," + color + "," + std::to_string((i * 5) % 7) + ",";
    const int k = ((i * 7) % 11 + i % 3) % (target == "three" ? 3 : 2);
    text += target == "numbers"  ? std::to_string(2 * size + i % 3)
            : target == "counts" ? std::to_string(i % 5)
                                 : "k" + std::to_string(k);
    text += "\n";
  }
  return text;
}

// Cells of two CSV texts: numbers to 1e-9, words as they are.
void check_same(const std::string& a, const std::string& b) {
  std::istringstream one(a), two(b);
  std::string left, right;
  std::size_t lines = 0;
  while (std::getline(one, left)) {
    REQUIRE(std::getline(two, right));
    ++lines;
    std::istringstream l(left), r(right);
    std::string x, y;
    while (std::getline(l, x, ',')) {
      REQUIRE(std::getline(r, y, ','));
      char *x_end = nullptr, *y_end = nullptr;
      const double p = std::strtod(x.c_str(), &x_end), q = std::strtod(y.c_str(), &y_end);
      if (*x_end == 0 && *y_end == 0)
        CHECK(std::abs(p - q) <= 1e-9 * std::max(1.0, std::abs(p)));
      else
        CHECK(x == y);
    }
    CHECK(!std::getline(r, y, ','));
  }
  CHECK(!std::getline(two, right));
  CHECK(lines > 50);
}

}  // namespace

TEST_CASE("export: a Python script predicts as holdout does, for every kind of model") {
  Folder folder;
  const std::string python3 = python(folder);
  if (python3.empty()) {
    MESSAGE("skipped: python3 with numpy is not there");
    return;
  }
  const struct {
    const char *target, *model, *training;
    int degree = 1;  // of products of words, numbers and gaps
    const char* threshold = "even";
    const char* data = "";
  } cases[] = {
      {"numbers", "type: linear, l2: 0.01", "optimizer: exact"},
      {"numbers", "type: linear, l2: 0.01", "optimizer: exact", 3},
      {"counts", "type: linear, loss: poisson, l2: 0.01", "optimizer: adam, learning_rate: 0.05, epochs: 20"},
      {"two", "type: logistic, l2: 0.01", "optimizer: exact"},
      {"two", "type: svm, l2: 0.01", "optimizer: adam, learning_rate: 0.05, epochs: 20"},
      {"three", "type: softmax, l2: 0.01", "optimizer: exact"},
      {"two", "type: logistic, l2: 0.01", "optimizer: exact", 1, "tuned"},
      {"two", "type: softmax, l2: 0.01", "optimizer: exact", 1, "tuned"},
      {"two", "type: svm, l2: 0.01", "optimizer: adam, learning_rate: 0.05, epochs: 20", 1, "tuned"},
      {"two", "type: mlp, hidden: [5], activation: tanh", "optimizer: adam, learning_rate: 0.05, epochs: 20"},
      {"three", "type: mlp, hidden: [4, 3], activation: relu",
       "optimizer: adam, learning_rate: 0.05, epochs: 20, precision: float32", 2},
      {"numbers", "type: mlp, hidden: [4], activation: sigmoid", "optimizer: adam, learning_rate: 0.05, epochs: 20"},
      {"numbers", "type: mlp, hidden: [4], activation: identity", "optimizer: adam, learning_rate: 0.05, epochs: 20"},
      {"numbers", "type: linear, l2: 0.01", "optimizer: exact", 1, "even",
       ", standardize: robust, target_transform: log"},
      {"numbers", "type: linear, l2: 0.01", "optimizer: exact", 1, "even",
       ", standardize: max_abs, target_transform: log1p"},
      {"numbers", "type: linear, l2: 0.01", "optimizer: exact", 2, "even",
       ", target_transform: sqrt, encode: {color: ordinal}"},
      {"numbers", "type: linear, l2: 0.01", "optimizer: exact", 1, "even", ", target_transform: standardize"},
      {"numbers", "type: mlp, hidden: [4]", "optimizer: adam, learning_rate: 0.05, epochs: 20", 1, "even",
       ", target_transform: box_cox, encode: {color: target, depth: ordinal}"},
      {"two", "type: logistic, l2: 0.01", "optimizer: exact", 1, "even", ", encode: {color: target, depth: target}"},
  };
  for (const auto& [target, model, training, degree, threshold, data] : cases) {
    CAPTURE(model);
    CAPTURE(data);
    const std::string features = degree > 1 ? ", features: {polynomial: " + std::to_string(degree) + "}" : "";

    process::write_file(folder.path / "rows.csv", rows(target));
    const bool numbers = std::string(target) == "numbers" || std::string(target) == "counts";
    process::write_file(folder.path / "s.yaml", "name: s\ndata: {file: rows.csv, target: y, missing: mean" + features +
                                                    data + "}\nmodel: {" + model + "}\ntraining: {" + training +
                                                    "}\nobjective: {metric: " + (numbers ? "mse" : "error") +
                                                    ", threshold: " + threshold + "}\n");
    const auto run = shell(folder, "$H run s.yaml --out run --fresh --quiet");
    REQUIRE_MESSAGE(run.code == 0, run.err);
    const auto ours = shell(folder, "$H predict run rows.csv");
    REQUIRE_MESSAGE(ours.code == 0, ours.err);
    REQUIRE(shell(folder, "$H export run --to python --out model.py").code == 0);
    const auto theirs = shell(folder, python3 + " -W error model.py rows.csv");
    REQUIRE_MESSAGE(theirs.code == 0, theirs.err);
    check_same(ours.out, theirs.out);
    CHECK(shell(folder, python3 + " model.py < rows.csv").out == theirs.out);
  }
}

TEST_CASE("export, predict: categories that no row of the training had, ignored where the study says so") {
  Folder folder;
  const std::string python3 = python(folder);
  process::write_file(folder.path / "rows.csv", rows("numbers"));
  const auto study = [](const char* unseen) {
    return std::string("name: s\ndata: {file: rows.csv, target: y, missing: mean, unseen: ") + unseen +
           "}\nmodel: {type: linear, l2: 0.01}\ntraining: {optimizer: exact}\n";
  };
  std::string text = "size,color,depth\n";
  for (int i = 0; i < 60; ++i)
    text += std::to_string(i % 9) +
            (i % 3 == 0   ? ",red,"
             : i % 3 == 1 ? ",pink,"
                          : ",13,") +
            std::to_string(i % 7) + "\n";
  process::write_file(folder.path / "new.csv", text);
  process::write_file(folder.path / "s.yaml", study("refuse"));
  REQUIRE(shell(folder, "$H run s.yaml --out run --quiet").code == 0);
  const auto refused = shell(folder, "$H predict run new.csv");
  CHECK(refused.code == 2);
  CHECK(has(refused.err, "'pink' is none of the values that the model was trained with"));
  CHECK(!has(process::read_file(folder.path / "run/model.json"), "unseen"));

  process::write_file(folder.path / "s.yaml", study("ignore"));
  REQUIRE(shell(folder, "$H run s.yaml --out run --fresh --quiet").code == 0);
  const auto ours = shell(folder, "$H predict run new.csv");
  REQUIRE_MESSAGE(ours.code == 0, ours.err);
  CHECK(has(ours.err,
            "column 'color': 40 cells have values that the model was not trained with, and that count as none "
            "(data.unseen: ignore): pink, 13"));
  CHECK(has(process::read_file(folder.path / "run/model.json"), "\"unseen\": \"ignore\""));
  // No category: what is left is what a row of level "red" has without the weight of red.
  const auto prediction = [&](const std::string& color) {
    process::write_file(folder.path / "one.csv", "size,color,depth\n3," + color + ",2\n");
    const std::string out = shell(folder, "$H predict run one.csv").out;
    return std::stod(out.substr(out.find('\n') + 1));
  };
  CHECK(prediction("pink") == prediction("violet"));
  CHECK(prediction("pink") != prediction("red"));
  if (python3.empty()) return;
  REQUIRE(shell(folder, "$H export run --to python --out model.py").code == 0);
  const auto theirs = shell(folder, python3 + " -W error model.py new.csv");
  REQUIRE_MESSAGE(theirs.code == 0, theirs.err);
  CHECK(has(theirs.err, "note: color: 40 value(s) that the model was not trained with count as none: ['13', 'pink']"));
  check_same(ours.out, theirs.out);
}

TEST_CASE("export, predict: unknown categories of encoded columns are filled, or have the mean of all targets") {
  Folder folder;
  const std::string python3 = python(folder);
  process::write_file(folder.path / "rows.csv", rows("numbers"));
  process::write_file(
      folder.path / "s.yaml",
      "name: s\ndata: {file: rows.csv, target: y, missing: mean, unseen: ignore, encode: {color: target, "
      "depth: ordinal}}\nmodel: {type: linear, l2: 0.01}\ntraining: {optimizer: exact}\n");
  REQUIRE(shell(folder, "$H run s.yaml --out run --quiet").code == 0);
  std::string text = "size,color,depth\n";
  for (int i = 0; i < 60; ++i)
    text += std::to_string(i % 9) +
            (i % 3 == 0   ? ",red,"
             : i % 3 == 1 ? ",pink,"
                          : ",NA,") +
            std::to_string(i % 11) + "\n";
  process::write_file(folder.path / "new.csv", text);
  const auto ours = shell(folder, "$H predict run new.csv");
  REQUIRE_MESSAGE(ours.code == 0, ours.err);
  CHECK(has(ours.err, "column 'depth'"));
  if (python3.empty()) return;
  REQUIRE(shell(folder, "$H export run --to python --out model.py").code == 0);
  const auto theirs = shell(folder, python3 + " -W error model.py new.csv");
  REQUIRE_MESSAGE(theirs.code == 0, theirs.err);
  check_same(ours.out, theirs.out);
}

TEST_CASE("export: sparse rows") {
  Folder folder;
  const std::string python3 = python(folder);
  if (python3.empty()) return;
  std::string text;
  for (int i = 0; i < 60; ++i)
    text +=
        std::to_string(i % 2) + " " + std::to_string(2 + i % 3) + ":" + std::to_string(1 + i % 4) + " 9:0.5  # row\n";
  process::write_file(folder.path / "rows.svm", text);
  process::write_file(folder.path / "s.yaml",
                      "name: s\ndata: {file: rows.svm}\nmodel: {type: logistic, l2: 0.1}\n"
                      "training: {optimizer: exact}\n");
  REQUIRE(shell(folder, "$H run s.yaml --out run --quiet").code == 0);
  REQUIRE(shell(folder, "$H export run --to python > model.py").code == 0);
  const auto theirs = shell(folder, python3 + " model.py rows.svm");
  REQUIRE_MESSAGE(theirs.code == 0, theirs.err);
  check_same(shell(folder, "$H predict run rows.svm").out, theirs.out);
}

TEST_CASE("export: what is wrong is said") {
  Folder folder;
  CHECK(has(shell(folder, "$H export").err, "needs a run folder"));
  CHECK(has(shell(folder, "$H export nothere").err, "--to python"));
  CHECK(has(shell(folder, "$H export nothere --to python").err, "'nothere': no such run"));
}

TEST_CASE("export: the script refuses what the training would refuse, and reads what it reads") {
  Folder folder;
  const std::string python3 = python(folder);
  if (python3.empty()) return;
  std::string text = "sep=;\nGr\xf6\xdf\x65;city;x;y\n";
  for (int i = 0; i < 60; ++i)
    text += "1." + std::to_string(100 + i * 7 % 11) + "," + std::to_string(i % 10) + ";" +
            (i % 7 == 0 ? "-"
             : i % 2    ? "A"
                        : "B") +
            ";" + (i % 9 == 0 ? "-" : std::to_string(i % 5)) + ";" + std::to_string(i % 11) + ",5\n";
  process::write_file(folder.path / "rows.csv", text);
  process::write_file(folder.path / "s.yaml",
                      "name: s\ndata: {file: rows.csv, target: y, delimiter: \";\", encoding: windows-1252, decimal: "
                      "\",\", thousands: \".\", missing_words: [\"-\"], missing: {default: median, columns: {city: "
                      "level, x: indicator}}}\nmodel: {type: linear, l2: 0.01}\ntraining: {optimizer: exact}\n");
  const auto run = shell(folder, "$H run s.yaml --out run");
  REQUIRE_MESSAGE(run.code == 0, run.err);
  CHECK(has(run.err, "note: column 'city': 9 of 60 cells are missing (9 '-')"));
  CHECK(has(run.err, "note: column 'x': 7 of 60 cells are missing (7 '-'), filled with the mean"));
  REQUIRE(shell(folder, "$H export run --to python --out model.py").code == 0);
  const auto ours = shell(folder, "$H predict run rows.csv");
  REQUIRE_MESSAGE(ours.code == 0, ours.err);
  const auto theirs = shell(folder, python3 + " -W error model.py rows.csv");
  REQUIRE_MESSAGE(theirs.code == 0, theirs.err);
  check_same(ours.out, theirs.out);
  // The rules of best.yaml are those of the study.
  CHECK(shell(folder, "$H validate run/best.yaml").code == 0);
  const struct {
    const char *row, *says;
  } cases[] = {{"1.5;A;1", "'1.5' is not a number"}, {"2 kg;A;1", "'2 kg' is not a number"},
               {"1;C;1", "'C' is none of"},          {"1;A", "cells"},
               {"nan;A;1", "'nan' is not a number"}, {"1;A;1;9", "cells"}};
  for (const auto& [row, says] : cases) {
    CAPTURE(row);
    process::write_file(folder.path / "new.csv", std::string("Gr\xf6\xdf\x65;city;x\n1,5;A;1\n") + row + "\n");
    const auto refused = shell(folder, python3 + " model.py new.csv");
    CHECK(refused.code == 2);
    CHECK_MESSAGE(has(refused.err, says), refused.err);
    CHECK(has(refused.err, "line 3"));
    CHECK(!has(refused.err, "Traceback"));
    CHECK(shell(folder, "$H predict run new.csv").code == 2);
  }
  process::write_file(folder.path / "new.csv", "city;x\nA;1\n");
  CHECK(has(shell(folder, python3 + " model.py new.csv").err, "the file has 0 columns"));
}

TEST_CASE(
    "export and predict: a libsvm model refuses CSV files and rows of other indices, and counts what it passes over") {
  Folder folder;
  std::string text;
  for (int i = 0; i < 60; ++i)
    text += std::to_string(i % 2) + " 1:" + std::to_string(1 + i % 4) + " 3:0." + std::to_string(i % 7) + "5\n";
  process::write_file(folder.path / "rows.svm", text);
  process::write_file(folder.path / "s.yaml",
                      "name: s\ndata: {file: rows.svm}\nmodel: {type: logistic, l2: 0.1}\n"
                      "training: {optimizer: exact}\n");
  REQUIRE(shell(folder, "$H run s.yaml --out run --quiet").code == 0);
  REQUIRE(shell(folder, "$H export run --to python > model.py").code == 0);
  const std::string python3 = python(folder);
  const struct {
    const char *text, *says;
    int code;
  } cases[] = {{"label,a,b\n1,2,3\n", "label", 2},
               {"1 2 3\n", "INDEX:VALUE", 2},
               {"1 101:1 102:2\n", "101", 2},
               {"yes 1:2\n", "yes", 2},
               {"1 1:2 101:4\n1 1:2 102:0.5\n", "101", 0},
               {"1.0 1:2\n7 1:2\n", "1 row", 0},
               {"1 0:1 1:2\n", "0", 0}};
  for (const auto& [rows, says, code] : cases) {
    CAPTURE(rows);
    process::write_file(folder.path / "new", rows);
    const auto ours = shell(folder, "$H predict run new");
    CHECK(ours.code == code);
    CHECK_MESSAGE(has(ours.err, says), ours.err);
    if (python3.empty()) continue;
    const auto theirs = shell(folder, python3 + " -W error model.py new");
    CHECK_MESSAGE(theirs.code == code, theirs.err);
    CHECK_MESSAGE(has(theirs.err, says), theirs.err);
  }
  CHECK(has(shell(folder, "printf '1 0:1 1:2\\n' | $H predict run -").err, "are the indices shifted?"));
}

TEST_CASE("predict: a CSV model names a libsvm file as what it is") {
  Folder folder;
  process::write_file(folder.path / "rows.csv", rows("numbers"));
  process::write_file(folder.path / "s.yaml",
                      "name: s\ndata: {file: rows.csv, target: y, missing: mean}\nmodel: {type: linear, l2: 0.01}\n"
                      "training: {optimizer: exact}\n");
  REQUIRE(shell(folder, "$H run s.yaml --out run --quiet").code == 0);
  const auto refused = shell(folder, "printf '1 1:2 3:4\\n' | $H predict run -");
  CHECK(refused.code == 2);
  CHECK(has(refused.err, "libsvm"));
}
