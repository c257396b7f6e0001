// model.l2.groups and model.l2.each, from the file to parameters and features.
#include <doctest/doctest.h>

#include <holdout/study/runner.hpp>

#include "study/study_text.hpp"

namespace holdout::study {
namespace {

// age, blood_1, blood_2, and a column of words.
class Rows {
 public:
  Rows() {
    std::ofstream out(path);
    out << "age,blood_1,blood_2,kind,y\n";
    for (int i = 0; i < 40; ++i)
      out << i % 7 << ',' << i % 5 << ',' << i % 3 << ',' << (i % 2 ? "new" : "old") << ',' << i % 11 << '\n';
  }
  ~Rows() { std::filesystem::remove(path); }
  const std::string path =
      (std::filesystem::temp_directory_path() / ("holdout-groups-" + std::to_string(::getpid()) + ".csv")).string();

  std::string study(const std::string& model) const {
    return "data: {file: " + path + ", target: y}\nmodel: {type: linear, " + model +
           "}\ntraining: {optimizer: exact}\nsearch: {method: random, trials: 5}\n";
  }
  StudyFile prepared(const std::string& model, const std::vector<std::string>& set = {}) const {
    StudyFile file = read_text(study(model), set);
    prepare(file);
    return file;
  }
  std::string refusal(const std::string& model) const {
    try {
      prepared(model);
      return {};
    } catch (const Error& error) {
      return error.what();
    }
  }
};

using Features = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("groups: features by name, by column of a one-hot feature, and by the beginning of names") {
  const Rows rows;
  const StudyFile file = rows.prepared(
      "l2: {value: 0.5, groups: {blood: {columns: [\"blood_*\"], l2: {min: 1e-6, max: 1, scale: log}}, rest: "
      "{columns: [kind, age], l2: 2}}}");
  const train::ModelSettings& model = file.study.config.model;
  CHECK(model.l2 == 0.5);
  REQUIRE(model.l2_groups.size() == 2);
  CHECK(model.l2_groups[0].features == Features{1, 2});
  CHECK(model.l2_groups[1].features == Features{3, 4, 0});
  REQUIRE(file.study.space.size() == 1);
  CHECK(file.study.space.parameters()[0].path == "model.l2.groups.blood");
  const train::LaneConfig config = apply(file.study, {{Value(0.25)}});
  CHECK(config.model.ridges(5) == std::vector<double>{2, 0.25, 0.25, 2, 2, 0.5});
}

TEST_CASE("groups: --set reaches a group's λ and leaves its columns") {
  const Rows rows;
  const std::string text = "l2: {groups: {old: {columns: [age], l2: 2}}}";
  CHECK(rows.prepared(text, {"model.l2.groups.old=7"}).study.config.model.l2_groups[0].l2 == 7);
  CHECK(rows.prepared(text, {"model.l2.groups.old.l2=7"}).study.config.model.l2_groups[0].features == Features{0});
  CHECK(rows.prepared(text, {"model.l2=3"}).study.config.model.l2 == 3);
  const StudyFile ranged = rows.prepared(text, {"model.l2.groups.old={values: [1, 2]}"});
  CHECK(ranged.study.space.parameters()[0].path == "model.l2.groups.old");
}

TEST_CASE("property: groups are written as they are read, and the winner's with its values") {
  const Rows rows;
  const StudyFile file = rows.prepared(
      "l2: {value: {values: [1, 2]}, groups: {a: {columns: [age], l2: {values: [0, 3]}}, b: {columns: [kind], l2: "
      "4}}}");
  const std::string text = to_yaml(file.study);
  CHECK(has(text,
            "l2: {value: {values: [1, 2]}, groups: {a: {columns: [age], l2: {values: [0, 3]}}, b: {columns: [kind], "
            "l2: 4}}}"));
  CHECK(to_yaml(read_text(text).study) == text);
  const search::Configuration winner{{Value(std::int64_t{2}), Value(std::int64_t{3})}};
  CHECK(has(to_yaml(file.study, &winner),
            "l2: {value: 2, groups: {a: {columns: [age], l2: 3}, b: {columns: [kind], l2: 4}}}"));
}

TEST_CASE("each: feature makes a group of every feature, each with the range as its own") {
  const Rows rows;
  const StudyFile file = rows.prepared("l2: {each: feature, min: 1e-3, max: 10, scale: log}, loss: squared");
  const auto& parameters = file.study.space.parameters();
  REQUIRE(parameters.size() == 5);
  CHECK(parameters[0].path == "model.l2.groups.age");
  CHECK(parameters[4].path == "model.l2.groups.kind=old");
  CHECK(parameters[4].interval->log);
  const train::LaneConfig config = apply(file.study, {{Value(1.0), Value(2.0), Value(3.0), Value(4.0), Value(5.0)}});
  CHECK(config.model.ridges(5) == std::vector<double>{1, 2, 3, 4, 5, 0});
  const search::Configuration winner{{Value(1.0), Value(2.0), Value(3.0), Value(4.0), Value(5.0)}};
  StudyFile again = read_text(to_yaml(file.study, &winner));  // best.yaml runs
  prepare(again);
  CHECK(again.study.config.model.ridges(5) == config.model.ridges(5));
  // Without a range all have the value.
  CHECK(rows.prepared("l2: {each: feature, value: 2}").study.config.model.ridges(5) ==
        std::vector<double>{2, 2, 2, 2, 2, 0});
}

TEST_CASE("groups: a feature that is named twice in one group is in it once") {
  const Rows rows;
  CHECK(rows.prepared("l2: {groups: {a: {columns: [age, \"a*\"], l2: 1}}}").study.config.model.l2_groups[0].features ==
        Features{0});
}

TEST_CASE("each: feature: a search that is too large for so many features is refused where it was asked for") {
  const Rows rows;
  StudyFile file = read_text("data: {file: " + rows.path +
                             ", target: y}\nmodel: {type: linear, l2: {each: feature, min: 1, max: 9, points: 1000}}\n"
                             "training: {optimizer: exact}\nsearch: {method: grid}\n");
  Error error("nothing was thrown");
  try {
    prepare(file);
  } catch (const Error& thrown) {
    error = thrown;
  }
  REQUIRE(error.messages().size() == 1);
  CHECK(error.fault() == Fault::input);
  CHECK(error.messages()[0].place.line == 2);
  CHECK(has(error.messages()[0].text, "1000000000000000"));
}

TEST_CASE("hostile: groups that mean nothing") {
  const Rows rows;
  CHECK(has(rows.refusal("l2: {groups: {a: {columns: [aeg], l2: 1}}}"),
            "2:51: error: model.l2.groups.a: no feature is called 'aeg'"));
  CHECK(has(rows.refusal("l2: {groups: {a: {columns: [aeg], l2: 1}}}"), "did you mean 'age'?"));
  CHECK(has(rows.refusal("l2: {groups: {a: {columns: [age], l2: 1}, b: {columns: [\"a*\"], l2: 2}}}"),
            "feature 'age' is in the groups 'a' and 'b'"));
  CHECK(has(rows.refusal("l2: {groups: {a: {columns: [age]}}}"), "'l2' is missing"));
  CHECK(has(rows.refusal("l2: {groups: {a: 0.1}}"), "'columns' is missing"));
  CHECK(has(rows.refusal("l2: {groups: {a: {columns: [], l2: 1}}}"), "the list is empty"));
  CHECK(has(rows.refusal("l2: {groups: {a: {columns: [age], l2: -1}}}"), "'-1' is not a number >= 0"));
  CHECK(has(rows.refusal("l2: {groups: [age]}"), "model.l2.groups: expected keys with values, found a list"));
  CHECK(has(rows.refusal("l2: {groups: {a: {columns: [age], l2: 1}}}, elastic_net: {lambda: 1}"),
            "model.l2 beside model.elastic_net"));
  CHECK(has(rows.refusal("l2: {each: feature, value: 1, groups: {a: {columns: [age], l2: 1}}}"),
            "groups beside each: feature"));
  CHECK(has(rows.refusal("l2: {each: column, value: 1}"), "'column' is not known"));
}

}  // namespace holdout::study
