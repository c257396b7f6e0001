#include <doctest/doctest.h>

#include "study/study_text.hpp"

namespace holdout::study {
namespace {

const std::string kStudy = with(
    "model: {type: logistic, l2: 0.1}\n"
    "training: {optimizer: momentum, learning_rate: 0.1, epochs: 5}\n");

std::string result(const std::vector<std::string>& overrides, const std::string& text = kStudy) {
  return to_yaml(read_text(text, overrides).study);
}

TEST_CASE("--set: values, subtrees, new sections and list items") {
  CHECK(has(result({"training.epochs=7"}), "epochs: 7\n"));
  CHECK(has(result({"search.trials=3", "search.method=random"}), "search:\n  method: random\n  trials: 3\n"));
  CHECK(has(result({"model.l2={min: 1e-3, max: 1, scale: log, points: 3}"}),
            "l2: {min: 0.001, max: 1, scale: log, points: 3}"));
  CHECK(has(result({"model.l2={min: 1, max: 2, points: 3}", "model.l2.points=4"}), "points: 4}"));
  CHECK(has(result({"training.stop.patience=4"}), "stop: {patience: 4}"));
  CHECK(has(result({"report.formats=[json, csv]", "report.formats.1=html"}), "formats: [json, html]"));
  CHECK(has(result({"name==1+1"}), "name: \"=1+1\"\n"));
}

TEST_CASE("--set: a shorthand's path and its member's are the same setting") {
  CHECK(has(result({"training.learning_rate=0.5"}), "learning_rate: 0.5\n"));
  CHECK(has(result({"training.learning_rate.start=0.5"}), "learning_rate: 0.5\n"));
  const std::string section = with("training: {learning_rate: {start: 0.1}}\n");
  CHECK(has(result({"training.learning_rate=0.5"}, section), "learning_rate: 0.5\n"));
  CHECK(has(result({"training.learning_rate={min: 1, max: 2, points: 3}"}, section),
            "learning_rate: {min: 1, max: 2, points: 3}\n"));
  CHECK(has(result({"training.learning_rate={start: 0.5}"}, section), "learning_rate: 0.5\n"));
}

TEST_CASE("--set: settings of an alternative") {
  CHECK(has(result({"training.optimizer.momentum.momentum=0.5"}), "optimizer: {name: momentum, momentum: 0.5}\n"));
  CHECK(has(result({"training.optimizer=adam", "training.optimizer.adam.beta1=0.8"}),
            "optimizer: {name: adam, beta1: 0.8}\n"));
  CHECK(has(result({"training.optimizer.adam.beta1=0.8"}, with("training: {learning_rate: 0.1}\n")),
            "optimizer: {name: adam, beta1: 0.8}\n"));
  const std::string searched = with("training: {learning_rate: 0.1, optimizer: {values: [gd, adam]}}\n");
  CHECK(has(result({"training.optimizer.adam.beta1=0.8"}, searched), "{values: [gd, {name: adam, beta1: 0.8}]}"));
  CHECK(has(complaints(kStudy, {"training.optimizer.adam.beta1=0.8"}),
            "error: --set training.optimizer.adam.beta1=0.8: training.optimizer is 'momentum', not adam"));
  CHECK(has(complaints(searched, {"training.optimizer.momentum.momentum=0.8"}), "momentum is not among the values"));
}

TEST_CASE("--set: errors name the option") {
  CHECK(has(complaints(kStudy, {"training.epochs=abc"}),
            "error: --set training.epochs=abc: training.epochs: 'abc' is not an integer from 1"));
  CHECK(has(complaints(kStudy, {"training.epochs"}), "--set 'training.epochs' is not path=value\n  for example --set"));
  CHECK(has(complaints(kStudy, {"training..epochs=1"}), "is not path=value"));
  CHECK(has(complaints(kStudy, {"training.epoch=1"}),
            "--set training.epoch=1: unknown key 'epoch' in training\n  did you mean 'epochs'?"));
  CHECK(has(complaints(kStudy, {"trainin.epochs=1"}), "unknown key 'trainin'"));
  CHECK(has(complaints(kStudy, {"training.epochs="}), "--set training.epochs=: training.epochs: the value is missing"));
  CHECK(has(complaints(kStudy, {"model.l2=[1, "}),
            "--set model.l2=[1, : the bracket '[' that opens here is never closed"));
  CHECK(has(complaints(kStudy, {"report.formats=[json]", "report.formats.1=csv"}), "no such item in a list of 1"));
  CHECK(has(complaints(kStudy, {std::string("name=a\x1b[2J")}), "control character 0x1b"));
  CHECK_FALSE(has(complaints(kStudy, {std::string("name=a\x1b[2J")}), "\x1b"));
}

TEST_CASE("--set: places of set values are the option") {
  const StudyFile file = read_text(kStudy, {"data.target=z"});
  const Message m = file.located({{}, "no column 'z'", {}, {}, "data.target"});
  CHECK(m.place.file.empty());
  CHECK(m.text == "--set data.target=z: no column 'z'");
}

}  // namespace
}  // namespace holdout::study
