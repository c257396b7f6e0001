// What nested cross-validation says, in every report.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include <holdout/report/report.hpp>

#include "fold_error.hpp"
#include "report/fake.hpp"
#include "writers.hpp"

using namespace holdout;
using namespace holdout::report;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Two configurations chosen by three folds; nothing by the last one.
FakeStorage nested() {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  FakeStorage s = storage("mse", false, {trial(0, 3, {{Value(0.25)}}), trial(1, 4, {{Value(2.0)}})});
  s.record.space = search::SearchSpace({{"model.l2", {}, search::Interval{1e-3, 10, true}, {}}});
  s.outer = study::Nested{4,
                          {{{{Value(0.25)}}, 0, 2.5, 5, 10},
                           {{{Value(2.0)}}, 7, 2.0, 7, 11},
                           {{{Value(0.25)}}, {}, 2.75, 9, 10},
                           {{}, {}, nan, nan, 10}}};
  return s;
}

}  // namespace

TEST_CASE("fold error: repetitions are measured on the same rows, and make no mean more certain") {
  // Squares about the mean: 4 + 0 + 4 = 8 of the one, 1 + 0 + 1 = 2 of the other; s²/3 is 8/2/3 and 2/2/3.
  const std::vector<double> values = {2, 4, 6, 4, 5, 6};
  CHECK(fold_error(values, 2).value() == doctest::Approx(std::sqrt((4.0 / 3 + 1.0 / 3) / 2)).epsilon(1e-15));
  CHECK(fold_error(std::span(values).first(3), 1).value() == doctest::Approx(std::sqrt(4.0 / 3)).epsilon(1e-15));
  CHECK(fold_error(std::vector<double>{2, 4, 6, 2, 4, 6}, 2).value() ==
        doctest::Approx(std::sqrt(4.0 / 3)).epsilon(1e-15));
  CHECK_FALSE(fold_error(values, 4));
  CHECK_FALSE(fold_error(values, 6));
  CHECK_FALSE(fold_error(std::vector<double>(), 1));
  CHECK_FALSE(fold_error(values, 0));
  FakeStorage s = storage("mse", false, {trial(0, 4)});
  s.all[0].outcome.fold_values = values;
  s.run->folds = 6, s.run->repeats = 2;
  CHECK(find(s).standard_error == fold_error(values, 2));
  CHECK(nlohmann::json::parse(render(find(s), "json"))["data"]["repeats"] == 2);
  CHECK(has(render(find(s), "markdown"), "3, repeated 2 times"));
  CHECK(has(render(find(s), "markdown"), "over the 3 folds of a repetition"));
}

TEST_CASE("nested cross-validation: mean and error by hand, and what the folds chose") {
  const Findings f = find(nested());
  REQUIRE(f.nested_error);
  CHECK(f.nested_error->folds == 3);
  CHECK(f.nested_error->mean == doctest::Approx(7).epsilon(1e-15));
  CHECK(f.nested_error->deviation.value() == doctest::Approx(2).epsilon(1e-15));
  CHECK(f.nested_error->standard_error.value() == doctest::Approx(2 / std::sqrt(3)).epsilon(1e-15));
  const auto json = nlohmann::json::parse(render(f, "json"))["nested"];
  CHECK(json["metric"] == "mse");
  CHECK(json["mean"] == f.nested_error->mean);
  CHECK(json["planned"] == 4);
  REQUIRE(json["folds"].size() == 4);
  CHECK(json["folds"][1] == nlohmann::json({{"value", 7.0},
                                            {"holdout", 2.0},
                                            {"rows", 11},
                                            {"trial", 7},
                                            {"defaults", false},
                                            {"configuration", {{"model.l2", 2.0}}}}));
  CHECK(json["folds"][2]["defaults"] == true);
  CHECK(json["folds"][3]["value"].is_null());
  CHECK(json["folds"][3]["defaults"] == false);
  CHECK(has(summary(f, "runs/x"), "nested mse: 7 ± 1.2, mean of 3 of 4 outer folds, which chose 2 configurations\n"));
  for (const char* format : {"markdown", "html"}) {
    const std::string text = render(f, format);
    for (const char* part : {"Nested cross-validation", "Standard deviation of the folds: 2.", "no trial succeeded"})
      CHECK_MESSAGE(has(text, part), part);
  }
}

TEST_CASE("nested cross-validation: folds that are still to come are said, and none of it where none was asked for") {
  FakeStorage s = nested();
  s.outer->folds.resize(1);
  CHECK(has(summary(find(s), "x"), "nested mse: 5, mean of 1 of 4 outer folds\n"));
  CHECK(has(render(find(s), "markdown"), "1 of 4 outer folds have ended so far"));
  CHECK(nlohmann::json::parse(render(find(s), "json"))["nested"]["standard_error"].is_null());
  s.outer->folds.clear();
  CHECK(has(summary(find(s), "x"), "nested mse: no outer fold has ended"));
  CHECK(nlohmann::json::parse(render(find(s), "json"))["nested"]["mean"].is_null());
  s.outer.reset();
  CHECK_FALSE(nlohmann::json::parse(render(find(s), "json")).contains("nested"));
  CHECK_FALSE(has(render(find(s), "markdown"), "Nested"));
  s.outer = study::Nested{2, {{{{Value(0.25)}}, 0, 2.5, 5, 10}, {{{Value(0.25)}}, 1, 2.5, 6, 10}}};
  CHECK(has(summary(find(s), "x"), "which chose the same configuration"));
}
