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

TEST_CASE("--set: settings of an alternative, however the choice is written") {
  const char* set = "training.optimizer.adam.beta1=0.8";
  struct {
    const char *optimizer, *result;
  } const cases[] = {
      {"{}", "optimizer: {name: adam, beta1: 0.8}\n"},
      {"adam", "optimizer: {name: adam, beta1: 0.8}\n"},
      {"{name: adam}", "optimizer: {name: adam, beta1: 0.8}\n"},
      {"{name: adam, beta1: 0.7, beta2: 0.9}", "optimizer: {name: adam, beta1: 0.8, beta2: 0.9}\n"},
      {"{values: [{name: gd}, {name: adam, beta1: 0.7}]}", "optimizer: {values: [gd, {name: adam, beta1: 0.8}]}\n"},
      {"{values: [gd, {name: adam, beta1: 0.7}]}", "optimizer: {values: [gd, {name: adam, beta1: 0.8}]}\n"},
      // nothing to set it in
      {"{name: gd}", "training.optimizer is 'gd', not adam\n  first --set training.optimizer=adam"},
      {"{name: [adam]}", "training.optimizer is a list, not adam\n  first --set training.optimizer=adam"},
      {"[gd, adam]", "training.optimizer is a list, not adam\n  first --set training.optimizer=adam"},
      {"{values: adam}", "training.optimizer is a mapping, not adam\n  first --set training.optimizer=adam"},
      {"{beta1: 0.7}", "training.optimizer is a mapping, not adam\n  first --set training.optimizer=adam"},
      {"{values: [~, [adam], {beta1: 0.7}]}", "adam is not among the values of training.optimizer\n"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.optimizer);
    const std::string text = with("training: {learning_rate: 0.1, optimizer: " + std::string(c.optimizer) + "}\n");
    const std::string refused = complaints(text, {set}), got = refused.empty() ? result({set}, text) : refused;
    CAPTURE(got);
    CHECK(has(got, c.result));
  }
  CHECK(has(complaints(kStudy, {"training.optimizer.adam=0.8"}),
            "training.optimizer.adam is an alternative, not a setting\n  --set training.optimizer=adam"));
  CHECK(has(result({"training.optimizer.name=adam"}), "optimizer: adam\n"));
}

TEST_CASE("--set: keys of a range beside those of the section") {
  struct {
    const char *rate, *set, *result;
  } const cases[] = {
      {"{min: 1, max: 3, points: 3}", "max=2", "{min: 1, max: 2, points: 3}"},
      {"{min: 1, max: 3, points: 3}", "min=2", "{min: 2, max: 3, points: 3}"},
      {"{min: 1, max: 3, points: 3}", "points=2", "{min: 1, max: 3, points: 2}"},
      {"{min: 1, max: 3, points: 3}", "scale=log", "{min: 1, max: 3, scale: log, points: 3}"},
      {"{min: 1, max: 3}", "step=1", "{min: 1, max: 3, step: 1}"},
      {"{values: [1, 2]}", "values.1=3", "{values: [1, 3]}"},
      {"{values: [1, 2]}", "warmup=2", "{start: {values: [1, 2]}, warmup: 2}"},
      {"~", "warmup=2", "{warmup: 2}"},
      {"0.5", "warmup=2", "{start: 0.5, warmup: 2}"},
      {"{start: 0.5}", "warmup=2", "{start: 0.5, warmup: 2}"},
      {"0.5", "values=[1, 2]", "{values: [1, 2]}"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.rate);
    CAPTURE(c.set);
    const std::string text = with("training: {learning_rate: " + std::string(c.rate) + "}\n");
    const std::string got = result({"training.learning_rate." + std::string(c.set)}, text);
    CAPTURE(got);
    CHECK(has(got, "learning_rate: " + std::string(c.result) + "\n"));
  }
  // The section itself: of its members the shorthand's is meant; a range or nothing in its place is replaced.
  CHECK(has(result({"training.learning_rate=0.25"}, with("training: {epochs: 3}\n")), "learning_rate: 0.25\n"));
  for (const char* rate : {"{}", "{min: 1, max: 3}", "0.5"}) {
    CAPTURE(rate);
    const std::string text = with("training: {learning_rate: " + std::string(rate) + "}\n");
    CHECK(has(result({"training.learning_rate=0.25"}, text), "learning_rate: 0.25\n"));
  }
}

TEST_CASE("--set: items of lists, and below them") {
  const std::string text = with(
      "model: {type: mlp, hidden: [{min: 8, max: 64}, 32]}\ntraining: {learning_rate: 0.1}\nobjective: {metric: mse}\n"
      "search: {method: random}\n");
  CHECK(has(result({"model.hidden.0.min=16"}, text), "hidden: [{min: 16, max: 64}, 32]\n"));
  CHECK(has(result({"model.hidden.1.values=[4, 2]"}, text), "hidden: [{min: 8, max: 64}, {values: [4, 2]}]\n"));
  CHECK(has(result({"model.hidden={values: [[32], [64, 32]]}", "model.hidden.values.1.0=48"}, text),
            "hidden: {values: [[32], [48, 32]]}\n"));
  for (const char* index : {"2", "-1", "first"}) {
    CAPTURE(index);
    CHECK(has(complaints(text, {"model.hidden." + std::string(index) + "=4"}),
              "no such item in a list of 2\n  items count from 0"));
  }
}

TEST_CASE("--set: errors name the option") {
  CHECK(has(complaints(kStudy, {"training.epochs=abc"}),
            "error: --set training.epochs=abc: training.epochs: 'abc' is not an integer from 1"));
  CHECK(has(complaints(kStudy, {"training.epochs"}), "--set 'training.epochs' is not path=value\n  for example --set"));
  CHECK(has(complaints(kStudy, {"training..epochs=1"}), "is not path=value"));
  std::string deep = "a";
  for (int i = 0; i < 64; ++i) deep += ".a";
  CHECK(has(complaints(kStudy, {deep + "=1"}), "is not path=value"));
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
