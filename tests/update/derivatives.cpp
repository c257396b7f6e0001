#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "update/plain_run.hpp"

namespace holdout::update {
namespace {

constexpr int kSteps = 20;

// A double that remembers how the tests of its sign came out: where they come out differently lies a kink.
struct Traced {
  double a = 0;
  static inline std::vector<bool> tests;

  Traced() = default;
  explicit Traced(double x) : a(x) {}
  bool positive() const { return tests.push_back(a > 0), a > 0; }
  friend Traced operator+(Traced x, Traced y) { return Traced(x.a + y.a); }
  friend Traced operator-(Traced x, Traced y) { return Traced(x.a - y.a); }
  friend Traced operator-(Traced x) { return Traced(-x.a); }
  friend Traced operator*(Traced x, Traced y) { return Traced(x.a * y.a); }
  friend Traced operator/(Traced x, Traced y) { return Traced(x.a / y.a); }
  friend Traced mul_add(Traced x, Traced y, Traced z) { return Traced(update::mul_add(x.a, y.a, z.a)); }
  friend Traced neg_mul_add(Traced x, Traced y, Traced z) { return Traced(update::neg_mul_add(x.a, y.a, z.a)); }
  friend Traced sqrt(Traced x) { return Traced(std::sqrt(x.a)); }
  friend Traced abs(Traced x) { return x.positive() ? x : -x; }
  friend Traced max(Traced x, Traced y) { return (y - x).positive() ? y : x; }
  friend Traced where_positive(Traced test, Traced x) { return test.positive() ? x : Traced(); }
  friend Traced select_positive(Traced test, Traced yes, Traced no) { return test.positive() ? yes : no; }
};

// Central differences of θ in one quantity, Richardson's extrapolation: error of order h⁴. h shrinks until there is no
// kink within it: lion's signs and the maxima of amsgrad and adamax jump from one step's gradient to another's.
template <class F>
std::array<double, 2> differences(F theta_at, double x, double h) {
  const auto traced = [&](double at) {
    Traced::tests.clear();
    const auto theta = theta_at(Traced(at));
    return std::pair(std::array{theta[0].a, theta[1].a}, Traced::tests);
  };
  const auto tests = traced(x).second;
  for (int shrunk = 0; shrunk < 8; ++shrunk, h /= 4) {
    const auto up = traced(x + h), down = traced(x - h), half_up = traced(x + h / 2), half_down = traced(x - h / 2);
    if (up.second != tests || down.second != tests || half_up.second != tests || half_down.second != tests) continue;
    std::array<double, 2> result;
    for (int i = 0; i < 2; ++i) {
      const double wide = (up.first[i] - down.first[i]) / (2 * h), narrow = (half_up.first[i] - half_down.first[i]) / h;
      result[i] = (4 * narrow - wide) / 3;
    }
    return result;
  }
  FAIL("a kink at ", x);
  return {};
}

void check(const std::array<Dual<double>, 2>& dual, const std::array<double, 2>& expected) {
  const double size = std::max({std::abs(expected[0]), std::abs(expected[1]), 1e-3});
  for (int i = 0; i < 2; ++i) CHECK(std::abs(dual[i].d - expected[i]) <= 1e-7 * size);
}

template <class V, class Rule>
Arrays<Rule, V> constants(const Arrays<Rule, double>& a) {
  Arrays<Rule, V> all;
  for (std::size_t i = 0; i < Rule::info.coefficients.size(); ++i) all.c[i] = V(a.c[i]);
  return all;
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
      check(train<Rule>(constants<Dual<double>>(a), Dual<double>(rate, 1), kSteps),
            differences([&](Traced x) { return train<Rule>(constants<Traced>(a), x, kSteps); }, rate, 0.01 * rate));
      for (std::size_t i = 0; i < table.size(); ++i) {
        if (table[i].kind == Coefficient::Kind::flag) continue;
        CAPTURE(table[i].name);
        // Small beside the distance to the end of the range, at which θ may have a singularity.
        const double h = 1e-3 * (table[i].kind == Coefficient::Kind::decay ? 1 - a.c[i] : a.c[i] > 0 ? a.c[i] : 1);
        auto seeded = constants<Dual<double>>(a);
        seeded.c[i].d = 1;
        const auto at = [&](Traced x) {
          auto moved = constants<Traced>(a);
          moved.c[i] = x;
          return train<Rule>(moved, Traced(rate), kSteps);
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
      auto a = constants<Dual<double>>(convention);
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
