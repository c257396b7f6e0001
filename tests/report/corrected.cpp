// Reports of runs whose best value is corrected for having been chosen.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <holdout/report/report.hpp>

#include "fake.hpp"

namespace holdout::report {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

FakeStorage corrected(std::string reason = {}) {
  FakeStorage s = sample();
  s.won->corrected = study::CorrectedValue{0.3512, 0.0431, 0.2718, 0.4404, 500, 256, std::move(reason)};
  return s;
}

}  // namespace

TEST_CASE("corrected value: every format has it, with its interval and among how many was chosen") {
  const Findings f = find(corrected());
  const std::string words = "chosen among 256 configurations", number = "0.3512 ± 0.043";
  for (const char* format : {"markdown", "html"}) {
    CAPTURE(format);
    const std::string text = render(f, format);
    CHECK(has(text, words));
    CHECK(has(text, number));
    CHECK(has(text, "from 0.272 to 0.44"));
    CHECK(has(text, "500 bootstrap samples"));
  }
  CHECK(has(summary(f, "runs/x"),
            "corrected for the choice among 256 configurations: 0.3512 ± 0.043 (95 %: 0.272 to 0.44)\n"));
  const auto json = nlohmann::json::parse(render(f, "json"))["best"]["corrected"];
  CHECK(json["value"] == 0.3512);
  CHECK(json["standard_error"] == 0.0431);
  CHECK((json["low"] == 0.2718 && json["high"] == 0.4404));
  CHECK((json["samples"] == 500 && json["candidates"] == 256));
  CHECK(json["reason"].is_null());
}

TEST_CASE("corrected value: where it is not computed the reports say why; where there was no choice they say nothing") {
  FakeStorage s = corrected("the metric auc is no mean over rows");
  s.won->corrected->value = s.won->corrected->low = std::numeric_limits<double>::quiet_NaN();
  const Findings f = find(s);
  CHECK(has(render(f, "markdown"), "By how much is not computed: the metric auc is no mean over rows."));
  CHECK_FALSE(has(summary(f, "runs/x"), "corrected"));
  const auto json = nlohmann::json::parse(render(f, "json"))["best"]["corrected"];
  CHECK(json["value"].is_null());
  CHECK(json["reason"] == "the metric auc is no mean over rows");
  const Findings none = find(sample());
  CHECK_FALSE(has(render(none, "markdown"), "chosen among"));
  CHECK(nlohmann::json::parse(render(none, "json"))["best"]["corrected"].is_null());
}

}  // namespace holdout::report
