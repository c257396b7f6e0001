// The certificate of a search on one λ: proved on data that are known, the same for any number of threads and after a
// resumption, repeated by verify, and refused where there is none.
#include "certify.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include <holdout/study/verify.hpp>

#include "attributes.hpp"
#include "ran.hpp"
#include "records.hpp"
#include "study/study_text.hpp"
#include "support/folder.hpp"

namespace holdout::study {
namespace {

using testing::Ran;

const char* const kLogistic = "model: {type: logistic, l2: {min: 1e-6, max: 10, scale: log}}\n";
const char* const kRidge = "model: {type: linear, l2: {min: 1e-6, max: 1e4, scale: log}}\n";
const char* const kCertify = "search: {method: gradient, certify: 0.001}\n";

std::string data(const std::string& file, const std::string& split) {
  return "seed: 3\ndata: {file: " + holdout::testing::tests_folder() + "/../studies/data/" + file +
         ", target: target, split: " + split + "}\ntraining: {optimizer: exact}\n";
}

Verification verify_all(const Ran& ran) {
  std::vector<Trial> trials = ran.storage->trials();
  for (Trial& trial : trials) trial.outcome.curve = ran.storage->curve(trial.number);
  return verify(*ran.storage, ran.file, ran.data, trials, Workers(2));
}

Certificate certificate_of(const Ran& ran) { return ran.storage->facts()->certificate.value(); }

// What holds of every certificate, proved or not.
void check_shape(const Certificate& c) {
  CHECK(c.lower_bound <= c.best);
  REQUIRE(c.at.size() == c.bound.size() + 1);
  CHECK(c.at.front() == c.min);
  CHECK(c.at.back() == c.max);
  CHECK(std::is_sorted(c.at.begin(), c.at.end()));
  for (const double bound : c.bound) CHECK(bound >= c.lower_bound);
  CHECK(c.proved() == c.open.empty());
  CHECK(c.proved() == c.reason.empty());
}

void check_proved(const Certificate& c) {
  check_shape(c);
  CAPTURE(c.reason);
  CHECK(c.proved());
  CHECK(c.lower_bound >= c.best * (1 - c.tolerance));
}

// Exact trainings on a grid: none is below the band.
void check_against_grid(const Certificate& c, const std::string& study_without_search, const std::string& model) {
  const Ran grid(study_without_search + model + "search: {method: grid}\n");
  std::size_t compared = 0;
  for (const Trial& trial : grid.storage->trials()) {
    const double l2 = std::get<double>(trial.configuration.values[0].value());
    const auto after = std::upper_bound(c.at.begin(), c.at.end(), l2);
    if (after == c.at.begin() || after == c.at.end()) continue;
    CHECK(trial.outcome.value >= c.bound[static_cast<std::size_t>(after - c.at.begin()) - 1] * (1 - 1e-9));
    ++compared;
  }
  CHECK(compared > 30);
}

}  // namespace

TEST_CASE(
    "breast_cancer is certified at 0.001 with no more than 8 λ beyond the search's: hold-out, folds, error share") {
  for (const std::string split : {"{method: holdout, fraction: 0.2, test: 0.2}", "{method: kfold, folds: 3}"})
    for (const std::string metric : {"log_loss", "error"}) {
      CAPTURE(split);
      CAPTURE(metric);
      const std::string rest = data("breast_cancer.csv", split) + "objective: {metric: " + metric + "}\n";
      const Certificate c = certificate_of(Ran(rest + kLogistic + kCertify));
      MESSAGE(split, " ", metric, ": share ", c.share, ", anchors ", c.anchors.size(), ", added ", c.added,
              ", intervals ", c.intervals, " ", c.reason);
      check_shape(c);
      CHECK(c.metric == metric);
      if (metric == "log_loss") {
        check_proved(c);
        CHECK(c.added <= 8);
      }
      check_against_grid(c, rest, "model: {type: logistic, l2: {min: 1e-6, max: 10, scale: log, points: 41}}\n");
    }
}

TEST_CASE("ridge regression is certified by one eigendecomposition: hold-out, folds and leave-one-out") {
  for (const std::string split :
       {"{method: holdout, fraction: 0.2}", "{method: kfold, folds: 4}", "{method: leave_one_out}"})
    for (const std::string metric : {"mse", "rmse"}) {
      CAPTURE(split);
      const std::string rest = data("diabetes.csv", split) + "objective: {metric: " + metric + "}\n";
      const Certificate c = certificate_of(Ran(rest + kRidge + kCertify));
      check_proved(c);
      CHECK(c.anchors.empty());
      CHECK(c.added == 0);
      CHECK(c.intervals < 300);
      check_against_grid(c, rest, "model: {type: linear, l2: {min: 1e-6, max: 1e4, scale: log, points: 41}}\n");
    }
}

TEST_CASE("a certificate does not depend on threads, is stored, and verify repeats it") {
  const Ran ran(data("breast_cancer.csv", "{method: kfold, folds: 3}") + kLogistic + kCertify);
  const Certificate stored = certificate_of(ran);
  const std::string text = facts_json(*ran.storage->facts());
  CHECK(facts_json(facts_from(text)) == text);
  const auto storage = Storage::create(ran.scratch / "one.db", record_of(ran.file, ran.data));
  const std::atomic<bool> interrupt = false;
  testing::Silent observer;
  run(ran.file, ran.data, *storage, Workers(1), interrupt, observer);
  const Certificate alone = storage->facts()->certificate.value();
  CHECK(alone.lower_bound == stored.lower_bound);
  CHECK(alone.at == stored.at);
  CHECK(alone.bound == stored.bound);
  CHECK(alone.anchors == stored.anchors);
  // Once more from what is stored: the trials are told again, and their θ are read.
  RunFacts facts = *storage->facts();
  facts.certificate.reset(), facts.interrupted = true;
  storage->write(facts);
  run(ran.file, ran.data, *storage, Workers(2), interrupt, observer);
  CHECK(storage->facts()->certificate.value().bound == stored.bound);
  const Verification same = verify_all(ran);
  CHECK(same.deviations.empty());
  RunFacts forged = *ran.storage->facts();
  forged.certificate->lower_bound /= 2;
  ran.storage->write(forged);
  const Verification other = verify_all(ran);
  REQUIRE(other.deviations.size() == 1);
  CHECK(other.deviations[0].what == "certificate.lower_bound");
}

TEST_CASE("hostile: what cannot be a certificate is refused where it is read") {
  const Ran ran(data("diabetes.csv", "{method: holdout, fraction: 0.2}") + kRidge + kCertify);
  const RunFacts facts = *ran.storage->facts();
  const auto refused = [&](const auto& change) {
    RunFacts other = facts;
    change(*other.certificate);
    CHECK_THROWS_AS(facts_from(facts_json(other)), std::domain_error);
  };
  refused([](Certificate& c) { c.min = -1; });
  refused([](Certificate& c) { c.share = 1.5; });
  refused([](Certificate& c) { c.lower_bound = 2 * c.best; });
  refused([](Certificate& c) { c.at.pop_back(); });
  refused([](Certificate& c) { std::swap(c.at[0], c.at[1]); });
  refused([](Certificate& c) { c.bound[0] = testing::kNaN; });
  refused([](Certificate& c) { c.intervals = -1; });
}

TEST_CASE("errors: what has no certificate is refused when the study is read, with what to do") {
  const auto says = [](const std::string& rest, const std::string& part) {
    const std::string all = complaints(with(rest));
    CAPTURE(all);
    CHECK(has(all, "search.certify"));
    CHECK(has(all, part));
  };
  const std::string exact = "training: {optimizer: exact}\n", certify = "search: {method: gradient, certify: 0.01}\n";
  CHECK(complaints(with(exact + kLogistic + certify)).empty());
  CHECK(complaints(with(exact + kLogistic + "search: {method: gradient, certify: off}\n")).empty());
  says("model: {type: logistic, l2: {min: 1e-6, max: 1}}\n" + exact + certify, "scale log");
  says("model: {type: logistic, l2: {min: 1e-6, max: 1, scale: log}, class_weight: {values: [none, balanced]}}\n" +
           exact + certify,
       "model.l2 alone");
  says("model: {type: linear, loss: huber, l2: {min: 1e-6, max: 1, scale: log}}\n" + exact + certify, "loss huber");
  says(exact + kLogistic + "objective: {metric: auc}\n" + certify, "metric auc");
  says(
      "model: {type: logistic, l2: {min: 1e-6, max: 1, scale: log}}\ntraining: {optimizer: adam, learning_rate: "
      "0.1}\n" +
          certify,
      "minima of J");
  for (const char* wrong : {"2", "1e-12", "true"})
    CHECK(has(complaints(with(exact + kLogistic + "search: {method: gradient, certify: " + wrong + "}\n")), "certify"));
}

}  // namespace holdout::study
