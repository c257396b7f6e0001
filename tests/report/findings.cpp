#include <holdout/report/findings.hpp>

#include <holdout/report/report.hpp>

#include <cmath>

#include <doctest/doctest.h>

#include "report/fake.hpp"

using namespace holdout;
using namespace holdout::report;
using study::TrialState;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<int> ranked(const Findings& f) {
  std::vector<int> numbers;
  for (const std::size_t i : f.ranking) numbers.push_back(f.trials[i].number);
  return numbers;
}

search::Configuration at(Value value) { return {{std::move(value)}}; }

// The bounds that a best value hits in a space of one parameter.
std::vector<BoundHit> bounds(search::Interval range, Value value, std::vector<Value> values = {}) {
  FakeStorage s = storage("mse", false, {trial(0, 1, at(std::move(value)))});
  s.record.space = search::SearchSpace({{"x", std::move(values), range, {}}});
  return find(s).bounds;
}

}  // namespace

TEST_CASE("ranking: smallest first, equal values by number, what is no number nowhere") {
  const auto s = storage("mse", false, {trial(3, 2), trial(0, kNaN), trial(1, 2), trial(2, 1), trial(4, -kInfinity)});
  const Findings f = find(s);
  CHECK(ranked(f) == std::vector{2, 1, 3});
  CHECK(f.best()->number == 2);
  CHECK(f.complete == 5);
}

TEST_CASE("ranking: largest first where the metric is maximized, equal values by number") {
  const auto s = storage("accuracy", true, {trial(0, 0.7), trial(1, 0.9), trial(2, 0.9), trial(3, kInfinity)});
  CHECK(ranked(find(s)) == std::vector{1, 2, 0});
}

TEST_CASE("ranking: failed, pruned and unfinished trials have no place in it") {
  auto s = storage("mse", false, {trial(0, 1), trial(1, 2), trial(2, 3), trial(3, 4), trial(4, 5)});
  s.all[0].outcome.state = TrialState::failed;
  s.all[1].outcome.state = TrialState::pruned;
  s.all[2].outcome.state = TrialState::running;
  s.all[3].outcome.state = TrialState::waiting;
  const Findings f = find(s);
  CHECK(ranked(f) == std::vector{4});
  CHECK(f.begun == 5);
  CHECK(f.trials.size() == 3);
  CHECK(f.failed == 1);
  CHECK(f.pruned == 1);
}

TEST_CASE("no complete trial: no best") {
  const Findings f = find(storage("mse", false, {failure(0, "diverged at epoch 1"), trial(1, kNaN)}));
  CHECK(f.best() == nullptr);
  CHECK_FALSE(f.winner);
  CHECK_FALSE(f.standard_error);
  CHECK(find(storage("mse", false, {})).best() == nullptr);
}

TEST_CASE("interrupted: said so, no end noted, no facts, or a trial without outcome") {
  auto s = storage("mse", false, {trial(0, 1)});
  CHECK_FALSE(find(s).interrupted);
  SUBCASE("said so") { s.run->interrupted = true; }
  SUBCASE("no end") { s.run->finished.clear(); }
  SUBCASE("no facts") { s.run.reset(); }
  SUBCASE("running") { s.all.push_back(trial(1, 0)), s.all[1].outcome.state = TrialState::running; }
  CHECK(find(s).interrupted);
}

TEST_CASE("winner: only that of the best trial counts") {
  auto s = storage("mse", false, {trial(0, 2), trial(1, 1)});
  s.won.emplace();
  s.won->trial = 0;
  CHECK_FALSE(find(s).winner);
  s.won->trial = 1;
  CHECK(find(s).winner);
}

TEST_CASE("standard error: s / √k of the folds") {
  auto s = storage("mse", false, {trial(0, 4)});
  s.all[0].outcome.fold_values = {2, 4, 4, 4, 6};
  // Squares of the distances from 4: 4 + 0 + 0 + 0 + 4 = 8; √(8 / 4 / 5) = √0.4.
  CHECK(find(s).standard_error.value() == doctest::Approx(std::sqrt(0.4)).epsilon(1e-15));
}

TEST_CASE("standard error: with one split the winner's, if it has one") {
  auto s = storage("mse", false, {trial(0, 4)});
  s.won.emplace();
  s.won->holdout_standard_error = 0.5;
  CHECK(find(s).standard_error.value() == 0.5);
  s.won->holdout_standard_error = kNaN;
  CHECK_FALSE(find(s).standard_error);
}

TEST_CASE("gain: positive on the good side of the constant model") {
  auto s = storage("mse", false, {trial(0, 2)});
  CHECK_FALSE(find(s).gain);
  s.run->baseline = 5;
  CHECK(find(s).gain.value() == 3);
  s.record.maximize = true;
  CHECK(find(s).gain.value() == -3);
}

TEST_CASE("defaults: the gain over them, in words in every format; what failed is said with its reason") {
  FakeStorage s =
      storage("mse", false, {trial(0, 3, {{Value(0.25), Value("adam")}}), trial(1, 4, {{Value(2.0), Value("adam")}})});
  s.record.space = search::SearchSpace({{"model.l2", {}, search::Interval{1e-3, 10, true}, {}},
                                        {"training.optimizer", {Value("adam"), Value("gd")}, {}, {}}});
  s.won.emplace();
  s.won->holdout_standard_error = 0.5, s.won->test = {{"mse", 3.5}};
  s.won->defaults = study::DefaultResult{{{Value(0.0), Value("adam")}}, {1}, {}, 4, {}, {{"mse", 4.25}}};
  CHECK(find(s).default_gain == 1);
  const auto says = [&](const std::string& part) {
    CAPTURE(part);
    for (const char* format : {"markdown", "html"}) {
      std::string text = render(find(s), format);
      for (const char* code : {"`", "<code>", "</code>", "<wbr>", "\\"})
        for (std::size_t at; (at = text.find(code)) != std::string::npos;)
          text.erase(at, std::string_view(code).size());
      CHECK(text.find(part) != std::string::npos);
    }
  };
  says(
      "Without tuning, at the defaults (l2 0, optimizer adam), the hold-out mse is 4. Tuning lowered it by 25 %: 1, "
      "more "
      "than one standard error of the best value (0.5). On the test rows: 4.25 at the defaults, 3.5 tuned. No default "
      "suits training.optimizer: the middle of the range, or the first word of the list, stands for it.");
  CHECK(summary(find(s), "runs/x").find("defaults: 4") != std::string::npos);
  const std::string json = render(find(s), "json");
  CHECK(json.find("\"undeclared\": [\n        \"training.optimizer\"") != std::string::npos);
  s.won->defaults->trial = 1, s.won->defaults->value = 3;
  says("at the defaults (l2 0, optimizer adam), which are trial 1, the hold-out mse is 3. Tuning gained nothing.");
  s.won->defaults->value = 2.5;
  says(
      "the hold-out mse is 2.5. The defaults are better (2.5) but lie outside of what is searched: widen model.l2 "
      "(0.001 to 10) to include its default 0.");
  s.won->defaults->value = NAN, s.won->defaults->reason = "diverged at epoch 3";
  CHECK_FALSE(find(s).default_gain);
  says(", there is no model: diverged at epoch 3.");
  s.record.maximize = true, s.won->trial = 1, s.won->defaults->value = 3.75;
  CHECK(find(s).default_gain == 0.25);
  says("Tuning raised it by 0.25, less than one standard error");
}

TEST_CASE("near ties: within 1 % of the best, within a standard error") {
  auto s = storage("mse", false, {trial(0, 100), trial(1, 101), trial(2, 101.5), trial(3, 103), trial(4, 100)});
  CHECK(find(s).within_percent == 2);
  CHECK_FALSE(find(s).within_error);
  s.all[0].outcome.fold_values = {98, 102};  // s / √2 = √8 / √2 = 2
  CHECK(find(s).within_error.value() == 3);
}

TEST_CASE("bounds: within 1 % of the range on its scale") {
  CHECK(bounds({0, 100}, 1.0).size() == 1);
  CHECK(bounds({0, 100}, 1.1).empty());
  CHECK(bounds({0, 100}, 50.0).empty());
  CHECK(bounds({0, 100}, 98.9).empty());
  CHECK(bounds({0, 100}, 99.0).at(0).upper);
  CHECK_FALSE(bounds({-5, 5}, -5.0).at(0).upper);
  // Four decades: 1 % of them is a factor of 10^0.04 = 1.096.
  CHECK(bounds({1e-4, 1, true}, 1.09e-4).size() == 1);
  CHECK(bounds({1e-4, 1, true}, 1.1e-4).empty());
  CHECK(bounds({1e-4, 1, true}, 0.92).at(0).bound == 1);
  CHECK(bounds({1e-4, 1, true}, 0.90).empty());
  CHECK(bounds({1, 3, false, {}, true}, std::int64_t{3}).at(0).upper);
  CHECK(bounds({1, 3, false, {}, true}, std::int64_t{2}).empty());
}

TEST_CASE("bounds: the zero of 'zero or the range', words, and a range of one point hit nothing") {
  CHECK(bounds({1e-6, 1, true}, 0.0, {0.0}).empty());
  CHECK(bounds({1, 10, false, {}, true}, Value("batch"), {Value("batch")}).empty());
  CHECK(bounds({2, 2}, 2.0).empty());
}

TEST_CASE("failures: grouped by what they say apart from numbers, with the learning rates they had") {
  const auto rate = [](double x) { return at(x); };
  auto s = storage("mse", false,
                   {failure(0, "singular matrix", rate(0.01)), failure(1, "diverged at epoch 12", rate(0.5)),
                    failure(2, "diverged at epoch 3", rate(0.2)), trial(3, 1, rate(0.1)), trial(4, 2, rate(0.001)),
                    failure(5, "diverged at epoch 7", rate(0.3))});
  s.record.space = search::SearchSpace({{"training.learning_rate", {}, search::Interval{1e-4, 1, true}, {}}});
  const Findings f = find(s);
  REQUIRE(f.failures.size() == 2);
  CHECK(f.failures[0].reason == "diverged at epoch 3–12");  // as numbers: "12" < "3" as text
  CHECK(f.failures[0].trials == std::vector{1, 2, 5});
  CHECK(f.failures[0].rates.value() == std::pair(0.2, 0.5));
  CHECK(f.failures[1].reason == "singular matrix");
  CHECK(f.largest_good_rate.value() == 0.1);
}

TEST_CASE("failures: control characters in a reason are not taken for numbers") {
  const Findings f = find(storage("mse", false, {failure(0, "a\1b\1 5e-3")}));
  CHECK(f.failures.at(0).reason == "a b  5e-3");
}

TEST_CASE("convergence: settled, still improving, worsened") {
  const auto of = [](std::vector<double> holdout, bool maximize = false, const char* end = "epochs") {
    auto s = storage("m", maximize, {trial(0, 1)});
    s.all[0].outcome.end = end;
    for (std::size_t i = 0; i < holdout.size(); ++i)
      s.all[0].outcome.curve.push_back({static_cast<std::int64_t>(i + 1), 1, holdout[i]});
    return find(s).convergence;
  };
  CHECK_FALSE(of({}));
  CHECK_FALSE(of({kNaN, kInfinity}));
  const auto settled = of({9, 5, 3, 2, 1.5, 1.2, 1.1, 1.05, 1.001, 1});
  CHECK_FALSE(settled->still_improving);
  CHECK_FALSE(settled->worsened);
  const auto improving = of({10, 9, 8, 7, 6, 5, 4, 3, 2, 1});
  CHECK(improving->still_improving);
  CHECK(improving->best.epoch == 10);
  CHECK_FALSE(of({10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, false, "converged")->still_improving);
  CHECK(of({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, true)->still_improving);
  const auto worsened = of({3, 2, 1, 2, 3});
  CHECK(worsened->worsened);
  CHECK(worsened->best.epoch == 3);
  CHECK(of({3, 2, 1, kInfinity})->worsened);
}

TEST_CASE("curves: the best, the middle and the worst trial keep their own") {
  auto s = storage("mse", false, {trial(0, 5), trial(1, 1), trial(2, 2), trial(3, 3), trial(4, 4), failure(5, "x")});
  for (auto& t : s.all) t.outcome.curve = {{1, 1, 1}};
  const Findings f = find(s);
  CHECK(f.middle()->number == 3);
  for (const study::Trial& t : f.trials) {
    CAPTURE(t.number);
    CHECK(t.outcome.curve.empty() == (t.number == 2 || t.number == 4 || t.number == 5));
  }
}
