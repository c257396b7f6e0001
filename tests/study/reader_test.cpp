#include <doctest/doctest.h>

#include <algorithm>

#include "study/study_text.hpp"

namespace holdout::study {
namespace {

using search::Parameter;

const Parameter& parameter(const Study& study, std::string_view path) {
  const auto at = study.space.find(path);
  REQUIRE_MESSAGE(at, path);
  return study.space.parameters()[*at];
}

TEST_CASE("reader: the smallest study has defaults everywhere else") {
  const StudyFile file = read_text("data: {file: a.csv, target: y}\n");
  const Study &study = file.study, fresh;
  CHECK(study.name == fresh.name);
  CHECK(study.seed == 0);
  CHECK(study.data.file == "a.csv");
  CHECK(study.data.target == "y");
  CHECK(study.config.training.epochs == fresh.config.training.epochs);
  CHECK(study.space.size() == 0);
  CHECK(study.constants.empty());
}

TEST_CASE("reader: numbers, booleans, words and lists") {
  const Study study = read_text(
                          "name: 2024\nseed: 1e3\n"
                          "data: {file: a.csv, target: 'y', standardize: false, split: {method: kfold, folds: 3}}\n"
                          "training: {batch_size: batch, epochs: 100.0, learning_rate: auto, stop: {patience: 010}}\n"
                          "report: {formats: [csv]}\n")
                          .study;
  CHECK(study.name == "2024");
  CHECK(study.seed == 1000);
  CHECK(study.data.standardize == "none");
  CHECK(study.data.split.folds == 3);
  CHECK(study.config.training.batch_size == train::TrainingSettings::kFullBatch);
  CHECK(study.config.training.epochs == 100);
  CHECK(study.config.training.learning_rate.start == train::LearningRate::kAuto);
  CHECK(study.config.training.stop.patience == 10);  // no octal
  CHECK(study.report.formats == std::vector<std::string>{"csv"});
  CHECK(read_text(with("training: {batch_size: stochastic}\n")).study.config.training.batch_size == 1);
}

TEST_CASE("reader: values and intervals") {
  const Study study =
      read_text(with("model: {type: logistic, l2: {min: 1e-6, max: 10, scale: log, points: 5, values: [0]}}\n"
                     "training: {batch_size: {values: [32, 128, batch]}, epochs: {min: 10, max: 1e2, step: 10},\n"
                     "  precision: {values: [float32, float64]}, learning_rate: {values: [1, auto]}}\n"))
          .study;
  const Parameter& l2 = parameter(study, "model.l2");
  CHECK(l2.values == std::vector<Value>{0.0});
  REQUIRE(l2.interval);
  CHECK(l2.interval->min == 1e-6);
  CHECK(l2.interval->max == 10);
  CHECK(l2.interval->log);
  CHECK(l2.interval->points == 5);
  CHECK_FALSE(l2.interval->integer);
  CHECK(parameter(study, "training.batch_size").values ==
        std::vector<Value>{std::int64_t{32}, std::int64_t{128}, std::string("batch")});
  const Parameter& epochs = parameter(study, "training.epochs");
  CHECK(epochs.interval->integer);  // the setting's business, not a matter of 100 against 1e2
  CHECK(epochs.interval->max == 100);
  CHECK(epochs.interval->step == 10);
  CHECK(parameter(study, "training.precision").values.size() == 2);
  CHECK(parameter(study, "training.learning_rate").values == std::vector<Value>{1.0, std::string("auto")});
}

TEST_CASE("reader: the path of a shorthand is the section's, however it is written") {
  for (const char* text : {"training: {learning_rate: {min: 1, max: 2, points: 3}}\n",
                           "training: {learning_rate: {start: {min: 1, max: 2, points: 3}}}\n"})
    CHECK(parameter(read_text(with(text)).study, "training.learning_rate").interval->max == 2);
}

TEST_CASE("reader: a searched choice gives a parameter, conditions and constants") {
  const Study study = read_text(with("training:\n  learning_rate: 0.1\n"
                                     "  optimizer: {values: [gd, {name: momentum, momentum: {min: 0.5, max: 0.99, "
                                     "points: 3}}, {name: adam, beta1: 0.8}]}\n"))
                          .study;
  REQUIRE(study.space.size() == 2);
  CHECK(study.space.parameters()[0].path == "training.optimizer");
  CHECK(study.space.parameters()[0].values ==
        std::vector<Value>{std::string("gd"), std::string("momentum"), std::string("adam")});
  const Parameter& momentum = study.space.parameters()[1];
  CHECK(momentum.path == "training.optimizer.momentum.momentum");
  REQUIRE(momentum.condition);
  CHECK(momentum.condition->parameter == 0);
  CHECK(momentum.condition->choice == 1);
  REQUIRE(study.constants.size() == 1);
  CHECK(study.constants[0].path == "training.optimizer.adam.beta1");
  CHECK(study.constants[0].value == Value(0.8));
  CHECK(study.constants[0].condition.choice == 2);
  CHECK(study.config.training.optimizer.selected() == 0);  // searched: the section keeps its default
}

TEST_CASE("reader: a range inside one alternative has no condition") {
  const Study study =
      read_text(
          with("training: {learning_rate: 0.1, optimizer: {name: adam, beta1: {min: 0.8, max: 0.95, points: 3}}}\n"))
          .study;
  CHECK_FALSE(parameter(study, "training.optimizer.adam.beta1").condition);
  CHECK(study.config.training.optimizer.rule()->info.name == "adam");
}

TEST_CASE("apply: choice, its constants, its nested range, and words") {
  const Study study =
      read_text(with("model: {l2: 0.5}\n"
                     "training:\n  learning_rate: {values: [0.5, auto]}\n  batch_size: {values: [8, batch]}\n"
                     "  optimizer: {values: [{name: momentum, momentum: {min: 0.5, max: 0.99, points: 3}}, gd]}\n"))
          .study;
  const std::size_t optimizer = *study.space.find("training.optimizer"),
                    rate = *study.space.find("training.learning_rate"),
                    batch = *study.space.find("training.batch_size"),
                    momentum = *study.space.find("training.optimizer.momentum.momentum");
  search::Configuration c;
  c.values.resize(4);
  c.values[optimizer] = std::string("momentum"), c.values[momentum] = 0.75;
  c.values[rate] = std::string("auto"), c.values[batch] = std::string("batch");
  train::LaneConfig config = apply(study, c);
  CHECK(config.training.optimizer.rule()->info.name == "momentum");
  CHECK(config.training.optimizer.coefficients()[0] == 0.75);
  CHECK(config.training.learning_rate.start == train::LearningRate::kAuto);
  CHECK(config.training.batch_size == train::TrainingSettings::kFullBatch);
  CHECK(config.model.l2 == 0.5);
  c.values[optimizer] = std::string("gd"), c.values[momentum].reset();
  c.values[rate] = 0.5, c.values[batch] = std::int64_t{8};
  config = apply(study, c);
  CHECK(config.training.optimizer.rule()->info.name == "gd");
  CHECK(config.training.learning_rate.start == 0.5);
  CHECK(config.training.batch_size == 8);
}

TEST_CASE("apply: constants belong to their alternative only") {
  const Study study =
      read_text(with("training: {learning_rate: 0.1, optimizer: {values: [adam, {name: rmsprop, epsilon: 1e-3}]}}\n"))
          .study;
  const auto epsilon = [&](const char* name) {
    const train::LaneConfig config = apply(study, {{Value(std::string(name))}});
    const auto& optimizer = config.training.optimizer;
    for (std::size_t i = 0; i < optimizer.coefficients().size(); ++i)
      if (optimizer.rule()->coefficients[i].name == "epsilon") return optimizer.coefficients()[i];
    return -1.0;
  };
  CHECK(epsilon("adam") == 1e-8);
  CHECK(epsilon("rmsprop") == 1e-3);
}

TEST_CASE("values_of: cohorts are told apart by cohort fields only") {
  train::LaneConfig a, b;
  b.model.l2 = 1, b.training.learning_rate.start = 0.5;
  CHECK(values_of(a, Scope::cohort) == values_of(b, Scope::cohort));
  CHECK(values_of(a, Scope::lane) != values_of(b, Scope::lane));
  b.training.epochs = 3;
  CHECK(values_of(a, Scope::cohort) != values_of(b, Scope::cohort));
  b = a;
  b.training.optimizer.select(1);
  CHECK(values_of(a, Scope::cohort) != values_of(b, Scope::cohort));
}

TEST_CASE("reader: each mistake has its message") {
  struct {
    const char *rest, *message;
  } const cases[] = {
      {"seed: {values: [1, 2]}\n", "2:7: error: seed cannot be searched"},
      {"training: {epochs: \"5\"}\n", "'5' is not an integer"},
      {"training: {epochs: \"5\"}\n", "write 5 without quotes"},
      {"training: {epochs: 1_000}\n", "write 1000"},
      {"training: {epochs: 1.5}\n", "'1.5' is not an integer"},
      {"training: {batch_size: bach}\n", "did you mean 'batch'?"},
      {"model: {l2: {values: [0.1, 1, 0.10]}}\n", "2:31: error: model.l2: '0.10' is listed twice"},
      {"training: {batch_size: {values: [1, stochastic]}}\n", "'stochastic' is listed twice"},
      {"model: {l2: {min: 0.1}}\n", "the range has no 'max'"},
      {"model: {l2: {points: 3}}\n", "the range has no 'min'"},
      {"model: {l2: {min: 0.1, max: 1, scale: lgo}}\n", "did you mean 'log'?"},
      {"model: {l2: {min: 0.1, max: 1, scale: log, step: 0.1}}\n", "a log scale has no 'step'"},
      {"model: {l2: {min: 0.1, max: 1, step: 0}}\n", "model.l2 step: '0' is not a number > 0"},
      {"model: {l2: {min: 0.1, max: 1, points: 1}}\n", "'1' is not an integer >= 2"},
      {"model: {l2: {min: 0.1, max: 1, pionts: 3}}\n", "did you mean 'points'?"},
      {"model: {l2: {min: -1, max: 1}}\n", "model.l2 min: '-1' is not a number >= 0"},
      {"training: {learning_rate: {min: auto, max: 1}}\n", "'auto' is not a number > 0"},
      {"model: {l2: [0.1, 1]}\n", "to search: {values: [0.1, 1]}"},
      {"model: {type: {values: [linear, logistic]}}\n", "model.type cannot be searched"},
      {"search: {method: {values: [grid, random]}}\n", "search.method cannot be searched"},
      {"model: logistic\n", "model: {type: logistic}"},
      {"training: {optimizer: [gd, adam]}\n", "optimizer: {values: [gd, adam]}"},
      {"training: {optimizer: {beta1: 0.9}}\n", "'name' is missing"},
      {"training: {learning_rate: 1, optimizer: {values: [{name: adam, beta1: 0.8}, {name: adam, beta1: 0.9}]}}\n",
       "'adam' is listed twice; alternatives are told apart by their names"},
      {"training: {optimizer: {min: gd, max: adam}}\n", "training.optimizer has no 'min'"},
      {"training: {optimizer: {name: gd, beta1: 0.9}}\n", "unknown key 'beta1' in training.optimizer.gd"},
      {"training: {clip_norm: -1}\n", "2:23: error: training.clip_norm: '-1' is not a number >= 0"},
      {"training: {optimizer: exact, clip_norm: 1}\n", "training.clip_norm: optimizer 'exact' takes none"},
      {"model: {type: mlp}\ntraining: {learning_rate: 1}\n",
       "2:15: error: objective.metric is missing: model mlp predicts numbers or classes"},
      {"model: {type: mlp}\nobjective: {metric: mse}\n",
       "2:15: error: training.learning_rate is missing: it is needed with model mlp"},
      {"model: {type: mlp}\nobjective: {metric: mse}\ntraining: {learning_rate: {values: [1, auto]}}\n",
       "'auto' is for convex models, not for mlp"},
      {"model: {type: mlp}\nobjective: {metric: error}\ntraining: {optimizer: exact}\n",
       "4:23: error: training.optimizer: 'exact' finds the minimum of a convex J, and that of model mlp is not convex"},
      {"model: {type: mlp}\nobjective: {metric: error}\ntraining: {learning_rate: 1, optimizer: {values: [gd, "
       "exact]}}\n",
       "'exact' finds the minimum of a convex J"},
      {"model: {type: mlp, class_weight: balanced}\nobjective: {metric: mse}\ntraining: {learning_rate: 1}\n",
       "2:34: error: model.class_weight: 'mse' measures numbers, and there are no classes"},
      {"model: {type: mlp, activation: rulu}\n", "did you mean 'relu'?"},
      {"model: {type: linear, hidden: [3]}\n", "unknown key 'hidden' in model"},
      {"data: 5\n", "duplicate"},
      {"training: 5\n", "training: expected keys with values, found '5'"},
      {"epochs: 5\n", "it belongs elsewhere: training: {epochs: 5}"},
      {"training: {optimizer: adam}\n", "2:23: error: training.learning_rate is missing: it is needed with adam"},
      {"training: {optimizer: adam, learning_rate: auto}\n",
       "2:44: error: training.learning_rate: 'auto' does not suit adam"},
      {"training: {optimizer: {values: [gd, adam]}, learning_rate: {values: [1, auto]}}\n",
       "'auto' does not suit adam"},
      {"objective: {metric: mse, direction: maximize}\n",
       "2:37: error: objective.direction: 'mse' is to minimize, not to maximize"},
      {"model: {type: logistic}\nobjective: {direction: maximize}\n", "'log_loss' is to minimize"},
      {"report: {formats: json}\n", "[json]"},
      {"report: {formats: [json, json]}\n", "'json' stands in the list already"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.rest);
    const std::string got = complaints(with(c.rest));
    CAPTURE(got);
    CHECK(has(got, c.message));
  }
}

TEST_CASE("reader: files with columns need a target, others none") {
  CHECK(has(complaints("data: {file: a.csv}\n"), "1:1: error: data: 'target' is missing"));
  CHECK(has(complaints("data: {file: a.csv.gz, target: ''}\n"), "data.target is empty"));
  CHECK(has(complaints("data: {file: a.libsvm, format: csv}\n"), "'target' is missing"));
  for (const char* file : {"a.libsvm", "a.svm.gz", "a.txt"})
    CHECK(read_text("data: {file: " + std::string(file) + "}\n").study.data.target.empty());
}

TEST_CASE("reader: all mistakes of a file at once, in its order, at most 20") {
  const std::string five =
      complaints("seed: x\ndata: {target: y, standardize: 1}\nmodel: {l2: -1}\ntraining: {epochs: 0}\ncolour: red\n");
  std::size_t at = 0;
  for (const char* part : {"1:7:", "2:1:", "2:32:", "3:13:", "4:20:", "5:1:"}) {
    CAPTURE(part);
    const std::size_t next = five.find(part, at);
    CHECK(next != std::string::npos);
    at = next;
  }
  std::string many = "data: {file: a, target: b}\n";
  for (int i = 0; i < 30; ++i) many += "key" + std::to_string(i) + ": 1\n";
  CHECK(has(complaints(many), "and 10 more"));
  std::string wide = "report: {formats: [";  // each message shows the line, and keeps no more of it than that
  for (int i = 0; i < 3000; ++i) wide += "f" + std::to_string(i) + ",";
  try {
    read_text(with(wide + "]}\n"));
    FAIL_CHECK("it was read");
  } catch (const Error& error) {
    CHECK(error.messages().size() == 21);
    for (const Message& message : error.messages()) CHECK(message.source.size() <= 200);
  }
}

TEST_CASE("reader: places of settings, and messages that come later") {
  const StudyFile file = read_text("name: x\ndata:\n  file: a.csv\n  target: taget\nmodel: {type: logistic}\n");
  CHECK(file.places.at("data.target").line == 4);
  CHECK(file.places.at("data.target").column == 11);
  CHECK(file.places.at("model.type").column == 15);
  Message m = file.located({{}, "no column", {}, {}, "data.target"});
  CHECK(m.place.line == 4);
  CHECK(m.source == "  target: taget");
  m = file.located({{}, "too few rows", {}, {}, "data.split.folds"});  // not in the file: the section above
  CHECK(m.place.line == 2);
  m = file.located({{"d.csv", 3, 1}, "a cell", {}, {}, "data.file"});  // has a place already
  CHECK(m.place.file == "d.csv");
  m = file.located({{}, "no rows", {}, {}, "training.epochs"});  // nothing of it is in the file
  CHECK(m.place.file == file.file);
  CHECK(m.place.line == 0);
  m = file.located({{}, "no rows", {}});  // about no setting
  CHECK(m.place.file.empty());
}

}  // namespace
}  // namespace holdout::study
