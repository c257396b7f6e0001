// The gradient search on real trainings: against fine grids of the same trainings, folds, bounds, and what is refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fstream>

#include <holdout/base/random.hpp>
#include <holdout/study/verify.hpp>

#include "gradient_method.hpp"
#include "ran.hpp"
#include "records.hpp"
#include "study/study_text.hpp"
#include "support/folder.hpp"
#include "winner.hpp"

namespace holdout::study {
namespace {

std::string data_folder() { return holdout::testing::tests_folder() + "/../studies/data/"; }

std::string study(const std::string& file, const std::string& split, const std::string& model,
                  const std::string& search, const std::string& training = "{optimizer: exact}") {
  return "seed: 3\ndata: {file: " + data_folder() + file + ", target: target, split: " + split + "}\nmodel: " + model +
         "\ntraining: " + training + "\nsearch: " + search + "\n";
}

using testing::Ran;

std::vector<Trial> trials_of(const std::string& text) { return Ran(text).storage->trials(); }

double best_value(const std::vector<Trial>& trials) { return best_trial(trials, false)->outcome.value; }

const char* const kRange = "min: 1e-6, max: 1e4, scale: log";

}  // namespace

TEST_CASE(
    "λ by gradient is no worse than the best of a fine grid, in a sixth of the trials; the winner is a full trial") {
  struct Case {
    const char *file, *split, *model;
  };
  const Case cases[] = {
      {"diabetes.csv", "{method: holdout, fraction: 0.2, test: 0.2}", "linear"},
      {"breast_cancer.csv", "{method: holdout, fraction: 0.2, test: 0.2}", "logistic"},
      {"breast_cancer.csv", "{method: kfold, folds: 3}", "logistic"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.file);
    CAPTURE(c.split);
    const std::string model = std::string("{type: ") + c.model + ", l2: {" + kRange;
    const auto found = trials_of(study(c.file, c.split, model + "}}", "{method: gradient}"));
    const auto grid = trials_of(study(c.file, c.split, model + ", points: 241}}", "{method: grid}"));
    CHECK(found.size() <= 42);
    CHECK(best_value(found) <= best_value(grid) * (1 + 1e-9));
    const Trial& best = *best_trial(found, false);
    CHECK(best.outcome.full);
    CHECK(best.near.empty());
    // The same as the grid's trial at that λ, to the bit.
    const std::string at = to_text(std::get<double>(best.configuration.values[0].value()));
    const auto alone = trials_of(
        study(c.file, c.split, std::string("{type: ") + c.model + ", l2: {values: [" + at + "]}}", "{method: grid}"));
    CHECK(best_value(alone) == best.outcome.value);
  }
}

TEST_CASE("metrics without a gradient: models are interpolated, and the search ends no worse than a fine grid") {
  struct Case {
    const char *file, *split, *model, *metric;
    bool maximize;
    double gap;  // of sampled predictions; errors that move in steps have none
  };
  const Case cases[] = {
      {"breast_cancer.csv", "{method: kfold, folds: 3}", "logistic", "error", false, 0},
      {"breast_cancer.csv", "{method: holdout, fraction: 0.3}", "logistic", "auc", true, 0},
      {"breast_cancer.csv", "{method: kfold, folds: 3}", "softmax", "accuracy", true, 0},
      {"breast_cancer.csv", "{method: kfold, folds: 4}", "logistic", "f1", true, 0},
      {"diabetes.csv", "{method: kfold, folds: 3}", "linear", "mae", false, 1e-6},
  };
  for (const Case& c : cases) {
    CAPTURE(c.metric);
    const std::string model = std::string("{type: ") + c.model + ", l2: {" + kRange,
                      objective = std::string("\nobjective: {metric: ") + c.metric + "}";
    const Ran found(study(c.file, c.split, model + "}}", "{method: gradient}" + objective)),
        grid(study(c.file, c.split, model + ", points: 241}}", "{method: grid}" + objective));
    const std::vector<Trial> trials = found.storage->trials(), all = grid.storage->trials();
    const double value = best_trial(trials, c.maximize)->outcome.value,
                 least = best_trial(all, c.maximize)->outcome.value;
    CHECK((c.maximize ? value >= least : value <= least * (1 + c.gap)));
    CHECK(trials.size() <= 60);
    CHECK(found.storage->facts()->conclusion.value().settled);
    for (const Trial& t : trials) CHECK(t.outcome.gradient.empty());
  }
}

namespace {

/// Counts whose mean depends on three columns, and two classes that a plane nearly parts.
struct Drawn {
  testing::Scratch scratch;
  std::string file = scratch / "rows.csv";
  explicit Drawn(bool counts) {
    Stream draws = stream(Seed{12}, "counts");
    std::ofstream out(file);
    out << "a,b,c,target\n";
    for (int i = 0; i < 240; ++i) {
      const double a = draws.normal(), b = draws.normal(), c = draws.normal();
      const double score = 0.4 + 0.5 * a - 0.3 * b + 0.2 * draws.normal();
      double left = std::exp(score), y = 0;  // Poisson: arrivals before e^score
      while ((left += std::log(1 - draws.uniform())) > 0) ++y;
      out << a << ',' << b << ',' << c << ',';
      if (counts)
        out << y << '\n';
      else
        out << (score > 0.4 ? "yes" : "no") << '\n';
    }
  }
  std::string study(const std::string& split, const std::string& model, const std::string& search,
                    const std::string& metric) const {
    return "seed: 3\ndata: {file: " + file + ", target: target, split: " + split + "}\nmodel: " + model +
           "\ntraining: {optimizer: exact}\nsearch: " + search + "\nobjective: {metric: " + metric + "}\n";
  }
};

}  // namespace

TEST_CASE("counts: poisson models are searched by their deviance, and by metrics without a gradient") {
  const Drawn counts(true);
  const std::string model = std::string("{type: linear, loss: poisson, l2: {") + kRange;
  for (const char* metric : {"poisson_deviance", "mae", "mse"})
    for (const char* split : {"{method: kfold, folds: 3}", "{method: holdout, fraction: 0.3}"}) {
      CAPTURE(metric);
      CAPTURE(split);
      const Ran found(counts.study(split, model + "}}", "{method: gradient}", metric));
      const auto trials = found.storage->trials(),
                 grid = trials_of(counts.study(split, model + ", points: 241}}", "{method: grid}", metric));
      const bool smooth = metric == std::string("poisson_deviance");
      CHECK(best_value(trials) <= best_value(grid) * (1 + (smooth ? 1e-9 : 1e-6)));
      CHECK(found.storage->facts()->conclusion.value().settled);
      CHECK(trials.size() <= 60);
      for (const Trial& t : trials) {
        if (t.outcome.full && t.near.empty()) continue;
        CHECK(t.outcome.gradient.empty() == !smooth);
        CHECK(std::none_of(t.outcome.metrics.begin(), t.outcome.metrics.end(), [&](const auto& m) {
          return m.first == "poisson_deviance" && !smooth;  // what stands in for the metric is not reported
        }));
      }
    }
  // One loss has derivatives of this error, of the other it is counted along interpolated models.
  const std::string losses = std::string("{type: linear, loss: {values: [squared, poisson]}, l2: {") + kRange;
  const char* folds = "{method: kfold, folds: 3}";
  const Ran both(counts.study(folds, losses + "}}", "{method: gradient}", "mse"));
  const auto trials = both.storage->trials();
  CHECK(both.storage->facts()->conclusion.value().settled);
  for (const char* loss : {"squared", "poisson"}) {
    CAPTURE(loss);
    const std::string of_one = std::string("{type: linear, loss: ") + loss + ", l2: {" + kRange + ", points: 241}}";
    const auto grid = trials_of(counts.study(folds, of_one, "{method: grid}", "mse"));
    CHECK(best_value(trials) <= best_value(grid) * (1 + 1e-6));
  }
  CHECK(std::any_of(trials.begin(), trials.end(), [](const Trial& t) { return !t.outcome.gradient.empty(); }));
  CHECK(std::any_of(trials.begin(), trials.end(), [](const Trial& t) { return t.outcome.gradient.empty(); }));
}

TEST_CASE("counts: a target below 0 has no deviance") {
  StudyFile file = read_text("data: {file: " + data_folder() +
                             "diabetes.csv, target: target}\nmodel: {type: linear}\n"
                             "training: {optimizer: exact}\nobjective: {metric: poisson_deviance}\n");
  CHECK_NOTHROW(prepare(file));  // its targets are 25 and more
  const testing::Scratch scratch;
  std::ofstream(scratch / "n.csv") << "a,y\n1,2\n2,-1\n3,4\n4,2\n5,3\n6,1\n";
  StudyFile negative = read_text("data: {file: " + (scratch / "n.csv") +
                                 ", target: y}\nmodel: {type: linear}\ntraining: {optimizer: exact}\n"
                                 "objective: {metric: poisson_deviance}\n");
  CHECK_THROWS_WITH_AS(prepare(negative), doctest::Contains("poisson_deviance is for counts; target 'y' has -1"),
                       Error);
}

TEST_CASE("support vector machines by squared hinge are searched by metrics without a gradient") {
  const Drawn classes(false);
  const std::string model = std::string("{type: svm, loss: squared_hinge, l2: {") + kRange;
  for (const char* metric : {"error", "auc"}) {
    CAPTURE(metric);
    const bool maximize = metric == std::string("auc");
    const std::string split = "{method: kfold, folds: 3}";
    const Ran found(classes.study(split, model + "}}", "{method: gradient}", metric));
    const auto trials = found.storage->trials(),
               grid = trials_of(classes.study(split, model + ", points: 241}}", "{method: grid}", metric));
    const double value = best_trial(trials, maximize)->outcome.value, least = best_trial(grid, maximize)->outcome.value;
    CHECK((maximize ? value >= least : value <= least));
    CHECK(trials.size() <= 60);
    for (const Trial& t : trials)
      for (const auto& [name, x] : t.outcome.metrics) CHECK(name != "squared_hinge");
  }
}

TEST_CASE("derivatives of trials agree with differences of the values of full ones") {
  // Central differences of E over ln λ, of trainings to their minima, extrapolated once.
  const std::string split = "{method: kfold, folds: 3}", model = "{type: logistic, l2: ";
  const auto found = trials_of(study("breast_cancer.csv", split, model + "{" + kRange + "}}", "{method: gradient}"));
  // The best of those that were solved for their derivatives.
  const Trial* tight = nullptr;
  for (const Trial& t : found)
    if (!t.outcome.gradient.empty() && (!tight || t.outcome.value < tight->outcome.value)) tight = &t;
  const double x = std::get<double>(tight->configuration.values[0].value());
  std::string values;
  for (const double step : {-0.2, -0.1, 0.1, 0.2}) values += (values.empty() ? "" : ", ") + to_text(x * std::exp(step));
  auto around = trials_of(study("breast_cancer.csv", split, model + "{values: [" + values + "]}}", "{method: grid}",
                                "{optimizer: exact, stop: {gradient_norm: 1e-13}}"));
  const auto e = [&](std::size_t i) { return around.at(i).outcome.value; };
  const double wide = (e(3) - e(0)) / 0.4, narrow = (e(2) - e(1)) / 0.2;
  CHECK(std::abs(tight->outcome.gradient.at(0) - (4 * narrow - wide) / 3) <= 1e-6 * tight->outcome.value);
}

TEST_CASE(
    "refused, with a way out: metrics without a gradient, parameters without a derivative, nothing to descend on") {
  const auto text = [](const std::string& model, const std::string& rest) {
    return with("model: {type: logistic, " + model + "}\n" + rest + "\nsearch: {method: gradient}\n");
  };
  const std::string exact = "training: {optimizer: exact}";
  for (const std::string& training :
       {std::string("training: {optimizer: adam, learning_rate: 0.1, epochs: 5}"), exact + "\nseed: 1"}) {
    const bool through_steps = training != exact + "\nseed: 1";
    const std::string model =
        through_steps ? "l2: {min: 1, max: 2}" : "elastic_net: {lambda: {min: 1, max: 2}, ratio: {min: 0, max: 1}}";
    const std::string told = complaints(text(model, training + "\nobjective: {metric: auc}"));
    CAPTURE(told);
    CHECK(has(told, "'auc' does not"));
    CHECK(has(told, "log_loss"));
  }
  CHECK(has(complaints(text("l2: {values: [1, 2]}", exact)), "nothing to descend on"));
  const std::string clipped = complaints(
      text("l2: 0.1", "training: {learning_rate: 0.1, clip_norm: {min: 1, max: 2}, batch_size: batch, epochs: 5}"));
  CHECK(has(clipped, "no derivative of the hold-out error in training.clip_norm"));
  CHECK(has(clipped, "values: [...]"));
  const std::pair<std::string, std::string> unknown[] = {{"clip_norm", "1"},
                                                         {"clip_norm", "{values: [0, 1]}"},
                                                         {"average", "{name: polyak, from: 2}"},
                                                         {"average", "{values: [none, polyak]}"}};
  for (const auto& [key, value] : unknown) {
    const std::string told =
        complaints(text("l2: {min: 1, max: 2}",
                        "training: {learning_rate: 0.1, batch_size: batch, epochs: 5, " + key + ": " + value + "}"));
    CAPTURE(told);
    CHECK(has(told, "training." + key + ": search.method: gradient has no derivatives through it"));
    CHECK_FALSE(has(told, "in model.l2"));  // one mistake, one message
  }
  CHECK(has(complaints(with("model: {type: logistic, l2: {min: 1, max: 2}}\ntraining: {optimizer: exact}\n"
                            "search: {method: gradient, hypergradient: forward}\n")),
            "is a solver"));
}

TEST_CASE("the loss of a perceptron follows from the metric: what it is searched by") {
  const auto perceptron = [](const std::string& metric) {
    return with(
        "model: {type: mlp, hidden: [3], l2: {min: 1e-3, max: 1, scale: log}}\n"
        "training: {optimizer: adam, learning_rate: 0.01, epochs: 5}\nobjective: {metric: " +
        metric + "}\nsearch: {method: gradient}\n");
  };
  for (const char* smooth : {"log_loss", "mse"}) CHECK_NOTHROW(read_text(perceptron(smooth)));
  for (const char* dropout : {"0.2", "{values: [0, 0.5]}", "{min: 0, max: 0.5, step: 0.1}"}) {
    const std::string thinned =
        with("model: {type: mlp, hidden: [3], l2: {min: 1e-3, max: 1, scale: log}, dropout: " + std::string(dropout) +
             "}\ntraining: {optimizer: adam, learning_rate: 0.01, epochs: 5}\nobjective: {metric: mse}\n"
             "search: {method: gradient}\n");
    CHECK(has(complaints(thinned), "model.dropout: search.method: gradient has no derivatives through it"));
  }
  const std::string told = complaints(perceptron("accuracy"));
  CHECK(has(told, "'accuracy' does not"));
  CHECK(has(told, "log_loss"));
}

TEST_CASE("through the steps of an update rule: derivatives are those of the training as it is, and its bits stay") {
  const std::string split = "{method: kfold, folds: 3}", file = "breast_cancer.csv";
  const auto training = [](const std::string& rate) {
    return "{optimizer: adam, batch_size: 64, epochs: 4, learning_rate: " + rate + "}";
  };
  const std::string model = "{type: logistic, l2: ";
  const Ran ran(study(file, split, model + "{min: 1e-4, max: 1, scale: log}}", "{method: gradient, evaluations: 12}",
                      training("{min: 1e-3, max: 1, scale: log}")));
  const std::vector<Trial> found = testing::whole(*ran.storage);
  REQUIRE(found.size() >= 6);
  const auto value_at = [&](double l2, double rate) {
    const auto alone = trials_of(
        study(file, split, model + "{values: [" + to_text(l2) + "]}}", "{method: grid}", training(to_text(rate))));
    return alone.at(0).outcome.value;
  };
  const Trial& best = *best_trial(found, false);
  CHECK(best.outcome.value < found[0].outcome.value);
  const double l2 = std::get<double>(best.configuration.values[0].value()),
               rate = std::get<double>(best.configuration.values[1].value());
  CHECK(value_at(l2, rate) == best.outcome.value);
  const Verification verified = verify(*ran.storage, ran.file, ran.data, found, Workers(2));
  CHECK(verified.same.size() == found.size());
  CHECK(verified.skipped.empty());
  // Central differences over the logarithms.
  const Trial& first = found[0];
  const double x = std::get<double>(first.configuration.values[0].value()),
               y = std::get<double>(first.configuration.values[1].value()), step = 1e-4;
  const double by_l2 = (value_at(x * std::exp(step), y) - value_at(x * std::exp(-step), y)) / (2 * step),
               by_rate = (value_at(x, y * std::exp(step)) - value_at(x, y * std::exp(-step))) / (2 * step);
  CHECK(first.outcome.gradient.at(0) == doctest::Approx(by_l2).epsilon(1e-6));
  CHECK(first.outcome.gradient.at(1) == doctest::Approx(by_rate).epsilon(1e-6));
}

TEST_CASE("verify: trials that were solved in part, from where others ended, are those of the search run once more") {
  const Ran ran(study("breast_cancer.csv", "{method: kfold, folds: 3, test: 0.2}",
                      std::string("{type: logistic, l2: {") + kRange + "}}", "{method: gradient}"));
  std::vector<Trial> found = testing::whole(*ran.storage);
  REQUIRE(std::count_if(found.begin(), found.end(), [](const Trial& t) { return t.near.size() > 1; }) > 3);
  const Verification good = verify(*ran.storage, ran.file, ran.data, found, Workers(3));
  CHECK(good.same.size() == found.size());
  CHECK(good.deviations.empty());
  CHECK(good.skipped.empty());
  const auto part = std::find_if(found.begin(), found.end(), [](const Trial& t) { return !t.near.empty(); });
  part->outcome.gradient.at(0) *= 1 + 1e-12;
  const int changed = part->number;
  found.push_back(found.back());
  found.back().number += 1;
  found.back().outcome.full = false;
  const Verification bad = verify(*ran.storage, ran.file, ran.data, found, Workers(3));
  CHECK(bad.same.size() == found.size() - 2);
  REQUIRE(bad.deviations.size() == 2);
  CHECK(bad.deviations[0].trial == changed);
  CHECK(bad.deviations[0].what == "gradient");
  CHECK(bad.deviations[1].trial == found.back().number);
  CHECK(bad.deviations[1].what == "state");
  CHECK(bad.deviations[1].now.empty());
}

TEST_CASE("auto: solvers go to the minimum, update rules need not") {
  const auto method = [](const std::string& training) {
    return derivative_method(
        read_text(with("model: {type: logistic, l2: 1}\ntraining: " + training + "\nsearch: {method: grid}\n")).study);
  };
  CHECK_FALSE(method("{optimizer: exact}"));
  const auto searched = [](const std::string& training) {
    Study study;
    study.config.training.optimizer.select(0);
    SearchSettings& search = study.search;
    for (std::size_t i = 0; i < search.alternatives().size(); ++i)
      if (search.alternatives()[i].name == "gradient") search.select(i);
    const auto all = study.config.training.optimizer.alternatives();
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].name == training) study.config.training.optimizer.select(i);
    return derivative_method(study).value();
  };
  CHECK(searched("exact").method == train::Hypergradient::implicit);
  CHECK(has(searched("exact").why, "exact"));
  CHECK(searched("adam").method == train::Hypergradient::forward);
}

}  // namespace holdout::study
