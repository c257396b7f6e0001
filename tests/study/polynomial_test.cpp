// data.features.polynomial, from the file to trained configurations.
#include <doctest/doctest.h>

#include <cmath>

#include <nlohmann/json.hpp>

#include <holdout/study/runner.hpp>

#include "designs.hpp"
#include "objective.hpp"
#include "study/study_text.hpp"
#include "winner.hpp"

namespace holdout::study {
namespace {

// y = 1 + a²b without noise, so that degree 3 fits it and degree 2 does not.
class Cubic {
 public:
  /// @param more  whether a/2 − b² is added, so that every degree has something to say
  explicit Cubic(bool more = false) {
    std::ofstream out(path);
    out << "a,b,y\n";
    for (int i = 0; i < 60; ++i) {
      const double a = i % 7 - 3, b = i % 11 - 4;
      out << a << ',' << b << ',' << 1 + a * a * b + (more ? a / 2 - b * b : 0) << '\n';
    }
  }
  ~Cubic() { std::filesystem::remove(path); }
  const std::string path =
      (std::filesystem::temp_directory_path() / ("holdout-cubic-" + std::to_string(::getpid()) + ".csv")).string();

  std::string study(const std::string& features, const std::string& model = "type: linear, l2: 0",
                    const std::string& split = "{method: holdout, test: 0.2}") const {
    return "data: {file: " + path + ", target: y, features: {" + features + "}, split: " + split + "}\nmodel: {" +
           model + "}\ntraining: {optimizer: exact}\n";
  }
};

}  // namespace

TEST_CASE("closed form: a search over degrees trains each on its own features, and the winner is measured on them") {
  const Cubic data;
  StudyFile file = read_text(data.study("polynomial: {values: [1, 2, 3]}"));
  REQUIRE(file.study.space.size() == 1);
  CHECK(file.study.space.parameters()[0].path == "data.features.polynomial");
  const data::Prepared prepared = prepare(file);
  CHECK(has(prepared.notices.back(), "2 features and their products up to degree 3 are 9"));
  const train::Metric& metric = metric_of(file.study);
  const Workers workers(1);
  Designs designs(prepared);
  const std::atomic<bool> interrupt = false;
  std::vector<double> values;
  for (const std::int64_t degree : {1, 2, 3}) {
    const train::LaneConfig config = apply(file.study, {{Value(degree)}});
    CHECK(config.polynomial == degree);
    designs.make<double>(workers, DesignKey(degree));
    CHECK(designs.get<double>(0, DesignKey(degree)).features == (degree == 1 ? 2u : degree == 2 ? 5u : 9u));
    const auto results = train_lanes(designs, 0, metric, std::span(&config, 1), Seed{0}, &interrupt);
    values.push_back(results[0].value);
  }
  CHECK(values[2] < 1e-18);
  CHECK(values[1] > 1);
  CHECK(values[0] > 1);
  Trial trial;
  trial.configuration = {{Value(std::int64_t{3})}};
  const Winner winner =
      repeat_winner({}, file, prepared, {}, trial, designs, nullptr, metric, workers, interrupt).value();
  CHECK(winner.test[0].second < 1e-18);
  CHECK(winner.refit_test[0].second < 1e-18);
  REQUIRE(winner.model);
  CHECK(winner.model->features ==
        std::vector<std::string>{"a", "b", "a^2", "a*b", "b^2", "a^3", "a^2*b", "a*b^2", "b^3"});
  CHECK(has(winner.best_yaml, "features: {polynomial: 3}"));
}

TEST_CASE("reference: scikit-learn's ridge on standardized polynomial features, from the file to predictions") {
  // PolynomialFeatures(2), StandardScaler, Ridge(alpha = 60 · 0.1) of scikit-learn 1.2.1 on all rows; see Cubic.
  const Cubic data(true);
  StudyFile file = read_text(data.study("polynomial: 2", "type: linear, l2: 0.1", "{method: holdout}"));
  const data::Prepared prepared = prepare(file);
  const Workers workers(2);
  Designs designs(prepared);
  const std::atomic<bool> interrupt = false;
  const Winner winner =
      repeat_winner({}, file, prepared, {}, Trial{}, designs, nullptr, metric_of(file.study), workers, interrupt)
          .value();
  REQUIRE(winner.model);
  const std::string text = model_json(*winner.model);
  CHECK(has(text, "\"products\": [[0,0],[0,1],[1,1]]"));
  data::Dataset rows;
  rows.rows = 2, rows.features = 2, rows.x = {1.5, -2, 0, 7}, rows.y = {0, 0};
  const std::vector<double> predicted = predict(*winner.model, rows);
  CHECK(predicted[0] == doctest::Approx(-11.105667207728619).epsilon(1e-10));
  CHECK(predicted[1] == doctest::Approx(-22.94405378910905).epsilon(1e-10));
  CHECK(predict(model_from(text, "model.json"), rows) == predicted);
  const auto json = nlohmann::json::parse(text)["coefficients"][0];
  CHECK(json["intercept"].get<double>() == doctest::Approx(-2.7141301728738743).epsilon(1e-10));
  const std::pair<const char*, double> weights[] = {{"a", 0.2679707640458192},
                                                    {"b", 3.526644377852225},
                                                    {"a^2", 0.6522058232998885},
                                                    {"a*b", -0.1529933890493751},
                                                    {"b^2", -0.9166619236979745}};
  for (const auto& [name, weight] : weights)
    CHECK(json["weights"][name].get<double>() == doctest::Approx(weight).epsilon(1e-10));
}

TEST_CASE("degrees part cohorts") {
  const Cubic data;
  StudyFile file = read_text(data.study("polynomial: {values: [1, 2]}"));
  prepare(file);
  const auto one = apply(file.study, {{Value(std::int64_t{1})}}), two = apply(file.study, {{Value(std::int64_t{2})}});
  CHECK(values_of(one, Scope::cohort) != values_of(two, Scope::cohort));
  CHECK(values_of(one, Scope::lane) == values_of(two, Scope::lane));
}

TEST_CASE("groups of features reach their products") {
  const Cubic data;
  StudyFile file = read_text(
      data.study("polynomial: 2", "type: linear, l2: {groups: {square: {columns: [\"a^2\", \"b^2\"], l2: 3}}}"));
  prepare(file);
  CHECK(apply(file.study, {}).model.ridges(5) == std::vector<double>{0, 0, 3, 0, 3, 0});
  StudyFile each = read_text(data.study("polynomial: 2", "type: linear, l2: {each: feature, values: [1, 2]}"));
  prepare(each);
  REQUIRE(each.study.space.size() == 5);
  CHECK(each.study.space.parameters()[3].path == "model.l2.groups.a*b");
  // The winner's file names them all, and reads back.
  const search::Configuration winner{{Value(1.0), Value(2.0), Value(1.0), Value(2.0), Value(1.0)}};
  StudyFile again = read_text(to_yaml(each.study, &winner));
  prepare(again);
  CHECK(apply(again.study, {}).model.ridges(5) == std::vector<double>{1, 2, 1, 2, 1, 0});
}

TEST_CASE("hostile: degrees that are none") {
  const Cubic data;
  CHECK(has(complaints(data.study("polynomial: 0")), "data.features.polynomial: '0' is not an integer from 1 to 20"));
  CHECK(has(complaints(data.study("polynomial: 2.5")), "'2.5' is not an integer"));
}

}  // namespace holdout::study
