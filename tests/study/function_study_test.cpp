#include <holdout/study/function_study.hpp>

#include <doctest/doctest.h>

#include "study/study_text.hpp"

namespace holdout::study {
namespace {

std::variant<StudyFile, FunctionStudy> read_traced(const std::string& text, const std::vector<std::string>& set = {}) {
  return read_traced_study(StudyText(text).path(), set);
}

// What is wrong; empty if nothing is.
std::string objections(const std::string& text, const std::vector<std::string>& set = {}) {
  try {
    read_traced(text, set);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

std::string function(const std::string& model, const std::string& training) {
  return "model: {type: function" + model + "}\ntraining: {" + training + "}\n";
}

}  // namespace

TEST_CASE("function study: needs no data; lists make the space; items of start are settings") {
  const auto read = read_traced(
      "name: valley\nseed: 4\n"
      "model: {type: function, name: rosenbrock, start: [{values: [-1, 0.5]}, 3]}\n"
      "training: {optimizer: {values: [gd, {name: momentum, momentum: 0.5}]}, learning_rate: 0.01, epochs: 7, noise: "
      "0.25}\n");
  const auto& study = std::get<FunctionStudy>(read);
  CHECK(study.name == "valley");
  CHECK(study.model.landscape().info.name == "rosenbrock");
  CHECK(study.model.start[1] == 3);
  CHECK(study.training.epochs == 7);
  CHECK(study.training.noise == 0.25);
  REQUIRE(study.space.size() == 2);
  CHECK(study.space.parameters()[0].path == "model.start.0");
  const FunctionStudy applied = apply(study, {{Value(0.5), Value(std::string("momentum"))}});
  CHECK(applied.model.start == std::array<double, 2>{0.5, 3});
  CHECK(applied.training.optimizer.rule().info.name == "momentum");
  CHECK(applied.training.optimizer.coefficients()[0] == 0.5);
}

TEST_CASE("function study: --set changes one number of start, or all") {
  const std::string text = function(", start: [1, 2]", "learning_rate: 0.1");
  CHECK(std::get<FunctionStudy>(read_traced(text, {"model.start.1=-4"})).model.start == std::array<double, 2>{1, -4});
  CHECK(std::get<FunctionStudy>(read_traced(text, {"model.start=[7, 8]"})).model.start == std::array<double, 2>{7, 8});
}

TEST_CASE("function study: a study of data stays one") {
  CHECK(std::holds_alternative<StudyFile>(read_traced(with("model: {type: linear}\n"))));
}

TEST_CASE("hostile: what is wrong with a function study is said where it stands") {
  const struct {
    std::string text, says;
  } cases[] = {
      {function(", name: bowll", "learning_rate: 1"), "did you mean 'bowl'"},
      {function(", start: [1]", "learning_rate: 1"),
       "1:32: error: model.start: expected two numbers, found a list of 1"},
      {function(", start: [1, 2, 3]", "learning_rate: 1"), "found a list of 3"},
      {function(", start: 3", "learning_rate: 1"), "expected two numbers, found '3'"},
      {function(", start: [1, x]", "learning_rate: 1"), "model.start.1: 'x' is not a number"},
      {function(", start: [1, .inf]", "learning_rate: 1"), "model.start.1"},
      {function(", start: [1, ]", "learning_rate: 1"), "found a list of 1"},
      {function(", start: [1e200, 2]", "learning_rate: 1"), "not finite there"},
      {function(", start: [{values: [1, 1e200]}, 2]", "learning_rate: 1"), "not finite there"},
      {function("", "optimizer: gd"), "training.learning_rate is missing"},
      {"model: {type: function}\n", "training.learning_rate is missing"},
      {function("", "learning_rate: auto"), "a function has none"},
      {function("", "learning_rate: {values: [1, auto]}"), "a function has none"},
      {function("", "learning_rate: {values: []}"), "2:36: error: training.learning_rate: 'values' is empty"},
      {function("", "learning_rate: {min: 0.1, max: 1}"),
       "2:27: error: training.learning_rate: a trace draws one path"},
      {function("", "learning_rate: {min: 0.1, max: 1, points: 33}"), "33 paths"},
      {function("", "learning_rate: 1, optimizer: exact"), "'exact' is not known"},
      {function("", "learning_rate: 1, noise: -1"), "training.noise"},
      {function("", "learning_rate: 1, epochs: 0"), "training.epochs"},
      {function("", "learning_rate: 1, batch_size: 3"), "unknown key 'batch_size'"},
      {function("", "learning_rate: 1") + "data: {file: a.csv, target: y}\n", "unknown key 'data'"},
  };
  for (const auto& [text, says] : cases) {
    CAPTURE(text);
    const std::string found = objections(text);
    CAPTURE(found);
    CHECK(has(found, says));
  }
}

TEST_CASE("read_study refuses a function, and says which command takes it") {
  const std::string found = complaints(function("", "learning_rate: 1"));
  CHECK(has(found, "1:15"));
  CHECK(has(found, "holdout trace"));
}

}  // namespace holdout::study
