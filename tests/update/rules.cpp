#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include <holdout/update/rules.hpp>

#include "support/set_field.hpp"
#include "update/plain_run.hpp"

namespace holdout::update {

TEST_CASE("property: rules say who they are, and their defaults lie in their ranges") {
  std::set<std::string_view> names;
  RuleChoice choice;
  CHECK(choice.selected() == 0);
  REQUIRE(rules().size() == std::tuple_size_v<RuleTuple>);
  REQUIRE(choice.alternatives().size() == rules().size());
  for (std::size_t i = 0; i < rules().size(); ++i) {
    const RuleDescription& rule = rules()[i];
    CAPTURE(rule.info.name);
    CHECK(names.insert(rule.info.name).second);
    CHECK(choice.alternatives()[i].name == rule.info.name);
    CHECK_FALSE(rule.info.help.empty());
    CHECK_FALSE(rule.info.source.empty());
    choice.select(i);
    CHECK(choice.selected() == i);
    REQUIRE(choice.coefficients().size() == rule.coefficients.size());
    for (std::size_t k = 0; k < rule.coefficients.size(); ++k) {
      const Coefficient& c = rule.coefficients[k];
      CAPTURE(c.name);
      CHECK(choice.coefficients()[k] == c.value);
      testing::set_field(choice, c.name, c.value);  // throws out of range
      CHECK(choice.coefficients()[k] == c.value);
    }
  }
}

// Expected: design.md § 4, the lecture's forms.
TEST_CASE("reference: the lecture's defaults") {
  const auto value = [](std::string_view rule, std::string_view name) {
    for (const RuleDescription& r : rules())
      for (const Coefficient& c : r.coefficients)
        if (r.info.name == rule && c.name == name) return c.value;
    return -1.0;
  };
  CHECK(value("momentum", "momentum") == 0.9);
  CHECK(value("nesterov", "momentum") == 0.9);
  CHECK(value("rmsprop", "beta") == 0.9);
  for (const std::string_view rule : {"adam", "adamw", "amsgrad", "adamax", "nadam"}) {
    CHECK(value(rule, "beta1") == 0.9);
    CHECK(value(rule, "beta2") == 0.999);
    CHECK(value(rule, "bias_correction") == 0);
  }
  for (const std::string_view rule : {"adagrad", "rmsprop", "adam", "adamw", "amsgrad", "nadam"}) {
    CHECK(value(rule, "epsilon") == 1e-8);
    CHECK(value(rule, "epsilon_inside_root") == 1);
  }
  for (const RuleDescription& r : rules()) {  // those for which 1/L̂ is a step size; what divides by a norm is not
    const std::set<std::string_view> plain{"gd", "momentum", "nesterov"};
    if (plain.contains(r.info.name)) CHECK_FALSE(r.adaptive);
    for (const Coefficient& c : r.coefficients)
      if (c.name == "epsilon") CHECK(r.adaptive);
  }
}

TEST_CASE("property: a choice takes values by name, refuses those out of range, and forgets them when it changes") {
  RuleChoice choice;
  choice.select(1);
  REQUIRE(choice.rule().info.name == "momentum");
  testing::set_field(choice, "momentum", 0);
  CHECK(choice.coefficients()[0] == 0);
  CHECK_THROWS_AS(testing::set_field(choice, "momentum", 1), std::out_of_range);
  CHECK_THROWS_AS(testing::set_field(choice, "momentum", -0.1), std::out_of_range);
  CHECK_THROWS_AS(testing::set_field(choice, "beta1", 0.5), std::invalid_argument);
  const RuleChoice copy = choice;
  choice.select(1);
  CHECK(choice.coefficients()[0] == 0.9);
  CHECK(copy.coefficients()[0] == 0);
  choice.select(5);
  REQUIRE(choice.rule().info.name == "adam");
  testing::set_field(choice, "bias_correction", 1);
  testing::set_field(choice, "epsilon_inside_root", 0);
  testing::set_field(choice, "epsilon", 1);
  CHECK_THROWS_AS(testing::set_field(choice, "epsilon", 1.5), std::out_of_range);
  CHECK(std::vector<double>(choice.coefficients().begin(), choice.coefficients().end()) ==
        std::vector<double>{0.9, 0.999, 1, 0, 1});
}

}  // namespace holdout::update
