// data.split: leave_one_out, from the file to the winner.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "study/ran.hpp"
#include "support/folder.hpp"
#include "winner.hpp"

namespace holdout::study {
namespace {

using testing::Ran;

std::string study(const std::string& data, const std::string& l2, const std::string& search) {
  return "data: {file: " + holdout::testing::tests_folder() + "/../studies/data/diabetes.csv, target: target, " + data +
         "}\nmodel: {type: linear, l2: " + l2 +
         "}\ntraining: {optimizer: exact}\nobjective: {metric: mse}\nsearch: " + search + "\n";
}

double best_value(const Ran& ran) { return best_trial(ran.storage->trials(), false)->outcome.value; }

}  // namespace

TEST_CASE("reference: scikit-learn's leave-one-out errors of ridge regression") {
  // RidgeCV(alphas=[λ · 441], store_cv_values=True) of scikit-learn 1.2.1 on StandardScaler's features of all rows:
  // alpha is λ times the number of rows that train.
  const std::pair<const char*, double> expected[] = {{"0.001", 3000.658837130933},
                                                     {"0.01", 3000.389543412763},
                                                     {"0.1", 3004.592948348016},
                                                     {"1", 3326.7635729140056},
                                                     {"10", 4849.482808932409}};
  for (const auto& [l2, value] : expected) {
    CAPTURE(l2);
    const Ran ran(study("split: {method: leave_one_out}", l2, "{method: grid}"));
    CHECK(best_value(ran) == doctest::Approx(value).epsilon(1e-13));
  }
}

TEST_CASE("reference: the least leave-one-out error, by gradient") {
  // RidgeCV's errors as above, minimized over log λ by SciPy's Brent.
  const Ran ran(study("split: {method: leave_one_out}", "{min: 1e-6, max: 1e4, scale: log}", "{method: gradient}"));
  const std::vector<Trial> trials = ran.storage->trials();
  const Trial& best = *best_trial(trials, false);
  CHECK(best.outcome.value == doctest::Approx(2999.7711330679745).epsilon(1e-13));
  CHECK(std::get<double>(*best.configuration.values[0]) == doctest::Approx(0.004160447964435726).epsilon(1e-7));
  CHECK(trials.size() <= 32);
}

TEST_CASE("closed form: without standardization it is k-fold with a fold for each row, and the same with products") {
  for (const std::string features : {"polynomial: 1", "include: [bmi, bp, s5], polynomial: 2"}) {
    CAPTURE(features);
    const std::string data = "standardize: false, features: {" + features + "}, split: ";
    const Ran once(study(data + "{method: leave_one_out}", "0.01", "{method: grid}"));
    const Ran folds(study(data + "{method: kfold, folds: 442}", "0.01", "{method: grid}"));
    CHECK(best_value(once) == doctest::Approx(best_value(folds)).epsilon(1e-10));
    CHECK(once.storage->facts()->baseline == doctest::Approx(folds.storage->facts()->baseline).epsilon(1e-12));
  }
}

TEST_CASE("property: the winner is the model of all rows; its predictions are those of the models without each") {
  const Ran ran(study("split: {method: leave_one_out, test: 0.2}", "{values: [0.1, 1]}", "{method: grid}"));
  const RunFacts facts = ran.storage->facts().value();
  CHECK(facts.split == "leave_one_out");
  CHECK(facts.train_rows == 354);
  CHECK(facts.holdout_rows == 354);
  CHECK(facts.test_rows == 88);
  const Winner winner = ran.storage->winner().value();
  CHECK(winner.test == winner.refit_test);  // no row more to be refitted on
  CHECK(winner.holdout_standard_error > 0);
  REQUIRE(winner.predictions);
  CHECK(winner.predictions->rows == 354);
  double sum = 0;
  for (std::size_t i = 0; i < 354; ++i)
    sum += std::pow(winner.predictions->target.at(i) - winner.predictions->predicted.at(i), 2);
  CHECK(sum / 354 == doctest::Approx(best_value(ran)).epsilon(1e-12));
}

TEST_CASE("notices: what a row that is left out has a part in") {
  const auto notice = [](const std::string& data) {
    StudyFile file = read_text(study(data + "split: {method: leave_one_out}", "1", "{method: grid}"));
    return prepare(file).notices.back();
  };
  const std::string always = "leave-one-out: every row is measured by the model of all others, exactly";
  CHECK(notice("standardize: false, ") == always);
  CHECK(notice("") == always + "; but for locations and scales of the features, which are those of all rows");
  CHECK(notice("missing: mean, ") == always +
                                         "; but for locations and scales of the features, what missing values are "
                                         "filled with, which are those of all rows");
}

}  // namespace holdout::study
