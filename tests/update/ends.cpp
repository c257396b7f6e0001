#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <holdout/update/stepper.hpp>

#include "support/set_field.hpp"
#include "update/plain_run.hpp"

namespace holdout::update {
namespace {

RuleChoice choice_of(std::string_view name) {
  RuleChoice choice;
  for (std::size_t i = 0; i < rules().size(); ++i)
    if (rules()[i].info.name == name) return choice.select(i), choice;
  FAIL("no rule " << name);
  return choice;
}

}  // namespace

TEST_CASE("property: every combination of ends of the coefficients' ranges stays finite") {
  for_each_rule([](auto rule) {
    using Rule = decltype(rule);
    CAPTURE(Rule::info.info.name);
    constexpr auto table = Rule::info.coefficients;
    for (std::size_t combination = 0; combination < (std::size_t{1} << table.size()); ++combination) {
      CAPTURE(combination);
      Arrays<Rule, double> a;
      for (std::size_t i = 0; i < table.size(); ++i) {
        const bool high = combination >> i & 1;
        const double most = table[i].kind == Coefficient::Kind::decay ? std::nextafter(1.0, 0.0) : table[i].max;
        const double least = table[i].kind == Coefficient::Kind::positive ? std::numeric_limits<double>::min() : 0;
        a.c[i] = high ? most : least;
      }
      double theta = 1, zero = 1, state[2][RuleSizes<Rule>::states] = {};
      for (int t = 0; t < 200; ++t) {
        Rule::begin_step(1e-3, a.c, a.memory, a.k);
        Rule::step(theta, std::sin(t), state[0], a.k);
        Rule::step(zero, 0.0, state[1], a.k);  // a column of zeros has no gradient
        REQUIRE(std::isfinite(theta));
        REQUIRE(std::isfinite(zero));
      }
    }
  });
}

TEST_CASE("property: what is not a number stays so: a rule does not hide divergence") {
  for_each_rule([](auto rule) {
    using Rule = decltype(rule);
    CAPTURE(Rule::info.info.name);
    for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
      Arrays<Rule, double> a;
      double theta = 1, state[RuleSizes<Rule>::states] = {};
      for (const double g : {1.0, bad, 1.0}) {
        Rule::begin_step(0.1, a.c, a.memory, a.k);
        Rule::step(theta, g, state, a.k);
      }
      CHECK(!std::isfinite(theta));
    }
  });
}

// With correction the running means of a constant gradient are that gradient, from the first step on: each step is γ.
TEST_CASE("reference: bias correction makes the first steps whole") {
  for (const std::string_view name : {"adam", "adamw", "amsgrad"}) {
    RuleChoice choice = choice_of(name);
    testing::set_field(choice, "bias_correction", 1);
    testing::set_field(choice, "epsilon", 0);
    if (name == "adamw") testing::set_field(choice, "weight_decay", 0);
    Stepper corrected(choice, 1);
    testing::set_field(choice, "bias_correction", 0);
    Stepper lecture(choice, 1);
    double theta = 0, plain = 0;
    for (int t = 1; t <= 50; ++t) {
      const double g = -7, before = plain;
      corrected.step({&theta, 1}, {&g, 1}, 0.25);
      lecture.step({&plain, 1}, {&g, 1}, 0.25);
      CHECK(theta == doctest::Approx(0.25 * t).epsilon(1e-13));
      const double share = (1 - std::pow(0.9, t)) / std::sqrt(1 - std::pow(0.999, t));
      CHECK(plain - before == doctest::Approx(0.25 * share).epsilon(1e-11));
    }
  }
}

TEST_CASE("property: adamw without decay is adam, and decays only what is penalized") {
  const std::vector<double> start{1.5, -2, 0.25}, gradient{0.3, -4, 1e-3};
  const auto run = [&](const RuleChoice& choice, std::size_t penalized) {
    std::vector<double> theta = start;
    Stepper stepper(choice, 3, penalized);
    for (int t = 0; t < 20; ++t) stepper.step(theta, gradient, 0.01);
    return theta;
  };
  RuleChoice adamw = choice_of("adamw");
  const std::vector<double> adam = run(choice_of("adam"), 3);
  CHECK(run(adamw, 0) == adam);
  testing::set_field(adamw, "weight_decay", 0);
  CHECK(run(adamw, 3) == adam);
  testing::set_field(adamw, "weight_decay", 0.5);
  const std::vector<double> two = run(adamw, 2), all = run(adamw, 3);
  CHECK(two[2] == adam[2]);
  CHECK(two[0] != adam[0]);
  CHECK((two[0] == all[0] && two[1] == all[1] && two[2] != all[2]));

  // Without gradient only the decay acts: θ (1 − γ ω)^t.
  std::vector<double> theta = start;
  Stepper alone(adamw, 3, 2);
  for (int t = 0; t < 10; ++t) alone.step(theta, std::vector<double>(3), 0.01);
  CHECK(theta[0] == doctest::Approx(1.5 * std::pow(0.995, 10)).epsilon(1e-14));
  CHECK(theta[2] == 0.25);
}

// With r = 1 − γ ω and a gradient of constant sign σ: θ(t) = r^t θ(0) − σ (1 − r^t) / ω.
TEST_CASE("closed form: lion's steps know of the gradient its sign, and decay what is penalized") {
  RuleChoice choice = choice_of("lion");
  testing::set_field(choice, "weight_decay", 0.5);
  Stepper stepper(choice, 4, 2);
  std::vector<double> theta{1.5, -2, 0.25, 0.25};
  const double r = 1 - 0.01 * 0.5;
  for (int t = 1; t <= 40; ++t) {
    stepper.step(theta, std::vector<double>{0.3, -4e9, 1e-9, 0}, 0.01);
    const double kept = std::pow(r, t);
    CHECK(theta[0] == doctest::Approx(kept * 1.5 - (1 - kept) / 0.5).epsilon(1e-13));
    CHECK(theta[1] == doctest::Approx(kept * -2 + (1 - kept) / 0.5).epsilon(1e-13));
    CHECK(theta[2] == doctest::Approx(0.25 - 0.01 * t).epsilon(1e-13));
    CHECK(theta[3] == 0.25);
  }
}

// β₂ = 0 forgets all but the last gradient, which is the largest so far or not.
TEST_CASE("closed form: amsgrad and adamax divide by the largest gradient that they remember") {
  for (const std::string_view name : {"amsgrad", "adamax"}) {
    CAPTURE(name);
    RuleChoice choice = choice_of(name);
    testing::set_field(choice, "beta1", 0);
    testing::set_field(choice, "beta2", name == "amsgrad" ? 0 : 0.5);
    testing::set_field(choice, "epsilon", 0);
    Stepper stepper(choice, 1);
    // amsgrad never forgets 8; adamax forgets half of it at each step, until 3 is more
    const double gradients[] = {2, 8, -1, 3, 3}, amsgrad[] = {1, 1, -0.125, 0.375, 0.375},
                 adamax[] = {1, 1, -0.25, 1, 1};
    for (int t = 0; t < 5; ++t) {
      double theta = 0;
      stepper.step({&theta, 1}, {&gradients[t], 1}, 0.25);
      CHECK(theta == -0.25 * (name == "amsgrad" ? amsgrad : adamax)[t]);
    }
  }
}

}  // namespace holdout::update
