// A run that measured the study's defaults never ends with a configuration that is worse than they are: where they lie
// inside of what is searched and are strictly better than every trial, they are the winner.
#include <doctest/doctest.h>

#include <cmath>

#include <holdout/study/verify.hpp>

#include "attributes.hpp"
#include "ran.hpp"
#include "records.hpp"
#include "study/study_text.hpp"
#include "support/folder.hpp"
#include "winner.hpp"

namespace holdout::study {
namespace {

struct Case {
  const char* l2;
  const char* metric;
  const char* split;
  const char* search;
};

constexpr const char* kOneSplit = "{method: holdout, fraction: 0.2, test: 0.2}";
constexpr const char* kFolds = "{method: kfold, folds: 3, test: 0.2}";

// The default λ is 0, and far better than a large one.
std::string ridge(const Case& c) {
  return "seed: 3\ndata: {file: " + holdout::testing::tests_folder() +
         "/../studies/data/diabetes.csv, target: target, split: " + c.split + "}\nmodel: {type: linear, l2: " + c.l2 +
         "}\ntraining: {optimizer: exact}\nobjective: {metric: " + c.metric + "}\nsearch: " + c.search + "\n";
}

testing::Ran ran(const Case& c) { return testing::Ran(ridge(c)); }

const Trial best_of(const testing::Ran& run) {
  const std::vector<Trial> trials = run.storage->trials();
  return *best_trial(trials, metric_of(run.file.study).maximize);
}

}  // namespace

TEST_CASE("best defaults: inside of what is searched, and better than every trial, they win") {
  for (const Case& c : {Case{"{min: 0, max: 1000}", "rmse", kOneSplit, "{method: random, trials: 3}"},
                        Case{"{min: 0, max: 1000}", "r2", kOneSplit, "{method: random, trials: 3}"},
                        Case{"{min: 0, max: 1000}", "mse", kFolds, "{method: random, trials: 3}"},
                        Case{"{min: 0, max: 1000}", "r2", kFolds, "{method: random, trials: 3}"}}) {
    CAPTURE(c.l2);
    CAPTURE(c.metric);
    CAPTURE(c.split);
    const testing::Ran run = ran(c);
    const Winner winner = run.storage->winner().value();
    const Trial best = best_of(run);
    CHECK(winner.trial == best.number);
    REQUIRE(winner.default_outcome);
    REQUIRE(winner.defaults);
    CHECK(winner.default_outcome->value == winner.defaults->value);
    CHECK((metric_of(run.file.study).maximize ? winner.defaults->value > best.outcome.value
                                              : winner.defaults->value < best.outcome.value));
    // All that the winner says is theirs: as a study says that has them alone.
    const testing::Ran alone = ran({"0", c.metric, c.split, "{method: grid}"});
    const Winner theirs = alone.storage->winner().value();
    const Trial only = testing::whole(*alone.storage)[0];
    CHECK(winner.test == theirs.test);
    CHECK(winner.refit_test == theirs.refit_test);
    CHECK(winner.defaults->test == (theirs.test.empty() ? theirs.refit_test : theirs.test));
    CHECK(winner.refit_epochs == theirs.refit_epochs);
    CHECK(testing::bits(winner.holdout_standard_error) == testing::bits(theirs.holdout_standard_error));
    CHECK(winner.best_yaml == theirs.best_yaml);
    REQUIRE(winner.model);
    CHECK_FALSE(winner.model->trial);
    CHECK(winner.model->layers[0].weights == theirs.model->layers[0].weights);
    const Outcome &a = *winner.default_outcome, &b = only.outcome;
    CHECK(a.value == b.value);
    CHECK(a.fold_values == b.fold_values);
    CHECK(a.metrics == b.metrics);
    CHECK(a.end == b.end);
    CHECK(a.epochs == b.epochs);
    CHECK(a.steps == b.steps);
    CHECK(testing::bits(a.train_loss) == testing::bits(b.train_loss));
    CHECK(testing::bits(a.gradient_norm) == testing::bits(b.gradient_norm));
    REQUIRE(a.curve.size() == b.curve.size());
    for (std::size_t i = 0; i < a.curve.size(); ++i) CHECK(a.curve[i].holdout == b.curve[i].holdout);
    // They are no trial.
    CHECK(run.storage->trials().size() == 3);
  }
}

TEST_CASE("best defaults: verify trains them again, and finds what was changed") {
  const testing::Ran run = ran({"{min: 0, max: 1000}", "rmse", kFolds, "{method: random, trials: 3}"});
  const auto verified = [&] {
    return verify(*run.storage, run.file, run.data, testing::whole(*run.storage), Workers(2));
  };
  Verification result = verified();
  CHECK(result.same_defaults);
  CHECK(result.same.size() == 3);
  CHECK(result.deviations.empty());
  Winner other = run.storage->winner().value();
  other.default_outcome->fold_values[1] += 1;
  run.storage->write(other);
  result = verified();
  CHECK_FALSE(result.same_defaults);
  CHECK(result.same.size() == 3);
  REQUIRE(result.deviations.size() == 1);
  CHECK_FALSE(result.deviations[0].trial);
  CHECK(result.deviations[0].what == "folds");
}

TEST_CASE("best defaults: outside of the range or the list, as bad or worse, or without a value, a trial wins") {
  const auto wins = [](const std::string& text) {
    const testing::Ran run(text);
    const Winner winner = run.storage->winner().value();
    REQUIRE(winner.defaults);
    return std::pair(winner.default_outcome.has_value(), winner.defaults->value);
  };
  // Better, but 0 is not in the range, nor on the list.
  for (const char* l2 : {"{min: 10, max: 1000}", "{values: [10, 1000]}"}) {
    const testing::Ran run = ran({l2, "rmse", kOneSplit, "{method: random, trials: 2}"});
    const Winner winner = run.storage->winner().value();
    CHECK_FALSE(winner.default_outcome);
    CHECK(winner.defaults->value < best_of(run).outcome.value);
    CHECK(winner.model->trial == best_of(run).number);
  }
  // Equal: 0 and 1e-300 give the same bits.
  const std::string tie = ridge({"{min: 0, max: 1e-300}", "rmse", kOneSplit, "{method: random, trials: 2}"});
  const testing::Ran tied(tie);
  CHECK(tied.storage->winner()->defaults->value == best_of(tied).outcome.value);
  CHECK_FALSE(tied.storage->winner()->defaults->trial);
  CHECK_FALSE(tied.storage->winner()->default_outcome);
  // The default of 100 epochs lies inside, and diverges.
  std::string diverging = ridge({"0", "mse", kOneSplit, "{method: grid}"});
  diverging.replace(diverging.find("{optimizer: exact}"), 18,
                    "{optimizer: gd, learning_rate: 30, batch_size: batch, epochs: {min: 1, max: 200, points: 2}}");
  const auto [won, value] = wins(diverging);
  CHECK_FALSE(won);
  CHECK(std::isnan(value));
}

TEST_CASE("best defaults: what training them gave is stored to the last bit") {
  using testing::bits, testing::kInfinity, testing::kNaN;
  Winner winner;
  winner.defaults.emplace();
  Outcome& outcome = winner.default_outcome.emplace();
  outcome.value = 1.0 / 3, outcome.metrics = {{"mse", 1.0 / 3}, {"r2", kNaN}}, outcome.end = "epochs";
  outcome.fold_values = {0.1, 1e300}, outcome.start_values = {kNaN, 0.2}, outcome.gradient_norm = kNaN;
  outcome.epochs = 7, outcome.steps = 70, outcome.train_loss = kInfinity;
  outcome.curve = {{1, kNaN, kInfinity}, {7, 5e-324, 1.0 / 3}};
  const Winner back = winner_from(winner_json(winner));
  REQUIRE(back.default_outcome);
  const Outcome& o = *back.default_outcome;
  CHECK(o.state == TrialState::complete);
  CHECK(o.value == outcome.value);
  CHECK(o.end == "epochs");
  CHECK(o.fold_values == outcome.fold_values);
  CHECK(bits(o.metrics.at(1).second) == bits(kNaN));
  CHECK(bits(o.start_values.at(0)) == bits(kNaN));
  CHECK(bits(o.gradient_norm) == bits(kNaN));
  CHECK(o.train_loss == kInfinity);
  CHECK(o.epochs == 7);
  CHECK(o.steps == 70);
  REQUIRE(o.curve.size() == 2);
  CHECK(bits(o.curve[0].train_loss) == bits(kNaN));
  CHECK(o.curve[0].holdout == kInfinity);
  CHECK(o.curve[1].epoch == 7);
  CHECK(o.curve[1].train_loss == 5e-324);
}

TEST_CASE("best defaults: a stored winner that cannot be is refused") {
  const testing::Ran run = ran({"{min: 10, max: 1000}", "rmse", kOneSplit, "{method: random, trials: 2}"});
  Winner winner = run.storage->winner().value();
  winner.default_outcome.emplace().value = winner.defaults->value;
  run.storage->write(winner);
  CHECK_THROWS_WITH_AS(run.storage->winner(), doctest::Contains("the defaults lie outside of what is searched"), Error);
  winner.default_outcome->value = testing::kNaN;
  run.storage->write(winner);
  CHECK_THROWS_WITH_AS(run.storage->winner(), doctest::Contains("expected a finite value"), Error);
  winner.default_outcome->value = 1, winner.defaults.reset();
  run.storage->write(winner);
  CHECK_THROWS_WITH_AS(run.storage->winner(), doctest::Contains("there are no `defaults`"), Error);
}

}  // namespace holdout::study
