// A training of two parameters on a test problem, over any number type, with any rule: what trajectories and
// derivatives are computed from.
#pragma once

#include <array>
#include <functional>
#include <string_view>

#include <holdout/update/plain.hpp>

namespace holdout::update {

/// ∇ of ½ (x₁² + 25 x₂²).
template <class V>
std::array<V, 2> quadratic(const std::array<V, 2>& x) {
  return {x[0], V(25.0) * x[1]};
}

/// ∇ of (1 − x₁)² + 100 (x₂ − x₁²)², Rosenbrock, The Computer Journal 3, 1960.
template <class V>
std::array<V, 2> rosenbrock(const std::array<V, 2>& x) {
  const V bow = x[1] - x[0] * x[0];
  return {V(-2.0) * (V(1.0) - x[0]) - V(400.0) * x[0] * bow, V(200.0) * bow};
}

/// One parameter's or one lane's worth of a rule's arrays.
template <class Rule, class V>
struct Arrays {
  using Sizes = RuleSizes<Rule>;
  V c[Sizes::coefficients] = {}, memory[Sizes::memory] = {}, k[Sizes::factors] = {};
  Arrays() {
    for (std::size_t i = 0; i < Rule::info.coefficients.size(); ++i) c[i] = V(Rule::info.coefficients[i].value);
  }
};

/// θ after some steps on Rosenbrock's function from (−1.2, 1).
template <class Rule, class V>
std::array<V, 2> train(Arrays<Rule, V> a, V rate, int steps) {
  std::array<V, 2> theta{V(-1.2), V(1.0)}, point;
  V state[2][RuleSizes<Rule>::states] = {};
  for (int t = 0; t < steps; ++t) {
    Rule::begin_step(rate, a.c, a.memory, a.k);
    point = theta;
    if constexpr (kLooksAhead<Rule>)
      for (int i = 0; i < 2; ++i) point[i] = Rule::look_ahead(theta[i], state[i], a.k);
    const std::array<V, 2> g = rosenbrock(point);
    for (int i = 0; i < 2; ++i) Rule::step(theta[i], g[i], state[i], a.k);
  }
  return theta;
}

/// f(Rule()) for every rule of the list.
template <class F>
void for_each_rule(F f) {
  for (std::size_t rule = 0; rule < std::tuple_size_v<RuleTuple>; ++rule) with_rule(rule, f);
}

/// f(coefficients) for every combination of the rule's flags: both conventions of ε, with and without correction.
template <class Rule, class F>
void for_each_convention(F f) {
  constexpr auto table = Rule::info.coefficients;
  Arrays<Rule, double> a;
  const std::function<void(std::size_t)> choose = [&](std::size_t i) {
    if (i == table.size()) return f(a);
    if (table[i].kind != Coefficient::Kind::flag) return choose(i + 1);
    for (const double on : {0.0, 1.0}) a.c[i] = on, choose(i + 1);
  };
  choose(0);
}

}  // namespace holdout::update
