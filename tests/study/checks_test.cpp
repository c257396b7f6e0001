// Settings that are right by themselves and do not go together.
#include <doctest/doctest.h>

#include "study/study_text.hpp"

namespace holdout::study {
namespace {

TEST_CASE("checks: settings that do not go together") {
  struct {
    const char *rest, *message;
  } const cases[] = {
      // metrics and what a model predicts
      {"model: {type: svm, loss: squared_hinge}\nobjective: {metric: log_loss}\n",
       "3:21: error: objective.metric: 'log_loss' needs probabilities, and model type 'svm' has none"},
      {"model: {type: logistic}\nobjective: {metric: mse}\n",
       "'mse' measures regression, but model type 'logistic' is for classification"},
      {"model: {type: linear}\nobjective: {metric: error}\n",
       "'error' measures classification, but model type 'linear' is for regression"},
      {"model: {type: mlp, class_weight: {values: [none, balanced]}}\nobjective: {metric: mse}\n"
       "training: {learning_rate: 1}\n",
       "2:34: error: model.class_weight: 'mse' measures numbers, and there are no classes"},
      // learning_rate: auto needs a bound of the curvature
      {"model: {type: svm, loss: hinge}\n",
       "2:26: error: training.learning_rate is missing: it is needed with loss hinge"},
      {"model: {type: svm, loss: hinge}\ntraining: {learning_rate: auto}\n",
       "3:27: error: training.learning_rate: 'auto' needs a bound of the loss's curvature: there is none for hinge"},
      {"model: {type: linear, loss: {values: [squared, poisson]}}\ntraining: {learning_rate: {values: [auto, 1]}}\n",
       "'auto' needs a bound of the loss's curvature: there is none for poisson"},
      // solvers
      {"training: {optimizer: exact, precision: float32}\n",
       "2:41: error: training.precision: optimizer 'exact' works in float64"},
      {"model: {type: svm, loss: hinge}\ntraining: {optimizer: newton}\n",
       "3:23: error: training.optimizer: 'newton' needs a loss with second derivatives; hinge has none"},
      {"model: {type: linear, loss: pinball}\ntraining: {optimizer: newton}\n",
       "choose an update rule, or loss squared or huber"},  // those of the model
      {"training: {optimizer: exact, batch_size: 8, epochs: 3}\n",
       "2:42: error: training.batch_size: optimizer 'exact' takes none"},
      // what is refused of one solver is refused of a list of them, and of a list that has one
      {"training: {optimizer: {values: [newton, lbfgs]}, batch_size: 8}\n",
       "training.batch_size: optimizers newton, lbfgs take none"},
      {"training: {optimizer: {values: [newton, adam]}, learning_rate: 1, precision: float32}\n",
       "training.precision: optimizer 'newton' works in float64"},
      {"training: {optimizer: exact, precision: {values: [float32, float64]}}\n",
       "training.precision: optimizer 'exact' works in float64"},
      {"model: {type: linear, loss: {values: [squared, absolute]}}\ntraining: {optimizer: {values: [exact, adam]}, "
       "learning_rate: 1}\n",
       "training.optimizer: 'exact' needs a loss with second derivatives; absolute has none"},
      // averages, starts
      {"training: {learning_rate: 1, epochs: 5, average: {name: polyak, from: 5}}\n",
       "2:71: error: training.average.polyak.from: after epoch 5 of 5 there is nothing left to average"},
      {"training: {learning_rate: 1, epochs: {values: [3, 9]}, average: {name: polyak, from: 5}}\n",
       "training.average.polyak.from: after epoch 5 of 3 there is nothing left to average"},
      {"training: {learning_rate: 1, epochs: {min: 4, max: 9}, average: {name: polyak, from: {values: [2, 4]}}}\n",
       "training.average.polyak.from: after epoch 4 of 4 there is nothing left to average"},
      {"training: {learning_rate: 1, average: {values: [none, {name: polyak, from: 5000}]}}\n",
       "training.average.polyak.from: after epoch 5000 of 100 there is nothing left to average"},
      {"training: {learning_rate: 1, starts: 3}\n",
       "training.starts: J of model linear is convex, and every start leads to the same minimum"},
      {"training: {learning_rate: 1, starts: {values: [1, 2]}}\n", "training.starts: J of model linear is convex"},
      // penalties
      {"model: {type: linear, l1: 1, elastic_net: {lambda: 1}}\n",
       "2:27: error: model.l1 beside model.elastic_net: they would be added up"},
      {"model: {type: linear, l2: {values: [0, 1]}, elastic_net: {lambda: {values: [0, 1]}}}\n",
       "model.l2 beside model.elastic_net"},
      {"model: {type: linear, l2: {each: feature, value: 0}, elastic_net: {lambda: 1}}\n",
       "model.l2 beside model.elastic_net"},
      {"model: {type: mlp, l2: {each: feature, value: 1}}\nobjective: {metric: mse}\ntraining: {learning_rate: 1}\n",
       "model.l2.each: weights behind hidden layers belong to no feature"},
      {"model: {type: linear, l1: 1}\ntraining: {optimizer: {values: [gd, adamw, lbfgs]}, learning_rate: 1}\n",
       "training.optimizer: adamw, lbfgs cannot put weights to exactly 0, as l1 asks"},
      {"model: {type: linear, elastic_net: {lambda: 1}}\ntraining: {optimizer: lbfgs}\n",
       "training.optimizer: lbfgs cannot put weights to exactly 0"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.rest);
    const std::string got = complaints(with(c.rest));
    CAPTURE(got);
    CHECK(has(got, c.message));
  }
}

TEST_CASE("checks: settings that do go together") {
  for (const char* rest :
       {"model: {type: svm, loss: squared_hinge}\nobjective: {metric: auc}\n",
        "model: {type: logistic}\nobjective: {metric: log_loss, direction: minimize}\n",
        "model: {type: linear, loss: {values: [squared, poisson]}}\ntraining: {learning_rate: 1}\n",
        "training: {learning_rate: 1, epochs: 5, average: {name: polyak, from: 4}}\n",
        "training: {learning_rate: 1, epochs: {values: [6, 9]}, average: {name: polyak, from: 5}}\n",
        "training: {learning_rate: 1, epochs: 5, average: {name: polyak, from: {values: [2, 3]}}}\n",
        "training: {learning_rate: 1, average: {values: [none, {name: polyak, from: 50}]}}\n",
        "training: {learning_rate: 1, starts: {values: [1]}}\n",
        "model: {type: linear, l1: {values: [0]}, elastic_net: {lambda: 1}}\ntraining: {learning_rate: 1}\n",
        "model: {type: mlp}\nobjective: {metric: mse}\ntraining: {learning_rate: 1, starts: 3}\n",
        "model: {type: linear, l1: 0, l2: 0, elastic_net: {lambda: 1}}\ntraining: {learning_rate: 1}\n",
        "model: {type: linear, l1: 1, l2: 1}\ntraining: {optimizer: {values: [gd, adam]}, learning_rate: 1}\n",
        "training: {optimizer: {values: [exact, gd]}, batch_size: 8}\n",
        // what one solver needs not, a list of solvers needs not
        "model: {type: linear, loss: poisson}\ntraining: {optimizer: newton}\n",
        "model: {type: linear, loss: poisson}\ntraining: {optimizer: {values: [newton, lbfgs]}}\n",
        "model: {type: linear, loss: {values: [huber, poisson]}}\ntraining: {optimizer: {values: [exact, newton]}}\n",
        "model: {type: logistic, l1: 1}\ntraining: {optimizer: {values: [exact, {name: newton}]}}\n",
        "training: {optimizer: {values: [newton, adam]}, learning_rate: 1, precision: float64}\n"}) {
    CAPTURE(rest);
    CHECK(complaints(with(rest)) == "");
  }
}

TEST_CASE("checks: a metric that is not known is answered in our words, and the usual one is not blamed in its place") {
  const std::string said =
      complaints(with("model: {type: svm, loss: squared_hinge}\nobjective: {metric: roc_auc}\n"
                      "training: {learning_rate: 0.1, optimizer: SGD}\nsearch: {method: bayes, n_calls: 30}\n"));
  CAPTURE(said);
  CHECK(has(said, "in holdout: 'auc'"));
  CHECK(has(said, "in holdout: 'gd'"));
  CHECK(has(said, "in holdout: 'random'"));
  CHECK(!has(said, "log_loss"));
}

TEST_CASE("checks: leave-one-out is for ridge regression, and what is not is named") {
  const char* const cases[][2] = {
      {"model: {type: linear, loss: {values: [squared, huber]}}\ntraining: {optimizer: {values: [exact, newton]}}\n",
       "loss huber, optimizer newton\n"},
      {"model: {type: linear, l1: {values: [0, 1]}}\ntraining: {optimizer: exact}\n", "l1\n"},
      {"model: {type: linear, l2: {each: feature, value: 1}}\ntraining: {optimizer: exact}\n", "several λ\n"},
      {"model: {type: linear, elastic_net: {lambda: 1}}\ntraining: {optimizer: exact}\n", "elastic_net\n"},
      {"model: {type: logistic}\ntraining: {optimizer: exact}\n", "model logistic\n"},
  };
  for (const auto& [rest, odd] : cases) {
    CAPTURE(rest);
    const std::string got =
        complaints("data: {file: a.csv, target: y, split: {method: leave_one_out}}\n" + std::string(rest));
    CAPTURE(got);
    CHECK(has(got, std::string("1:32: error: data.split: leave_one_out is for ridge regression by optimizer exact, and "
                               "this study has ") +
                       odd));
  }
  CHECK(complaints("data: {file: a.csv, target: y, split: {method: leave_one_out}}\nmodel: {type: linear, l2: {values: "
                   "[0, 1]}}\ntraining: {optimizer: exact}\n") == "");
}

}  // namespace
}  // namespace holdout::study
