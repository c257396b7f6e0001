// Requests that start from other trials, and previews of what they would start from, on real trainings.
#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <vector>

#include "objective.hpp"
#include "ran.hpp"
#include "support/folder.hpp"

namespace holdout::study {
namespace {

// A study's objective without a search.
struct Asked {
  testing::Scratch scratch;
  StudyFile file;
  data::Prepared data;
  std::unique_ptr<Storage> storage;
  Workers workers{1};
  std::atomic<bool> interrupt = false;
  testing::Silent observer;
  Designs designs;
  ChoiceBias bias;
  Writer writer;
  TrainingObjective objective;

  explicit Asked(const std::string& metric)
      : file(read_text("data: {file: " + holdout::testing::tests_folder() +
                       "/../studies/data/breast_cancer.csv, target: target, split: {method: kfold, folds: 3}}\nmodel: "
                       "{type: logistic, l2: {min: 1e-6, max: 1e4, scale: log}}\ntraining: {optimizer: exact}\n"
                       "objective: {metric: " +
                       metric + "}\nsearch: {method: gradient}\n")),
        data(prepare(file)),
        storage(Storage::create(scratch / "study.db", record_of(file, data))),
        designs(data),
        bias(file.study, metric_of(file.study), data, {}),
        writer(*storage, LockWait(interrupt, observer)),
        objective({file.study, data.dataset, metric_of(file.study), workers, interrupt, *storage, bias}, designs,
                  writer, observer, {}) {}

  search::Evaluation ask(double l2, search::Want want, std::vector<search::Near> near = {}) {
    search::Request request{{{Value(l2)}}, {}, std::move(near), want};
    request.derivatives_optional = true;
    if (want != search::Want::value) request.fidelity.tolerance = 1e-10;
    return objective.evaluate(std::span(&request, 1)).at(0);
  }
  double preview(double l2, std::vector<search::Near> near) {
    const search::Request request{{{Value(l2)}}, {}, std::move(near), search::Want::gradient};
    return objective.preview(std::span(&request, 1)).at(0);
  }
  Trial trial(int number) {
    writer.drain();
    return storage->trials().at(static_cast<std::size_t>(number));
  }
};

}  // namespace

TEST_CASE("near: values too start from the models of other trials, and end at the same minimum") {
  Asked asked("log_loss");
  asked.ask(1e-3, search::Want::gradient), asked.ask(2e-3, search::Want::gradient);
  const search::Evaluation cold = asked.ask(1.4e-3, search::Want::value);
  const search::Evaluation warm = asked.ask(1.4e-3, search::Want::value, {{0, 0.5, 0.5}, {1, 0.5, 0.5}});
  CHECK(warm.value == doctest::Approx(cold.value).epsilon(1e-8));
  CHECK(asked.trial(3).outcome.steps < asked.trial(2).outcome.steps);
  CHECK(asked.trial(3).near == std::vector<search::Near>{{0, 0.5, 0.5}, {1, 0.5, 0.5}});
  CHECK(asked.trial(2).near.empty());
}

TEST_CASE("previews: of one trial its own value, between two nearly that of the training, without a trial") {
  for (const char* metric : {"log_loss", "auc", "error"}) {
    CAPTURE(metric);
    Asked asked(metric);
    const double at = 1e-3;
    const search::Evaluation solved = asked.ask(at, search::Want::gradient),
                             other = asked.ask(2e-3, search::Want::gradient);
    CHECK(asked.preview(at, {{0, 1, 1}}) == doctest::Approx(solved.value).epsilon(1e-9));
    // The cubic through both models and their derivatives, at the middle: ½, ½, and a quarter of the way to each.
    const double middle = std::sqrt(2.0) * 1e-3;
    const double between = asked.preview(middle, {{0, 0.5, 0.25}, {1, 0.5, 0.25}});
    const search::Evaluation trained = asked.ask(middle, search::Want::gradient);
    CHECK(trained.trial == 2);
    CHECK(between == doctest::Approx(trained.value).epsilon(std::string(metric) == "log_loss" ? 1e-4 : 2e-2));
    CHECK(other.gradient.empty() == (std::string(metric) != "log_loss"));
  }
}

}  // namespace holdout::study
