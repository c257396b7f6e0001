// data.standardize, from the file to trained configurations.
#include <doctest/doctest.h>

#include <cmath>

#include "designs.hpp"
#include "objective.hpp"
#include "study/ran.hpp"
#include "study/study_text.hpp"

namespace holdout::study::testing {
namespace {

// Two columns of different size, one with an outlier; a fixed ridge penalty, so that scales decide what is shrunk.
std::string two_columns() {
  std::string text = "a,b,y\n";
  for (int i = 0; i < 80; ++i) {
    const double a = i % 7 - 3, b = i == 40 ? 5000 : 100.0 * (i % 11);
    text += to_text(a) + "," + to_text(b) + "," + to_text(2 * a + 0.01 * b + i % 3) + "\n";
  }
  return text;
}

std::string study_of(const std::string& file, const std::string& standardize, const std::string& training) {
  return "data: {file: " + file + ", target: y, " + standardize +
         "split: {method: holdout, test: 0.2}}\nmodel: {type: linear, l2: 0.1}\ntraining: {" + training + "}\n";
}

std::vector<double> values_of(const Ran& ran) {
  std::vector<double> values;
  for (const Trial& trial : ran.storage->trials()) values.push_back(trial.outcome.value);
  return values;
}

}  // namespace

TEST_CASE("standardize: each configuration of a search is the study that has it alone, to the last bit") {
  const Scratch scratch;
  const std::string file = scratch / "a.csv";
  std::ofstream(file) << two_columns();
  const std::string kMethods[] = {"robust", "none", "max_abs", "deviation"};
  for (const std::string training :
       {"optimizer: exact", "optimizer: adam, learning_rate: 0.05, epochs: 7, batch_size: 8, precision: float32"}) {
    CAPTURE(training);
    const Ran all(study_of(file, "standardize: {values: [robust, none, max_abs, deviation]}, ", training));
    const std::vector<double> values = values_of(all);
    REQUIRE(values.size() == 4);
    const std::optional<Winner> winner = all.storage->winner();
    REQUIRE((winner && winner->model));
    for (std::size_t i = 0; i < 4; ++i) {
      const Ran one(study_of(file, "standardize: " + kMethods[i] + ", ", training));
      CHECK(values_of(one) == std::vector<double>{values[i]});
      for (std::size_t j = 0; j < i; ++j) CHECK(values[i] != values[j]);
      if (winner->trial != static_cast<int>(i)) continue;
      CHECK(winner->model->scaling.scale == one.storage->winner()->model->scaling.scale);
      CHECK(winner->test == one.storage->winner()->test);
      CHECK(contains(winner->best_yaml, "standardize: " + kMethods[i]));
    }
    CHECK(values_of(Ran(study_of(file, "", training))) == std::vector<double>{values[3]});
    CHECK(values_of(Ran(study_of(file, "standardize: true, ", training))) == std::vector<double>{values[3]});
    CHECK(values_of(Ran(study_of(file, "standardize: false, ", training))) == std::vector<double>{values[1]});
  }
}

TEST_CASE("standardize: the normal form of dense data stays what it was, and old spellings are no change") {
  const Scratch scratch;
  std::ofstream(scratch / "a.csv") << two_columns();
  const auto record = [&](const std::string& standardize) {
    StudyFile file = read_text(study_of(scratch / "a.csv", standardize, "optimizer: exact"));
    const data::Prepared data = prepare(file);
    return record_of(file, data);
  };
  const StudyRecord usual = record("");
  CHECK(!contains(usual.text, "standardize"));
  CHECK(record("standardize: true, ").text == usual.text);
  CHECK(record("standardize: deviation, ").text == usual.text);
  const StudyRecord none = record("standardize: false, ");
  CHECK(contains(none.text, "standardize: none"));
  StudyRecord old = none;
  for (std::string* text : {&old.text, &old.fingerprint})
    text->replace(text->find("standardize: none"), 17, "standardize: false");
  CHECK(changes(old, none).empty());
  CHECK(changes(old, usual).size() == 1);
  CHECK(changes(usual, record("standardize: robust, ")).size() == 1);
}

TEST_CASE("standardize: of sparse rows auto is max_abs, and robust is refused") {
  const Scratch scratch;
  std::string text;
  for (int i = 0; i < 40; ++i)
    text += to_text(i % 5) + (i % 4 == 1 ? "" : i % 4 == 0 ? " 7:-8" : " 1:" + to_text(1 + i % 3)) + "\n";
  std::ofstream(scratch / "a.svm") << text;
  const auto study = [&](const std::string& standardize) {
    return "data: {file: " + (scratch / "a.svm") + standardize +
           ", split: {method: holdout}}\nmodel: {type: linear, l2: 0.1}\ntraining: {optimizer: exact}\n";
  };
  const Ran usual(study(""));
  CHECK(contains(usual.storage->study().text, "standardize: max_abs"));
  CHECK(usual.storage->winner()->model->scaling.scale == std::vector<double>{3, 8});
  CHECK(usual.storage->winner()->model->scaling.mean == std::vector<double>{0, 0});
  const Ran divided(study(", standardize: deviation"));
  CHECK(divided.storage->winner()->model->scaling.scale[1] != 8);
  // best.yaml says what auto was, and is read back to the same.
  StudyFile again = read_text(divided.storage->winner()->best_yaml);
  const data::Prepared data = prepare(again);
  CHECK(apply(again.study, {}).standardize == data::Standardize::deviation);
  for (const char* robust : {", standardize: robust", ", standardize: {values: [none, robust]}"})
    CHECK(contains(message_of([&] { Ran refused(study(robust)); }), "robust needs dense rows"));
}

}  // namespace holdout::study::testing
