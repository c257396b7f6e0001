#include <doctest/doctest.h>

#include "study/study_text.hpp"

namespace holdout::study {
namespace {

bool same(const search::SearchSpace& a, const search::SearchSpace& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const search::Parameter &p = a.parameters()[i], &q = b.parameters()[i];
    if (p.path != q.path || p.values != q.values || p.interval.has_value() != q.interval.has_value()) return false;
    if (p.condition.has_value() != q.condition.has_value()) return false;
    if (p.condition && (p.condition->parameter != q.condition->parameter || p.condition->choice != q.condition->choice))
      return false;
    if (!p.interval) continue;
    const search::Interval &r = *p.interval, &s = *q.interval;
    if (r.min != s.min || r.max != s.max || r.log != s.log || r.step != s.step || r.integer != s.integer ||
        r.points != s.points)
      return false;
  }
  return true;
}

const char* const kStudies[] = {
    "",
    "name: \"=1+1\"\nseed: 9007199254740993\n",
    "name: 'true'\nreport: {formats: []}\n",
    "name: \"é: 12 #\\n\\t\\\"\"\nmodel: {type: logistic}\n",
    "model: {l2: 0.1000000000000000055511151231257827}\ntraining: {epochs: 1e3, batch_size: batch}\n",
    "model: {l2: {min: 1e-6, max: 10, scale: log, points: 5, values: [0]}}\n",
    "training: {learning_rate: {start: {min: 3e-5, max: 0.1, points: 4}}, epochs: {min: 10, max: 100, step: 10}}\n",
    "training: {batch_size: {values: [32, 128, batch]}, precision: {values: [float32, float64]}}\n",
    "training: {learning_rate: 0.1, optimizer: {name: adam, beta1: {min: 0.8, max: 0.9, points: 2}, bias_correction: "
    "true}}\n",
    "training: {learning_rate: {values: [0.1, 1]}, stop: {patience: 3},\n"
    "  optimizer: {values: [gd, {name: momentum, momentum: {min: 0.5, max: 0.99}},\n"
    "    {name: adam, beta1: 0.8, bias_correction: {values: [true, false]}}]}}\n"
    "search: {method: random, trials: 7, batch: 3}\nobjective: {metric: mae}\n",
};

TEST_CASE("rules for missing cells and what cells look like are written as they were read") {
  const std::string text = to_yaml(
      read_text(
          "data: {file: a.csv, target: y, encoding: windows-1252, decimal: \",\", thousands: \".\", missing_words: "
          "[\"-\", \"null\"], missing: {default: median, columns: {city: level, \"a: b\": indicator}}}\n")
          .study);
  CAPTURE(text);
  const data::DataSettings again = read_text(text).study.data;
  CHECK(again.missing.usual == "median");
  CHECK(again.missing.rule("city") == "level");
  CHECK(again.missing.rule("a: b") == "indicator");
  CHECK(again.missing.rule("other") == "median");
  CHECK(again.cells.encoding == "windows-1252");
  CHECK(again.cells.decimal == ",");
  CHECK(again.cells.thousands == ".");
  CHECK(again.cells.missing_words == std::vector<std::string>{"-", "null"});
  CHECK(has(to_yaml(read_text(with("") + "").study), "missing") == false);
  const data::DataSettings plain = read_text("data: {file: a.csv, target: y, missing: mean}\n").study.data;
  CHECK(plain.missing.usual == "mean");
  CHECK(has(complaints("data: {file: a.csv, target: y, missing: {columns: {x: fill}}}\n"), "'fill' is not known"));
}

TEST_CASE("property: what is written reads back to the same study") {
  for (const char* rest : kStudies) {
    const Study study = read_text(with(rest)).study;
    const std::string text = to_yaml(study);
    CAPTURE(text);
    const Study again = read_text(text).study;
    CHECK(to_yaml(again) == text);
    CHECK(same(again.space, study.space));
    CHECK(again.name == study.name);
    CHECK(again.seed == study.seed);
    CHECK(again.config.model.l2 == study.config.model.l2);
    CHECK(values_of(again.config, Scope::lane) == values_of(study.config, Scope::lane));
    CHECK(values_of(again.config, Scope::cohort) == values_of(study.config, Scope::cohort));
    REQUIRE(again.constants.size() == study.constants.size());
    for (std::size_t i = 0; i < study.constants.size(); ++i) {
      CHECK(again.constants[i].path == study.constants[i].path);
      CHECK(again.constants[i].value == study.constants[i].value);
    }
  }
}

TEST_CASE("to_yaml: a column of weights, and its file with a folder") {
  CHECK(has(to_yaml(read_text("data: {file: a.csv, target: y, weight: w}\n").study), "\n  weight: w\n"));
  const Study study = read_text("data: {file: a.csv, target: y, weight: {column: w, file: b.csv}}\n").study;
  CHECK(has(to_yaml(study, nullptr, "/data"), "\n  weight: {column: w, file: /data/b.csv}\n"));
}

TEST_CASE("to_yaml: splits by group and time, and the folds around a search") {
  for (const char* split : {"{method: kfold, repeats: 3, group: patient, outer: 4}",
                            "{method: time, folds: 3, window: sliding, gap: 7, gap_unit: order, order: date, outer: "
                            "{folds: 4, fold: 2}}"}) {
    const Study study = read_text("data: {file: a.csv, target: y, split: " + std::string(split) + "}\n").study;
    CHECK(has(to_yaml(study), "  split: " + std::string(split) + "\n"));
    // A configuration has nothing to choose; the rows of one outer fold are those of its study.
    const search::Configuration fixed;
    CHECK(has(to_yaml(study, &fixed), "outer") == has(split, "fold: 2"));
  }
}

TEST_CASE("to_yaml: normal form leaves defaults out") {
  const Study study =
      read_text(
          "data: {target: z, file: a.csv, standardize: auto, split: {method: holdout, fraction: 0.25}}\n"
          "search: {trials: 7, method: random}\nmodel: {l2: 0.5, type: linear}\n")
          .study;
  CHECK(to_yaml(study) ==
        "name: study\nseed: 0\ndata:\n  file: a.csv\n  target: z\nmodel:\n  type: linear\n  loss: squared\n  l2: 0.5\n"
        "training:\n  optimizer: gd\nsearch:\n  method: random\n  trials: 7\n");
}

TEST_CASE("to_yaml: a configuration stands in the place of the ranges") {
  const Study study = read_text(with(kStudies[9])).study;
  search::Configuration c;
  c.values.resize(study.space.size());
  const auto set = [&](const char* path, Value value) { c.values[*study.space.find(path)] = std::move(value); };
  set("training.optimizer", std::string("adam"));
  set("training.optimizer.adam.bias_correction", true);
  set("training.learning_rate", 0.1);
  const std::string text = to_yaml(study, &c);
  CAPTURE(text);
  CHECK(has(text, "  optimizer: {name: adam, beta1: 0.8, bias_correction: true}\n  learning_rate: 0.1\n"));
  CHECK(has(text, "search:\n  method: grid\n"));
  CHECK_FALSE(has(text, "trials"));
  const Study best = read_text(text).study;
  CHECK(best.space.size() == 0);
  CHECK(values_of(best.config, Scope::lane) == values_of(apply(study, c), Scope::lane));
  CHECK(values_of(best.config, Scope::cohort) == values_of(apply(study, c), Scope::cohort));
}

TEST_CASE("to_yaml: file names are made absolute when a folder is given") {
  const Study study = read_text("data: {file: ../d/a b.csv, target: y}\n").study;
  CHECK(has(to_yaml(study, nullptr, "/x/y"), "file: \"/x/d/a b.csv\"\n"));
  CHECK(has(to_yaml(study), "file: \"../d/a b.csv\"\n"));
}

}  // namespace
}  // namespace holdout::study
