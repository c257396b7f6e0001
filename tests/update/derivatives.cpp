#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "update/plain_run.hpp"

namespace holdout::update {
namespace {

constexpr int kSteps = 20;

// Central differences of θ in one quantity, Richardson's extrapolation: error of order h⁴.
template <class F>
std::array<double, 2> differences(F theta_at, double x, double h) {
  std::array<double, 2> wide, narrow, result;
  const auto central = [&](double step) {
    const auto up = theta_at(x + step), down = theta_at(x - step);
    return std::array<double, 2>{(up[0] - down[0]) / (2 * step), (up[1] - down[1]) / (2 * step)};
  };
  wide = central(h), narrow = central(h / 2);
  for (int i = 0; i < 2; ++i) result[i] = (4 * narrow[i] - wide[i]) / 3;
  return result;
}

void check(const std::array<Dual<double>, 2>& dual, const std::array<double, 2>& expected) {
  const double size = std::max({std::abs(expected[0]), std::abs(expected[1]), 1e-3});
  for (int i = 0; i < 2; ++i) CHECK(std::abs(dual[i].d - expected[i]) <= 1e-7 * size);
}

template <class Rule>
Arrays<Rule, Dual<double>> constants(const Arrays<Rule, double>& a) {
  Arrays<Rule, Dual<double>> duals;
  for (std::size_t i = 0; i < Rule::info.coefficients.size(); ++i) duals.c[i] = Dual<double>(a.c[i]);
  return duals;
}

}  // namespace

TEST_CASE("reference: tangents of every rule are the differences of its trajectory") {
  for_each_rule([](auto rule) {
    using Rule = decltype(rule);
    CAPTURE(Rule::info.info.name);
    const auto table = Rule::info.coefficients;
    const double rate = Rule::kAdaptive ? 0.02 : 2e-4;
    for_each_convention<Rule>([&](Arrays<Rule, double> a) {
      for (std::size_t i = 0; i < table.size(); ++i)  // an ε of 1e-8 would not be felt
        if (table[i].name == "epsilon") a.c[i] = 0.05;
      check(train<Rule>(constants(a), Dual<double>(rate, 1), kSteps),
            differences([&](double x) { return train<Rule>(a, x, kSteps); }, rate, 0.01 * rate));
      for (std::size_t i = 0; i < table.size(); ++i) {
        if (table[i].kind == Coefficient::Kind::flag) continue;
        CAPTURE(table[i].name);
        // Small beside the distance to the end of the range, at which θ may have a singularity.
        const double h = 1e-3 * (table[i].kind == Coefficient::Kind::decay ? 1 - a.c[i] : a.c[i]);
        auto seeded = constants(a);
        seeded.c[i].d = 1;
        const auto at = [&](double x) {
          Arrays<Rule, double> moved = a;
          moved.c[i] = x;
          return train<Rule>(moved, rate, kSteps);
        };
        check(train<Rule>(seeded, Dual<double>(rate), kSteps), differences(at, a.c[i], h));
      }
    });
  });
}

// The step of a parameter that never had a gradient: 0 with tangent 0 if ε is 0, not 0/0.
TEST_CASE("property: without gradient and ε every rule stays, and so does its tangent") {
  for_each_rule([](auto rule) {
    using Rule = decltype(rule);
    CAPTURE(Rule::info.info.name);
    for_each_convention<Rule>([](const Arrays<Rule, double>& convention) {
      auto a = constants(convention);
      for (std::size_t i = 0; i < Rule::info.coefficients.size(); ++i)
        if (Rule::info.coefficients[i].name == "epsilon" || Rule::info.coefficients[i].name == "weight_decay")
          a.c[i] = Dual<double>(0.0, 1);
      Dual<double> theta(3.0), state[RuleSizes<Rule>::states] = {};
      for (int t = 0; t < 3; ++t) {
        Rule::begin_step(Dual<double>(0.1, 1), a.c, a.memory, a.k);
        if constexpr (kDecayFactor<Rule> >= 0) a.k[kDecayFactor<Rule>] = Dual<double>(0.0);
        Rule::step(theta, Dual<double>(0.0), state, a.k);
      }
      CHECK(theta.a == 3);
      CHECK(theta.d == 0);
    });
  });
}

}  // namespace holdout::update
