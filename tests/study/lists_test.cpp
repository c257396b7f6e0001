// Lists of integers in a study: given, searched as a whole, or item by item.
#include <doctest/doctest.h>

#include "cohorts.hpp"
#include "default_configuration.hpp"
#include "lists.hpp"
#include "study/study_text.hpp"

namespace holdout::study {
namespace {

std::string mlp(const std::string& hidden) {
  return with("model: {type: mlp, hidden: " + hidden + "}\ntraining: {learning_rate: 0.1}\nobjective: {metric: mse}\n");
}

using Sizes = std::vector<std::int64_t>;

TEST_CASE("lists: their text reads back") {
  for (const Sizes& sizes : {Sizes{7}, Sizes{64, 32}, Sizes{-1, 0, 9223372036854775807}})
    CHECK(list_from(list_text(sizes)) == sizes);
  CHECK(list_text(Sizes{64, 32}) == "[64, 32]");
}

TEST_CASE("lists: a list that is given") {
  const Study study = read_text(mlp("[20, 10, 5]")).study;
  CHECK(study.config.model.hidden == Sizes{20, 10, 5});
  CHECK(study.space.size() == 0);
  CHECK(has(to_yaml(study), "hidden: [20, 10, 5]\n"));
  CHECK(has(to_yaml(read_text(mlp("[20, 10, 5]"), {"model.hidden.1=8"}).study), "hidden: [20, 8, 5]\n"));
  CHECK(has(to_yaml(read_text(mlp("[20]"), {"model.hidden=[3, 4]"}).study), "hidden: [3, 4]\n"));
}

TEST_CASE("lists: one of several") {
  const Study study = read_text(mlp("{values: [[32], [64, 32]]}")).study;
  REQUIRE(study.space.size() == 1);
  CHECK(study.space.parameters()[0].path == "model.hidden");
  CHECK(study.space.parameters()[0].values == std::vector<Value>{std::string("[32]"), std::string("[64, 32]")});
  CHECK(apply(study, {{std::string("[64, 32]")}}).model.hidden == Sizes{64, 32});
  CHECK(apply(study, {{std::string("[32]")}}).model.hidden == Sizes{32});
  const std::string text = to_yaml(study);
  CHECK(has(text, "hidden: {values: [[32], [64, 32]]}\n"));
  CHECK(to_yaml(read_text(text).study) == text);
  const search::Configuration second{{std::string("[64, 32]")}};
  CHECK(has(to_yaml(study, &second), "hidden: [64, 32]\n"));
}

TEST_CASE("lists: items that are searched") {
  const Study study = read_text(mlp("[{min: 8, max: 64, step: 8}, 32, {values: [4, 2]}]")).study;
  REQUIRE(study.space.size() == 2);
  CHECK(study.space.parameters()[0].path == "model.hidden.0");
  CHECK(study.space.parameters()[0].interval->integer);
  CHECK(study.space.parameters()[1].path == "model.hidden.2");
  const search::Configuration c{{std::int64_t{24}, std::int64_t{2}}};
  CHECK(apply(study, c).model.hidden == Sizes{24, 32, 2});
  const std::string text = to_yaml(study);
  CHECK(has(text, "hidden: [{min: 8, max: 64, step: 8}, 32, {values: [4, 2]}]\n"));
  CHECK(to_yaml(read_text(text).study) == text);
  CHECK(has(to_yaml(study, &c), "hidden: [24, 32, 2]\n"));
}

TEST_CASE("hidden layers: how many there are and how wide, given or searched") {
  CHECK(read_text(mlp("{layers: 3, units: 8}")).study.config.model.hidden_sizes() == Sizes{8, 8, 8});
  CHECK(read_text(mlp("{layers: 2}")).study.config.model.hidden_sizes() == Sizes{64, 64});
  CHECK(read_text(mlp("{units: 5}")).study.config.model.hidden_sizes() == Sizes{5});
  CHECK(read_text(mlp("[20, 10]")).study.config.model.hidden_sizes() == Sizes{20, 10});
  CHECK(has(to_yaml(read_text(mlp("{layers: 3, units: 8}")).study), "hidden: {layers: 3, units: 8}\n"));
  const Study study = read_text(mlp("{layers: {min: 1, max: 3}, units: {min: 8, max: 128, scale: log}}")).study;
  REQUIRE(study.space.size() == 2);
  CHECK(study.space.parameters()[0].path == "model.hidden.layers");
  CHECK(study.space.parameters()[1].path == "model.hidden.units");
  CHECK(study.space.parameters()[1].interval->integer);
  const search::Configuration c{{std::int64_t{3}, std::int64_t{16}}}, flat{{std::int64_t{1}, std::int64_t{64}}};
  CHECK(apply(study, c).model.hidden_sizes() == Sizes{16, 16, 16});
  CHECK(apply(study, flat).model.hidden_sizes() == Sizes{64});
  const std::string text = to_yaml(study);
  CHECK(has(text, "hidden: {layers: {min: 1, max: 3}, units: {min: 8, max: 128, scale: log}}\n"));
  CHECK(to_yaml(read_text(text).study) == text);
  for (const auto& [configuration, sizes] : {std::pair(c, Sizes{16, 16, 16}), std::pair(flat, Sizes{64})}) {
    const std::string best = to_yaml(study, &configuration);
    CAPTURE(best);
    CHECK(read_text(best).study.config.model.hidden_sizes() == sizes);
  }
  CHECK(has(to_yaml(study, &c), "hidden: {layers: 3, units: 16}\n"));
  CHECK(default_configuration(study).configuration.values ==
        std::vector<std::optional<Value>>{Value(std::int64_t{1}), Value(std::int64_t{64})});
  const Study wide = read_text(mlp("{layers: 2, units: {values: [16, 32]}}")).study;
  REQUIRE(wide.space.size() == 1);
  CHECK(apply(wide, {{std::int64_t{32}}}).model.hidden_sizes() == Sizes{32, 32});
  CHECK(has(to_yaml(read_text(mlp("{layers: 2}"), {"model.hidden.units=9"}).study), "hidden: {layers: 2, units: 9}\n"));
  std::vector<train::LaneConfig> configs;
  for (int i = 0; i < 6; ++i) configs.push_back(apply(study, {{std::int64_t{1 + i % 2}, std::int64_t{8 + i / 4}}}));
  CHECK(cut_into_cohorts(configs, {10, 0, 1, 1, 0}).size() == 4);  // (1, 8), (2, 8), (1, 9), (2, 9)
}

TEST_CASE("lists: configurations are trained together where their shapes agree") {
  const Study study = read_text(mlp("{values: [[8], [8, 8]]}")).study;
  std::vector<train::LaneConfig> configs;
  for (int i = 0; i < 6; ++i) configs.push_back(apply(study, {{std::string(i % 2 == 0 ? "[8]" : "[8, 8]")}}));
  configs[0].model.activation = "tanh";
  const auto cohorts = cut_into_cohorts(configs, {10, 0, 1, 1, 0});
  REQUIRE(cohorts.size() == 3);
  CHECK(cohorts[0] == std::vector<std::size_t>{0});
  CHECK(cohorts[1] == std::vector<std::size_t>{1, 3, 5});
  CHECK(cohorts[2] == std::vector<std::size_t>{2, 4});
}

TEST_CASE("lists: each mistake has its message") {
  struct {
    const char *hidden, *message;
  } const cases[] = {
      {"32", "2:28: error: model.hidden: expected a list, found '32'"},
      {"32", "[32]"},
      {"[]", "model.hidden: the list is empty"},
      {"[64, 0]", "2:33: error: model.hidden.1: '0' is not an integer from 1"},
      {"[64, ~]", "model.hidden: an empty item"},
      {"[64, 3.5]", "model.hidden.1: '3.5' is not an integer"},
      {"[[64]]", "model.hidden.0: expected an integer from 1"},
      {"{min: 8, max: 64}", "model.hidden has no 'min'"},
      {"{values: [32, 64]}", "model.hidden: expected a list, found '32'"},
      {"{values: [[32], [ 32 ]]}", "model.hidden: [32] is listed twice"},
      {"{values: [[32], [{min: 1, max: 3}]]}", "model.hidden.0: expected an integer"},
      {"{layer: 3}", "unknown key 'layer' in model.hidden\n"},
      {"{layers: 0}", "model.hidden.layers: '0' is not an integer from 1 to 100"},
      {"{layers: 2, units: [8, 4]}", "model.hidden.units: expected an integer from 1"},
      {"{layers: 2, sizes: [8, 4]}", "model.hidden.layers beside a list: both say what hidden layers there are"},
      {"{units: 2, sizes: {values: [[8, 4]]}}", "model.hidden.units beside a list"},
      {"[{min: 8}]", "model.hidden.0: the range has no 'max'"},
      {"[{min: 0, max: 9}]", "model.hidden.0 min: '0' is not an integer from 1"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.hidden);
    const std::string got = complaints(mlp(c.hidden));
    CAPTURE(got);
    CHECK(has(got, c.message));
  }
}

}  // namespace
}  // namespace holdout::study
