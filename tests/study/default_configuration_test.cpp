// The configuration that tuning is measured against, and what a run stores of it.
#include "default_configuration.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include <holdout/base/number.hpp>
#include <holdout/study/fingerprint.hpp>
#include <holdout/study/runner.hpp>
#include <holdout/study/verify.hpp>

#include "ran.hpp"
#include "records.hpp"
#include "study/study_text.hpp"
#include "support/folder.hpp"

namespace holdout::study {
namespace {

// "model.l2 0, training.learning_rate 0.01*": * where no declared default suits.
std::string defaults_of(const std::string& text) {
  const StudyFile file = read_text(with(text + "search: {method: random}\n"));
  const DefaultConfiguration d = default_configuration(file.study);
  std::string words;
  for (std::size_t i = 0; i < file.study.space.size(); ++i) {
    const auto& value = d.configuration.values[i];
    if (!value) continue;
    const bool undeclared = std::count(d.undeclared.begin(), d.undeclared.end(), static_cast<std::int64_t>(i)) > 0;
    words += (words.empty() ? "" : ", ") + file.study.space.parameters()[i].path + " " + to_text(*value) +
             (undeclared ? "*" : "");
  }
  return words;
}

struct Run : testing::Ran {
  using Ran::Ran;
  DefaultResult defaults() const { return storage->winner().value().defaults.value(); }
};

std::string study(const std::string& split, const std::string& l2, const std::string& search) {
  return "seed: 3\ndata: {file: " + holdout::testing::tests_folder() +
         "/../studies/data/diabetes.csv, target: target, split: " + split + "}\nmodel: {type: linear, l2: " + l2 +
         "}\ntraining: {optimizer: exact}\nobjective: {metric: mse}\nsearch: " + search + "\n";
}

}  // namespace

TEST_CASE("defaults: what a study says nothing of; where nothing suits, the middle") {
  CHECK(defaults_of("model: {type: linear, l2: {min: 1e-6, max: 1, scale: log}}\ntraining: {optimizer: exact}\n") ==
        "model.l2 0");
  // Separable classes have no minimum without a penalty, and a solver would look for it for long.
  CHECK(defaults_of("model: {type: logistic, l2: {min: 1e-6, max: 1e4, scale: log}}\n"
                    "training: {optimizer: exact}\n") == "model.l2 0.1*");
  CHECK(defaults_of("model: {type: logistic, l2: {min: 1e-6, max: 1e4, scale: log}}\n"
                    "training: {optimizer: gd, learning_rate: 0.1}\n") == "model.l2 0");
  // auto is for rules that do not scale their steps, and for convex models.
  const std::string rate = ", learning_rate: {min: 1e-4, max: 1e-2, scale: log}}\n";
  CHECK(defaults_of("training: {optimizer: gd" + rate + "model: {type: logistic}\n") == "training.learning_rate auto");
  CHECK(defaults_of("training: {optimizer: adam" + rate + "model: {type: logistic}\n") ==
        "training.learning_rate 0.001*");
  CHECK(defaults_of("training: {optimizer: gd" + rate + "model: {type: mlp}\nobjective: {metric: mse}\n") ==
        "training.learning_rate 0.001*");
  // Words must be listed; numbers and lists need not.
  CHECK(defaults_of("model: {type: logistic}\n"
                    "training: {optimizer: {values: [adam, momentum]}, learning_rate: 0.1, "
                    "batch_size: {values: [8, batch]}, epochs: {min: 10, max: 50}}\n") ==
        "training.optimizer adam*, training.batch_size 32, training.epochs 100");
  CHECK(defaults_of("model: {type: mlp, hidden: {values: [[8], [16, 8]]}, activation: {values: [tanh, relu]}}\n"
                    "training: {optimizer: adam, learning_rate: {values: [0.3, 0.01, 0.1]}}\n"
                    "objective: {metric: mse}\n") ==
        "model.hidden [64], model.activation relu, training.learning_rate 0.1*");
  // Items of a list have no default of their own; a setting of an alternative has, if that is the default.
  CHECK(defaults_of("model: {type: mlp, hidden: [{min: 10, max: 20}, 8]}\n"
                    "training: {optimizer: adam, learning_rate: 0.1}\nobjective: {metric: mse}\n") ==
        "model.hidden.0 15*");
  const std::string momentum = "training: {learning_rate: 0.1, optimizer: {values: [";
  CHECK(defaults_of(momentum + "{name: momentum, momentum: {min: 0.5, max: 0.99}}, gd]}}\n") ==
        "training.optimizer gd");
  CHECK(defaults_of(momentum + "{name: momentum, momentum: {min: 0.5, max: 0.99}}, nesterov]}}\n") ==
        "training.optimizer momentum*, training.optimizer.momentum.momentum 0.9");
}

TEST_CASE("defaults: a run stores what they give, as a study that searches nothing has it") {
  for (const char* split : {"{method: holdout, fraction: 0.2, test: 0.2}", "{method: kfold, folds: 3, test: 0.2}"}) {
    CAPTURE(split);
    const Run tuned(study(split, "{min: 1e-3, max: 1, scale: log}", "{method: random, trials: 3}"));
    const DefaultResult defaults = tuned.defaults();
    CHECK_FALSE(defaults.trial);
    CHECK(defaults.configuration.values[0] == Value(0.0));
    const Run alone(study(split, "0", "{method: grid}"));
    CHECK(defaults.value == alone.storage->trials()[0].outcome.value);
    const Winner winner = alone.storage->winner().value();
    CHECK_FALSE(winner.defaults);  // nothing was searched
    CHECK(defaults.test == (winner.test.empty() ? winner.refit_test : winner.test));
    CHECK_FALSE(defaults.test.empty());
    // verify trains them again.
    Verification verified = verify(*tuned.storage, tuned.file, tuned.data, testing::whole(*tuned.storage), Workers(2));
    CHECK(verified.deviations.empty());
    Winner other = tuned.storage->winner().value();
    other.defaults->value += 1;
    tuned.storage->write(other);
    verified = verify(*tuned.storage, tuned.file, tuned.data, testing::whole(*tuned.storage), Workers(2));
    REQUIRE(verified.deviations.size() == 1);
    CHECK(verified.deviations[0].what == "defaults.value");
  }
}

TEST_CASE("defaults: of a trial that has them, its result") {
  const Run run(study("{method: holdout, fraction: 0.2}", "{values: [1, 0]}", "{method: grid}"));
  const DefaultResult defaults = run.defaults();
  CHECK(defaults.trial == 1);
  CHECK(defaults.value == run.storage->trials()[1].outcome.value);
  CHECK(defaults.test.empty());
}

TEST_CASE("defaults: a training that diverges is said with its reason, and the run goes on") {
  std::string text = study("{method: holdout, fraction: 0.2}", "0.1", "{method: grid}");
  text.replace(text.find("{optimizer: exact}"), 18,
               "{optimizer: gd, learning_rate: 30, batch_size: batch, epochs: {values: [1, 2]}}");
  const Run run(text);
  const DefaultResult defaults = run.defaults();
  CHECK(defaults.configuration.values[0] == Value(std::int64_t{100}));
  CHECK(std::isnan(defaults.value));
  CHECK(has(defaults.reason, "diverged at epoch"));
}

}  // namespace holdout::study
