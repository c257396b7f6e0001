// Reports of runs in which the study's defaults are the best configuration, or would be if they were among what is
// searched.
#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include <holdout/report/compare.hpp>
#include <holdout/report/report.hpp>

#include "fake.hpp"

namespace holdout::report {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Trials over λ, the best of which is 4 with 1.4; the defaults have 1.2.
FakeStorage run(double low, bool they_win) {
  std::vector<study::Trial> trials;
  for (int i = 0; i < 12; ++i) {
    trials.push_back(trial(i, 1.4 + 0.1 * std::abs(i - 4), {{Value(std::pow(10.0, -0.25 * i))}}));
    trials.back().outcome.curve = {{1, 3, 4}, {2, 2, 3}};
  }
  FakeStorage s = storage("rmse", false, std::move(trials));
  s.record.space = search::SearchSpace({{"model.l2", {}, search::Interval{low, 1}, {}}});
  s.run->search = "grid";
  s.won.emplace();
  s.won->trial = 4, s.won->holdout_standard_error = 0.1;
  s.won->best_yaml = "name: best\n";
  s.won->defaults = study::DefaultResult{{{Value(0.0)}}, {}, {}, 1.2, {}, {{"rmse", 2.5}}};
  s.won->refit_test = {{"rmse", they_win ? 2.5 : 2.25}};
  if (!they_win) return s;
  study::Outcome& outcome = s.won->default_outcome.emplace();
  outcome.value = 1.2, outcome.metrics = {{"rmse", 1.2}}, outcome.end = "epochs", outcome.epochs = 7;
  outcome.curve = {{1, 3, 2}, {7, 0.5, 1.2}};
  return s;
}

// Without marks of code and escapes.
std::string words(std::string text) {
  for (const char* mark : {"`", "<code>", "</code>", "<wbr>", "\\"})
    for (std::size_t at; (at = text.find(mark)) != std::string::npos;) text.erase(at, std::string_view(mark).size());
  return text;
}

}  // namespace

TEST_CASE("best defaults: every format names them, and the trials stay as they are") {
  const Findings f = find(run(0, true)), plain = find(run(0, false));
  REQUIRE(f.best());
  CHECK(f.best()->outcome.value == 1.2);
  CHECK(f.best_trial()->number == 4);
  CHECK(f.default_gain == 0.0);
  CHECK(f.standard_error == 0.1);
  CHECK(f.within_error == 0u);
  CHECK(f.outside.empty());
  CHECK(f.convergence->last.epoch == 7);
  CHECK_FALSE(f.refinement);  // the parabola promises more than the best trial, and less than the defaults
  CHECK(plain.refinement);
  REQUIRE(f.bounds.size() == 1);
  CHECK(f.bounds[0].value == 0);

  CHECK(has(summary(f, "run"), "best rmse: 1.2 ± 0.1  (the defaults; best of 12 trials: 1.4)\n  model.l2: 0"));
  const auto json = nlohmann::json::parse(render(f, "json"));
  CHECK(json["best"]["trial"].is_null());
  CHECK(json["best"]["defaults"] == true);
  CHECK(json["best"]["value"] == 1.2);
  CHECK(json["best"]["parameters"]["model.l2"] == 0.0);
  CHECK(json["best"]["curve"][1]["epoch"] == 7);
  CHECK(json["findings"]["default"]["gain"] == 0.0);
  CHECK(json["trials"] == nlohmann::json::parse(render(plain, "json"))["trials"]);
  CHECK(render(f, "csv") == render(plain, "csv"));
  const std::string text = words(render(f, "markdown")), page = words(render(f, "html"));
  for (const std::string& out : {text, page}) {
    CHECK(has(out, "are better than the best of 12 complete trials, trial 4 with 1.4. Their hold-out rmse is 1.2"));
    CHECK(has(out, "They are the best configuration"));
    CHECK(has(out, "Convergence of the defaults"));
    CHECK_FALSE(has(out, "Trial 4 is the best"));
    CHECK_FALSE(has(out, "Tuning"));
    CHECK_FALSE(has(out, "tuned."));
  }
  CHECK(has(page, "the defaults: 1.2"));
  CHECK_FALSE(has(page, "data-t=\"-1\""));
  const std::string compared = comparison_text(compare({{"a", f}, {"b", plain}}));
  CHECK(has(compared, "a, the defaults\n  model.l2: 0"));
  CHECK(has(compared, "a wins against b"));
}

TEST_CASE("best defaults: better, but outside of what is searched: one line names the setting and its default") {
  const Findings f = find(run(1e-3, false));
  CHECK(f.best()->number == 4);
  CHECK(f.outside == std::vector<std::size_t>{0});
  const std::string says =
      "he defaults are better (1.2) but lie outside of what is searched: widen model.l2 (0.001 to 1) ";
  const std::string brief = summary(f, "run");
  CHECK(has(brief, "(trial 4; defaults: 1.2)"));
  CHECK(has(brief, "\nnote: t" + says + "to include its default 0\n"));
  CHECK(has(render(f, "html"), "T" + says.substr(0, 70)));
  CHECK(nlohmann::json::parse(render(f, "json"))["findings"]["default"]["outside"][0] == "model.l2");
  CHECK_FALSE(has(render(f, "json"), "\"defaults\": true"));
  // Nothing of it where a trial is better, or as good.
  FakeStorage worse = run(1e-3, false);
  for (const double value : {1.4, 1.5}) {
    worse.won->defaults->value = value;
    CHECK(find(worse).outside.empty());
    CHECK_FALSE(has(summary(find(worse), "run"), "note: "));
  }
}

TEST_CASE("best defaults: a winner of an earlier best trial says nothing any more") {
  FakeStorage s = run(0, true);
  s.all.push_back(trial(12, 1.3, {{Value(0.5)}}));
  const Findings f = find(s);
  CHECK_FALSE(f.winner);
  CHECK(f.best()->number == 12);
}

}  // namespace holdout::report
