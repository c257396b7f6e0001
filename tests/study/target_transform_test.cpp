// data.target_transform, from the file to predictions.
#include <doctest/doctest.h>

#include <cmath>

#include <nlohmann/json.hpp>

#include "study/ran.hpp"
#include "study/study_text.hpp"

namespace holdout::study::testing {
namespace {

// y = exp(0.5 + 0.3 a − 0.1 b + noise), to six places.
std::string growing() {
  std::string text = "a,b,y\n";
  for (int i = 0; i < 60; ++i) {
    const double a = i % 7 - 3, b = i % 11 - 4;
    char y[32];
    std::snprintf(y, sizeof y, "%.6f", std::exp(0.5 + 0.3 * a - 0.1 * b + 0.05 * (i % 5)));
    text += to_text(a) + "," + to_text(b) + "," + y + "\n";
  }
  return text;
}

std::string study_of(const std::string& file, const std::string& transform, const std::string& training,
                     const std::string& split = "{method: holdout, test: 0.2}") {
  return "data: {file: " + file + ", target: y, target_transform: " + transform + ", split: " + split +
         "}\nmodel: {type: linear, l2: 0.1}\ntraining: {" + training + "}\n";
}

data::Dataset two_rows() {
  data::Dataset rows;
  rows.rows = 2, rows.features = 2, rows.x = {1.5, -2, 0, 7}, rows.y = {0, 0};
  return rows;
}

}  // namespace

TEST_CASE("reference: scikit-learn's TransformedTargetRegressor around a standardized ridge") {
  // By tests/data/reference/make_preprocessing.py; of box_cox λ is exact to 1e-7.
  const struct {
    const char* transform;
    double first, second, digits;
  } cases[] = {{"log", 3.252761738393972, 0.9597919043952555, 1e-10},
               {"log1p", 3.2423840405922597, 1.0056209424088856, 1e-10},
               {"sqrt", 3.314768207523937, 0.986373776441461, 1e-10},
               {"standardize", 3.434651655863698, 0.9612977643684841, 1e-10},
               {"box_cox", 3.2516584022621684, 0.9554211987662494, 1e-6}};
  const Scratch scratch;
  std::ofstream(scratch / "a.csv") << growing();
  for (const auto& [transform, first, second, digits] : cases) {
    CAPTURE(transform);
    const Ran ran(study_of(scratch / "a.csv", transform, "optimizer: exact", "{method: holdout}"));
    const std::optional<Winner> winner = ran.storage->winner();
    REQUIRE((winner && winner->model));
    const std::vector<double> predicted = predict(*winner->model, two_rows());
    CHECK(predicted[0] == doctest::Approx(first).epsilon(digits));
    CHECK(predicted[1] == doctest::Approx(second).epsilon(digits));
    const TunedModel again = model_from(model_json(*winner->model), "model.json");
    CHECK(again.transform == winner->model->transform);
    CHECK(predict(again, two_rows()) == predicted);
    CHECK(contains(ran.data.notices.back(), "is trained as " + std::string(transform)));
  }
}

TEST_CASE("target transform: the value of a trial is the metric of predictions in the target's own units") {
  // The winner's test error of the first fold, from the stored model of a study that trains on the same rows alone.
  const Scratch scratch;
  std::ofstream(scratch / "a.csv") << growing();
  for (const std::string training :
       {"optimizer: exact", "optimizer: adam, learning_rate: 0.05, epochs: 30, stop: {patience: 5}"}) {
    const Ran ran(study_of(scratch / "a.csv", "log", training));
    const std::optional<Winner> winner = ran.storage->winner();
    REQUIRE((winner && winner->model));
    const data::Split& split = ran.data.split;
    data::Dataset test;
    test.features = 2;
    std::vector<double> y;
    for (const std::uint32_t i : split.test) {
      const auto row = ran.data.dataset.row(i);
      test.x.insert(test.x.end(), row.begin(), row.end()), test.y.push_back(0), ++test.rows;
      y.push_back(ran.data.dataset.y[i]);
    }
    const std::vector<double> predicted = predict(*winner->model, test);
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += (predicted[i] - y[i]) * (predicted[i] - y[i]);
    const auto refit = std::find_if(winner->refit_test.begin(), winner->refit_test.end(),
                                    [](const auto& m) { return m.first == "mse"; });
    REQUIRE(refit != winner->refit_test.end());
    CHECK(refit->second == doctest::Approx(sum / static_cast<double>(y.size())).epsilon(1e-12));
  }
}

TEST_CASE("target transform: each configuration of a search is the study that has it alone, to the last bit") {
  const Scratch scratch;
  std::ofstream(scratch / "a.csv") << growing();
  const std::string kKinds[] = {"none", "log", "sqrt", "box_cox"};
  for (const std::string training : {"optimizer: exact", "optimizer: adam, learning_rate: 0.05, epochs: 7"}) {
    const Ran all(study_of(scratch / "a.csv", "{values: [none, log, sqrt, box_cox]}", training));
    const std::vector<Trial> trials = all.storage->trials();
    REQUIRE(trials.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
      const Ran one(study_of(scratch / "a.csv", kKinds[i], training));
      CHECK(one.storage->trials().at(0).outcome.value == trials[i].outcome.value);
      CHECK(one.storage->trials().at(0).outcome.metrics == trials[i].outcome.metrics);
      for (std::size_t j = 0; j < i; ++j) CHECK(trials[i].outcome.value != trials[j].outcome.value);
    }
  }
}

TEST_CASE("target transform: what it does not go with is refused in words") {
  const Scratch scratch;
  std::ofstream(scratch / "a.csv") << "a,y\n1,3\n2,5\n3,0\n4,2\n5,1\n6,4\n7,2\n8,9\n";
  std::ofstream(scratch / "c.csv") << "a,y\n1,p\n2,q\n3,p\n4,q\n5,q\n6,p\n7,p\n8,q\n";
  const auto refused = [&](const std::string& data, const std::string& rest) {
    return message_of([&] {
      StudyFile file = read_text("data: {file: " + (scratch / data) + "}\n" + rest);
      prepare(file);
    });
  };
  const std::string exact = "\ntraining: {optimizer: exact}\n", linear = "model: {type: linear}" + exact;
  CHECK(contains(refused("a.csv, target: y, target_transform: log", linear),
                 "a.csv:4: error: data.target_transform: log is for targets > 0, and a row has 0"));
  CHECK(contains(refused("a.csv, target: y, target_transform: {values: [none, box_cox]}", linear), "box_cox is for"));
  CHECK(refused("a.csv, target: y, target_transform: log1p", linear) == "nothing was thrown");
  CHECK(contains(refused("c.csv, target: y, target_transform: log", "model: {type: logistic}" + exact),
                 "for regressions, and this study classifies"));
  CHECK(contains(refused("a.csv, target: y, target_transform: sqrt, split: {method: leave_one_out}", linear),
                 "not for leave_one_out"));
  CHECK(contains(refused("a.csv, target: y, target_transform: sqrt",
                         "model: {type: linear, loss: poisson}\ntraining: {optimizer: adam, learning_rate: 0.1}\n"),
                 "has a logarithm of its own"));
  CHECK(contains(
      refused("a.csv, target: y, target_transform: sqrt",
              "model: {type: linear, l2: {min: 0.001, max: 1, scale: log}}" + exact + "search: {method: gradient}\n"),
      "not for search.method: gradient"));
}

TEST_CASE("model.json: a target transform that does not fit together is refused") {
  const Scratch scratch;
  std::ofstream(scratch / "a.csv") << growing();
  const Ran ran(study_of(scratch / "a.csv", "box_cox", "optimizer: exact"));
  const auto json = nlohmann::json::parse(model_json(*ran.storage->winner()->model));
  const auto refused = [&](const std::string& key, const nlohmann::json& value) {
    auto changed = json;
    changed["target_transform"][key] = value;
    return message_of([&] { model_from(changed.dump(), "model.json"); });
  };
  CHECK(contains(refused("name", "exp"), "target_transform.name"));
  CHECK(contains(refused("name", "log"), "`target_transform`"));
  CHECK(contains(refused("scale", 0), "a scale that is not positive"));
  CHECK(contains(refused("exponent", "x"), "target_transform.exponent"));
}

}  // namespace holdout::study::testing
