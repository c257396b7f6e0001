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
  const std::string list = said("{metric: [f1, auc]}");  // a list is not what would be refused next
  CHECK(has(list, "give one value: metric is the same for the whole study"));
  CHECK_FALSE(has(list, "{values: "));
  CHECK(has(said("{metric: {name: cost_matrix, costs: [[0, 1], [5, 0]]}}"), "{true class: {decided class: 5}}"));
  CHECK(has(said("{metric: f1_micro}"), "in holdout: 'accuracy'"));
  CHECK(has(said("{metric: {name: f1, average: micro}}"), "in holdout: 'metric: accuracy'"));
  CHECK(has(said("{metric: f1_macro}"), "in holdout: '{name: f1, average: macro}'"));
  CHECK(has(said("{metric: matthews_corrcoef}"), "in holdout: 'mcc'"));
  CHECK(has(said("{metric: brier}", "svm"), "needs probabilities"));
  CHECK(has(said("{metric: auto}", "mlp"), "objective.metric is missing: model mlp"));
  // one complaint about a metric that is not known
  CHECK_FALSE(has(said("{metric: f2}", "mlp"), "is missing: model mlp"));
}

TEST_CASE("metric settings: a tuned threshold is for metrics of decisions that weigh both mistakes") {
  const auto said = [](const std::string& metric) {
    return complaints(with("model: {type: logistic}\nobjective: {metric: " + metric + ", threshold: tuned}\n"));
  };
  CHECK(has(said("log_loss"), "'log_loss' does not depend on the class that is decided"));
  CHECK(has(said("auc"), "use a metric of decisions: error, accuracy, f1, balanced_accuracy, mcc, cost_matrix"));
  CHECK(has(said("recall"), "'recall' of one class is best where all rows are decided for it"));
  CHECK(has(said("precision"), "only the surest row"));
  for (const char* metric : {"f1", "mcc", "error", "{name: recall, average: macro}"}) CHECK(said(metric).empty());
  const std::string three = refusal([] {
    StudyFile file = read_text(digits("error, threshold: tuned"));
    prepare(file);
  });
  CHECK(has(three, "'tuned' is for two classes; target 'target' has 10"));
  const std::string gradient = refusal([] {
    StudyFile file = read_text("data: {file: " + kData +
                               "breast_cancer.csv, target: target, split: {method: kfold, folds: 3}}\n"
                               "model: {type: logistic, l2: {min: 1e-3, max: 1, scale: log}}\n"
                               "training: {optimizer: newton}\nobjective: {metric: f1, threshold: tuned}\n"
                               "search: {method: gradient}\n");
    prepare(file);
  });
  CHECK(has(gradient, "search.method gradient measures each fold by itself"));
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

TEST_CASE("metric settings: classes that are numbers are found as numbers") {
  train::MetricChoice choice;
  const std::vector<std::string> classes{"-1", "+1"};
  const auto read = [](const std::string& metric) {
    return read_text("data: {file: a.csv, target: y}\nmodel: {type: logistic}\nobjective: {metric: " + metric + "}\n")
        .study.objective.metric;
  };
  choice = read("{name: f1, class: 1}");
  CHECK_FALSE(choice.find_classes(classes));
  CHECK(choice.metric()->options.class_index == 1);
  choice = read("{name: cost_matrix, costs: {1: {-1: 5}}}");
  CHECK_FALSE(choice.find_classes(classes));
  CHECK(choice.metric()->options.costs == std::vector<double>{0, 1, 5, 0});
  choice = read("{name: cost_matrix, costs: {1: {-1: 5}, +1: {-1: 4}}}");
  REQUIRE(choice.find_classes(classes));
  CHECK(has(choice.find_classes(classes)->text, "class '+1' is named twice"));
  choice = read("{name: f1, class: 2}");
  REQUIRE(choice.find_classes(classes));
  CHECK(choice.find_classes(classes)->hint == "its classes: -1, +1");
}

TEST_CASE("metric settings: what is written reads back to the same study") {
  for (const char* objective :
       {"{metric: {name: f1, average: macro}}", "{metric: {name: auc, class: '0'}}", "{metric: mcc, threshold: tuned}",
        "{metric: {name: cost_matrix, costs: {'1': {'0': 5.0}}}}"}) {
    const Study study = read_text(breast_cancer(objective)).study;
    const std::string text = to_yaml(study);
    CAPTURE(text);
    const Study again = read_text(text).study;
    CHECK(to_yaml(again) == text);
    CHECK(metric_of(again).label() == metric_of(study).label());
    CHECK(metric_of(again).options.tune_threshold == metric_of(study).options.tune_threshold);
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

TEST_CASE("threshold: the best on the hold-out rows, of the trials, of the model and of the test rows") {
  for (const char* split : {"{method: holdout, test: 0.2}", "{method: kfold, folds: 4, test: 0.2}"})
    for (const char* metric : {"f1", "{name: cost_matrix, costs: {'0': {'1': 8}}}"}) {
      CAPTURE(split);
      CAPTURE(metric);
      const testing::Ran tuned(breast_cancer("{metric: " + std::string(metric) + ", threshold: tuned}", split));
      const testing::Ran even(breast_cancer("{metric: " + std::string(metric) + "}", split));
      const train::Metric& m = metric_of(tuned.file.study);
      const std::vector<Trial> trials = testing::whole(*tuned.storage), others = testing::whole(*even.storage);
      REQUIRE(trials.size() == others.size());
      for (std::size_t i = 0; i < trials.size(); ++i) {
        const double gain = (m.maximize ? 1 : -1) * (trials[i].outcome.value - others[i].outcome.value);
        if (trials[i].outcome.fold_values.empty()) CHECK(gain >= 0);
        CHECK(trials[i].outcome.value == measured(trials[i].outcome.metrics, m.label()));
        CHECK(trials[i].outcome.train_loss == others[i].outcome.train_loss);  // trained the same
      }
      const Winner winner = tuned.storage->winner().value();
      REQUIRE(winner.threshold);
      REQUIRE(winner.model);
      CHECK(winner.model->threshold == winner.threshold);
      CHECK(*winner.threshold != 0);
      CHECK_FALSE(even.storage->winner()->threshold);
      // The confusion matrix is that of the same decisions: its metric is the value, or the folds' mean is near it.
      const auto& confusion = winner.predictions->confusion;
      REQUIRE(confusion.size() == 4);
      const double hits = static_cast<double>(confusion[3]), missed = static_cast<double>(confusion[2]),
                   alarms = static_cast<double>(confusion[1]), right = static_cast<double>(confusion[0]);
      const double value = m.info.name == "f1" ? 2 * hits / (2 * hits + missed + alarms)
                                               : (missed + 8 * alarms) / (hits + missed + alarms + right);
      const Trial best = *best_trial(trials, m.maximize);
      CHECK(best.outcome.value == doctest::Approx(value).epsilon(best.outcome.fold_values.empty() ? 1e-12 : 0.02));
      const auto& curve = winner.predictions->at_threshold;
      REQUIRE(!curve.empty());
      for (const double other : curve) CHECK((m.maximize ? other - value : value - other) < 1e-12);
      // Test rows are decided by it: with the refitted model, as predictions are.
      const data::Dataset& all = tuned.data.dataset;
      std::vector<double> y, scores;
      for (const std::uint32_t i : tuned.data.split.test) y.push_back(all.y[i]);
      data::Dataset rows;
      rows.rows = y.size(), rows.features = all.features, rows.feature_names = all.feature_names, rows.y = y;
      for (const std::uint32_t i : tuned.data.split.test)
        for (std::size_t j = 0; j < all.features; ++j) rows.x.push_back(all.x[i * all.features + j]);
      scores = predict(*winner.model, rows);
      CHECK(measured(winner.refit_test, m.label()) ==
            doctest::Approx(m.value({scores, 1, y, {}, winner.threshold})).epsilon(1e-12));
      const std::atomic<bool> interrupt = false;
      CHECK(verify(*tuned.storage, tuned.file, tuned.data, trials, Workers(1), &interrupt).deviations.empty());
    }
}

TEST_CASE("threshold: model.json has it, for two classes alone") {
  const testing::Ran run(breast_cancer("{metric: mcc, threshold: tuned}"));
  const TunedModel model = *run.storage->winner()->model;
  const std::string text = model_json(model);
  CHECK(has(text, "\"threshold\": "));
  CHECK(model_from(text, "model.json").threshold == model.threshold);
  CHECK(decided_class(std::vector{*model.threshold}, model.threshold) == 0);
  CHECK(decided_class(std::vector{std::nextafter(*model.threshold, INFINITY)}, model.threshold) == 1);
  CHECK(decided_class(std::vector{1.0, 3.0}, 1.5) == 1);
  CHECK(decided_class(std::vector{1.0, 3.0}, 2.0) == 0);
  std::string odd = text;
  odd.replace(odd.find("\"threshold\": ") + 13, 0, "\"x\", \"was\": ");
  CHECK(has(refusal([&] { model_from(odd, "model.json"); }), "`threshold`"));
}

}  // namespace holdout::study
