// The certificate of a search on one λ: proved on data that are known, the same for any number of threads and after a
// resumption, repeated by verify, and refused where there is none.
#include "certify.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include <holdout/base/number.hpp>
#include <holdout/base/random.hpp>
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
      check_proved(c);
      CHECK(c.added <= 8);
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

TEST_CASE("where two rows change sides at one λ the share of errors stays unproved there, and all else stands") {
  // Two hold-out rows are alike but for their class, so that one of them is wrong at every λ, and where the decision
  // passes over both neither is certain. The model's boundary moves from between the classes to infinity with λ.
  testing::Scratch scratch;
  std::ofstream out(scratch / "rows.csv");
  out << "x,part,target\n";
  for (int i = 0; i < 30; ++i)
    out << (i % 3 == 0 ? 1 : 0) + 0.05 * (i % 7) << ",train," << (i % 3 == 0 ? "yes" : "no") << '\n';
  out << "2,holdout,yes\n2,holdout,no\n-5,holdout,no\n";
  out.close();
  const Ran ran("data: {file: " + (scratch / "rows.csv") +
                ", target: target, split: {method: column, column: part}}\ntraining: {optimizer: exact}\n"
                "objective: {metric: error}\nmodel: {type: logistic, l2: {min: 1e-4, max: 1e4, scale: log}}\n" +
                kCertify);
  const Certificate c = certificate_of(ran);
  check_shape(c);
  CHECK(c.best == doctest::Approx(1.0 / 3));
  CHECK_FALSE(c.proved());
  CHECK(c.lower_bound == 0);
  REQUIRE(c.open.size() == 1);
  CHECK(c.open[0].max > c.open[0].min);
  CHECK(c.open[0].max < c.open[0].min * (1 + 1e-4));
  CHECK(c.share > 0.999);
  CHECK(c.share < 1);
  CHECK(c.reason == "the bounds do not reach it there, however small the intervals");
  const std::string text = facts_json(*ran.storage->facts());
  CHECK(facts_json(facts_from(text)) == text);
  CHECK(verify_all(ran).deviations.empty());
}

TEST_CASE("sparse ridge regression, and more features than rows, are certified; grids lie above the bounds") {
  testing::Scratch scratch;
  std::ofstream out(scratch / "wide.svm");
  Stream draws = stream(Seed{21}, "wide rows");
  for (int i = 0; i < 60; ++i) {
    std::string row;
    double y = draws.normal();
    for (int j = 1; j <= 200; ++j) {
      if (draws.uniform() > 0.1) continue;
      const double x = draws.normal();
      y += j % 5 == 0 ? x : 0;
      row += " " + std::to_string(j) + ":" + to_text(x);
    }
    out << to_text(y) << row << '\n';
  }
  out.close();
  const std::string rest = "seed: 3\ndata: {file: " + (scratch / "wide.svm") +
                           ", format: libsvm, split: {method: kfold, folds: 3}}\ntraining: {optimizer: exact}\n";
  const Certificate c = certificate_of(Ran(rest + kRidge + kCertify));
  check_proved(c);
  CHECK(c.anchors.empty());
  check_against_grid(c, rest, "model: {type: linear, l2: {min: 1e-6, max: 1e4, scale: log, points: 41}}\n");
}

TEST_CASE("what a run tells while it certifies: shares that grow to all of the range, and intervals") {
  struct Listener final : Observer {
    void changed(const RunState& state) override {
      if (state.certifying) told.push_back(*state.certifying);
    }
    std::vector<RunState::Certifying> told;
  };
  testing::Scratch scratch;
  StudyFile file = read_text(data("breast_cancer.csv", "{method: kfold, folds: 3}") + kLogistic + kCertify);
  const data::Prepared prepared = prepare(file);
  const auto storage = Storage::create(scratch / "one.db", record_of(file, prepared));
  const std::atomic<bool> interrupt = false;
  Listener listener;
  run(file, prepared, *storage, Workers(2), interrupt, listener);
  const std::int64_t intervals = storage->facts()->certificate.value().intervals;
  REQUIRE(listener.told.size() == static_cast<std::size_t>(intervals) + 1);
  CHECK(listener.told[0].share == 0);
  for (std::size_t i = 0; i < listener.told.size(); ++i) {
    CHECK(listener.told[i].intervals == static_cast<std::int64_t>(i));
    if (i > 0) CHECK(listener.told[i].share >= listener.told[i - 1].share);
    CHECK(listener.told[i].share <= 1);
  }
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
