// model.class_weight, from the file to configurations and the classes of the data.
#include <doctest/doctest.h>

#include <holdout/study/runner.hpp>

#include "class_weights.hpp"
#include "cohorts.hpp"
#include "default_configuration.hpp"
#include "study/study_text.hpp"

namespace holdout::study {
namespace {

// Two numbers and a target of two classes.
class Rows {
 public:
  Rows() {
    std::ofstream out(path);
    out << "a,b,y\n";
    for (int i = 0; i < 40; ++i) out << i % 7 << ',' << i % 5 << ',' << (i % 10 == 0 ? "rare" : "usual") << '\n';
  }
  ~Rows() { std::filesystem::remove(path); }
  const std::string path =
      (std::filesystem::temp_directory_path() / ("holdout-weights-" + std::to_string(::getpid()) + ".csv")).string();

  std::string study(const std::string& weights,
                    const std::string& rest = "search: {method: random, trials: 4}\n") const {
    return "data: {file: " + path + ", target: y}\nmodel: {type: logistic, class_weight: " + weights +
           "}\ntraining: {optimizer: exact}\n" + rest;
  }
  StudyFile prepared(const std::string& weights) const {
    StudyFile file = read_text(study(weights));
    prepare(file);
    return file;
  }
};

}  // namespace

TEST_CASE("class weights: numbers by the names of classes, and ranges in their place") {
  const Rows rows;
  const StudyFile file = rows.prepared("{classes: {usual: {min: 0.1, max: 2}, rare: {min: 1, max: 20, scale: log}}}");
  const Study& study = file.study;
  REQUIRE(study.space.size() == 2);
  CHECK(study.space.parameters()[1].path == "model.class_weight.classes.rare");
  const train::LaneConfig config = apply(study, {{Value(0.5), Value(8.0)}});
  REQUIRE(config.model.class_weights.size() == 2);
  CHECK(config.model.class_weights[0].weight == 0.5);
  CHECK(config.model.class_weights[1].weight == 8);
  CHECK(config.model.class_weights[0].place == 1);  // classes are in the order of their names
  CHECK(config.model.class_weights[1].place == 0);
  CHECK(config.model.class_weight == "none");
  CHECK(default_configuration(study).configuration.values == std::vector<std::optional<Value>>{Value(1.0), Value(1.0)});
}

TEST_CASE("class weights: the file is written back, and a configuration as numbers") {
  const Rows rows;
  const Study study = read_text(rows.study("{classes: {usual: 2, rare: {min: 1, max: 20, scale: log}}}")).study;
  CHECK(has(to_yaml(study), "class_weight: {classes: {usual: 2, rare: {min: 1, max: 20, scale: log}}}\n"));
  const search::Configuration configuration{{Value(8.0)}};
  const std::string best = to_yaml(study, &configuration);
  CHECK(has(best, "class_weight: {classes: {usual: 2, rare: 8}}\n"));
  CHECK(to_yaml(read_text(best).study) == best);
  CHECK(has(to_yaml(read_text(rows.study("balanced", "")).study), "class_weight: balanced\n"));
  CHECK(has(to_yaml(read_text(rows.study("{mode: balanced}", "")).study), "class_weight: balanced\n"));
  CHECK(has(to_yaml(read_text(rows.study("{values: [none, balanced]}")).study),
            "class_weight: {values: [none, balanced]}\n"));
  CHECK(has(to_yaml(read_text(rows.study("{classes: {rare: 3}}", ""), {"model.class_weight.classes.rare=5"}).study),
            "class_weight: {classes: {rare: 5}}\n"));
}

TEST_CASE("class weights: configurations are trained together where their weights agree") {
  const Rows rows;
  const Study study = read_text(rows.study("{classes: {rare: {values: [1, 8]}}}")).study;
  std::vector<train::LaneConfig> configs;
  for (int i = 0; i < 5; ++i) configs.push_back(apply(study, {{Value(i % 2 == 0 ? 1.0 : 8.0)}}));
  const auto cohorts = cut_into_cohorts(configs, {10, 2, 1, 1, 0});
  REQUIRE(cohorts.size() == 2);
  CHECK(cohorts[0] == std::vector<std::size_t>{0, 2, 4});
  CHECK(cohorts[1] == std::vector<std::size_t>{1, 3});
}

TEST_CASE("class weights: each mistake has its message") {
  const Rows rows;
  struct {
    const char *weights, *rest, *message;
  } const cases[] = {
      {"{classes: {rare: 0}}", "", "model.class_weight.classes.rare: '0' is not a number > 0"},
      {"{classes: {rare: {min: 0, max: 3}}}", "", "model.class_weight.classes.rare min: '0' is not a number > 0"},
      {"{classes: {rare: 2}, mode: balanced}", "",
       "2:40: error: model.class_weight.classes beside balanced: both say how much rows count"},
      {"{classes: {rare: 2}, values: [none, balanced]}", "", "model.class_weight.classes beside balanced"},
      {"{rare: 5}", "", "in holdout: class_weight: {classes: {rare: 5}}"},
      {"{classes: {rare: {min: 1, max: 9}}}", "search: {method: gradient}\n",
       "search.method: gradient has no derivative of the hold-out error in model.class_weight.classes.rare at the "
       "minimum of J"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.weights);
    const std::string got = complaints(rows.study(c.weights, c.rest));
    CAPTURE(got);
    CHECK(has(got, c.message));
  }
  CHECK(has(complaints("data: {file: a.csv, target: y}\nmodel: {type: mlp, class_weight: {classes: {a: 2}}}\n"
                       "objective: {metric: mse}\ntraining: {learning_rate: 1}\n"),
            "model.class_weight: 'mse' measures numbers, and there are no classes"));
  std::string unknown;
  try {
    rows.prepared("{classes: {rare: 2, usul: 3}}");
  } catch (const Error& error) {
    unknown = error.what();
  }
  CAPTURE(unknown);
  CHECK(has(unknown, "2:65: error: model.class_weight.classes: the target has no class 'usul'"));
  CHECK(has(unknown, "did you mean 'usual'?"));
}

TEST_CASE("class weights: classes that are numbers are found as numbers, and never by a similar name") {
  const auto refusal_of = [](const auto& act) {
    try {
      act();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  const std::vector<std::string> classes{"-1", "+1"};
  const auto found = [&](const std::string& weights) {
    StudyFile file = read_text(
        "data: {file: a.csv, target: y}\nmodel: {type: logistic, class_weight: {classes: " + weights + "}}\n");
    find_class_weights(file, classes);
    std::vector<std::uint32_t> places;
    for (const train::ClassWeight& weight : file.study.config.model.class_weights) places.push_back(weight.place);
    return places;
  };
  CHECK(found("{1: 2, -1: 3}") == std::vector<std::uint32_t>{1, 0});
  CHECK(found("{1.0: 2}") == std::vector<std::uint32_t>{1});
  const std::string other = refusal_of([&] { found("{2: 3}"); });
  CHECK(has(other, "the target has no class '2'"));
  CHECK(has(other, "its classes: -1, +1"));
  CHECK_FALSE(has(other, "did you mean"));
  CHECK(has(refusal_of([&] { found("{1: 2, +1: 3}"); }), "class '+1' is named twice"));
}

}  // namespace holdout::study
