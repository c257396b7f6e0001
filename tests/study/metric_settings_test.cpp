// Metrics with settings: read, refused, written again; classes that they name; a tuned threshold, from the trials to
// the model.
#include <doctest/doctest.h>

#include <cmath>

#include <holdout/study/verify.hpp>

#include "ran.hpp"
#include "study/study_text.hpp"
#include "support/folder.hpp"
#include "winner.hpp"

namespace holdout::study {
namespace {

const std::string kData = holdout::testing::tests_folder() + "/../studies/data/";

std::string label(const std::string& metric, const std::string& model = "{type: softmax}") {
  return metric_of(read_text(with("model: " + model + "\nobjective: {metric: " + metric + "}\n")).study).label();
}

std::string breast_cancer(const std::string& objective, const std::string& split = "{method: holdout, test: 0.2}",
                          const std::string& rest = "search: {method: grid}\n") {
  return "data: {file: " + kData + "breast_cancer.csv, target: target, split: " + split +
         "}\nmodel: {type: logistic, l2: {values: [0.01, 10]}}\ntraining: {optimizer: exact}\nobjective: " + objective +
         "\n" + rest;
}

std::string digits(const std::string& metric) {
  return "data: {file: " + kData +
         "digits.csv, target: target}\nmodel: {type: softmax, l2: 1}\n"
         "training: {optimizer: gd, epochs: 2}\nobjective: {metric: " +
         metric + "}\n";
}

template <class F>
std::string refusal(F f) {
  try {
    f();
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

double measured(const Metrics& metrics, const std::string& name) {
  for (const auto& [key, value] : metrics)
    if (key == name) return value;
  return NAN;
}

}  // namespace

TEST_CASE("metric settings: a name, or a name with settings") {
  CHECK(label("error") == "error");
  CHECK(label("{name: f1, average: macro}") == "f1_macro");
  CHECK(label("{name: auc, average: weighted}") == "auc_weighted");
  CHECK(label("{name: recall, class: setosa}") == "recall of 'setosa'");
  CHECK(label("{name: pinball, quantile: 0.9}", "{type: linear}") == "pinball_0.9");
  CHECK(label("auto") == "log_loss");
  CHECK(label("auto", "{type: linear}") == "mse");
  CHECK(metric_of(read_text(with("model: {type: logistic}\n")).study).label() == "log_loss");
}

TEST_CASE("metric settings: what cannot be is refused in words") {
  const auto said = [](const std::string& objective, const std::string& model = "logistic") {
    return complaints(with("model: {type: " + model + "}\nobjective: " + objective + "\n"));
  };
  CHECK(
      has(said("{metric: {name: mcc, average: macro}}"), "3:33: error: unknown key 'average' in objective.metric.mcc"));
  CHECK(has(said("{metric: {name: f1, average: mean}}"), "objective.metric.f1.average: 'mean'"));
  CHECK(has(said("{metric: {name: f1, average: macro, class: a}}"), "class beside average"));
  CHECK(has(said("{metric: {name: pinball, quantile: 1}}", "linear"), "objective.metric.pinball.quantile: '1' is not"));
  CHECK(has(said("{metric: {name: cost_matrix, costs: {yes: {no: -1}}}}"), "'-1' is not a number >= 0"));
  CHECK(has(said("{metric: {values: [f1, auc]}}"), "objective.metric cannot be searched"));
  CHECK(has(said("{metric: f1_macro}"), "in holdout: '{name: f1, average: macro}'"));
  CHECK(has(said("{metric: matthews_corrcoef}"), "in holdout: 'mcc'"));
  CHECK(has(said("{metric: brier}", "svm"), "needs probabilities"));
  CHECK(has(said("{metric: auto}", "mlp"), "objective.metric is missing: model mlp"));
  // one complaint about a metric that is not known
  CHECK_FALSE(has(said("{metric: f2}", "mlp"), "is missing: model mlp"));
}

TEST_CASE("metric settings: classes are those of the target") {
  CHECK(has(refusal([] {
              StudyFile file = read_text(digits("f1"));
              prepare(file);
            }),
            "metric f1 does not measure 10 classes"));
  CHECK(has(
      refusal([] {
        StudyFile file = read_text(digits("f1"));
        prepare(file);
      }),
      "{name: f1, average: macro}, {name: f1, average: weighted}, or {name: f1, class: NAME} for one against the rest; "
      "or log_loss, error, accuracy, balanced_accuracy, mcc, brier, cost_matrix"));
  CHECK(has(refusal([] {
              StudyFile file = read_text(digits("{name: f1, class: 10}"));
              prepare(file);
            }),
            "4:39: error: objective.metric.f1.class: the target has no class '10'"));
  CHECK(has(refusal([] {
              StudyFile file = read_text(digits("{name: cost_matrix, costs: {1: {7: 5}, 7: {x: 2}}}"));
              prepare(file);
            }),
            "the target has no class 'x'"));
  StudyFile file = read_text(digits("{name: cost_matrix, costs: {1: {7: 5}, 7: {7: 0.5}}}"));
  prepare(file);
  const std::vector<double>& costs = metric_of(file.study).options.costs;
  REQUIRE(costs.size() == 100);
  for (std::size_t c = 0; c < 10; ++c)
    for (std::size_t d = 0; d < 10; ++d)
      CHECK(costs[10 * c + d] == (c == 1 && d == 7 ? 5 : c == 7 && d == 7 ? 0.5 : c != d));
}

TEST_CASE("metric settings: what is written reads back to the same study") {
  for (const char* objective :
       {"{metric: {name: f1, average: macro}}", "{metric: {name: auc, class: '0'}}", "{metric: mcc}",
        "{metric: {name: cost_matrix, costs: {'1': {'0': 5.0}}}}"}) {
    const Study study = read_text(breast_cancer(objective)).study;
    const std::string text = to_yaml(study);
    CAPTURE(text);
    const Study again = read_text(text).study;
    CHECK(to_yaml(again) == text);
    CHECK(metric_of(again).label() == metric_of(study).label());
  }
  CHECK(read_text(breast_cancer("{metric: f1}"), {"objective.metric.f1.average=macro"})
            .study.objective.metric.metric()
            ->label() == "f1_macro");
  CHECK(has(
      to_yaml(read_text(breast_cancer("{metric: cost_matrix}"), {"objective.metric.cost_matrix.costs.1.0=4"}).study),
      "costs"));
}

TEST_CASE("metric settings: the objective's value is the metric with its settings") {
  const testing::Ran run(digits("{name: f1, average: macro}"));
  const Trial trial = testing::whole(*run.storage)[0];
  CHECK(trial.outcome.value == measured(trial.outcome.metrics, "f1_macro"));
  CHECK(trial.outcome.value > 0.1);
  CHECK(trial.outcome.value < measured(trial.outcome.metrics, "accuracy") + 0.2);
  CHECK(run.storage->study().metric == "f1_macro");
  CHECK(run.storage->winner()->holdout_standard_error > 0);
}

}  // namespace holdout::study
