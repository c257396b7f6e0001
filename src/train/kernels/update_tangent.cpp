// Steps of the update rules with tangents. Apart from update.cpp, because they take long to compile.
#include "tangents.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/update_tangent.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>
#include <tuple>
#include <utility>

#include <holdout/base/number.hpp>

HWY_BEFORE_NAMESPACE();
namespace holdout::train::HWY_NAMESPACE {
#include "lanes-inl.hpp"
#define RULE_FN HWY_INLINE
#include <holdout/update/numbers-inl.hpp>
#include <holdout/update/rules-inl.hpp>
#undef RULE_FN
#include "kernels/tangents-inl.hpp"

using Pass = UpdatePass<double>;

template <class Rule>
void begin_rule(const Pass& p, const Tangents& t) {
  over_tangents(t, [&](auto number, long gap, size_t lane) HWY_ATTR {
    using N = decltype(number);
    constexpr size_t kC = Rule::info.coefficients.size();
    N rate, c[RuleSizes<Rule>::coefficients], memory[RuleSizes<Rule>::memory], k[RuleSizes<Rule>::factors];
    read(rate, p.rate + lane, gap);
    for (size_t i = 0; i < kC; ++i) read(c[i], p.coefficients + i * p.stride + lane, gap);
    for (int i = 0; i < Rule::kMemory; ++i) read(memory[i], p.memory + i * p.stride + lane, gap);
    Rule::begin_step(rate, c, memory, k);
    for (int i = 0; i < Rule::kMemory; ++i) write_new(memory[i], p.memory + i * p.stride + lane, gap);
    for (int i = 0; i < Rule::kFactors; ++i) write_new(k[i], p.factors + i * p.stride + lane, gap);
  });
}

template <class Rule, class N>
HWY_INLINE void read_factors(const Pass& p, long gap, size_t lane, N* k) {
  for (int i = 0; i < Rule::kFactors; ++i) read(k[i], p.factors + i * p.stride + lane, gap);
}

template <class Rule, class N>
HWY_INLINE void read_state(const Pass& p, long gap, size_t at, N* state) {
  for (int i = 0; i < Rule::kStates; ++i) read(state[i], p.state + i * p.rows * p.stride + at, gap);
}

template <class Rule>
void step_rule(const Pass& p, const Tangents& t) {
  over_tangents(t, [&](auto number, long gap, size_t lane) HWY_ATTR {
    using N = decltype(number);
    N k[RuleSizes<Rule>::factors], state[RuleSizes<Rule>::states], theta, g;
    read_factors<Rule>(p, gap, lane, k);
    for (size_t r = 0; r < p.rows; ++r) {
      if constexpr (kDecayFactor<Rule> >= 0)
        if (r == p.penalized) k[kDecayFactor<Rule>] = N(0.0);
      const size_t at = r * p.stride + lane;
      read(theta, p.theta + at, gap), read(g, p.gradient + at, gap);
      read_state<Rule>(p, gap, at, state);
      Rule::step(theta, g, state, k);
      write_new(theta, p.theta + at, gap);
      for (int i = 0; i < Rule::kStates; ++i) write_new(state[i], p.state + i * p.rows * p.stride + at, gap);
    }
  });
}

template <class Rule>
void look_ahead_rule(const Pass& p, const Tangents& t, double* out) {
  if constexpr (kLooksAhead<Rule>)
    over_tangents(t, [&](auto number, long gap, size_t lane) HWY_ATTR {
      using N = decltype(number);
      N k[RuleSizes<Rule>::factors], state[RuleSizes<Rule>::states], theta;
      read_factors<Rule>(p, gap, lane, k);
      for (size_t at = lane; at < p.rows * p.stride; at += p.stride) {
        read(theta, p.theta + at, gap);
        read_state<Rule>(p, gap, at, state);
        write_new(Rule::look_ahead(theta, state, k), out + at, gap);
      }
    });
}

// As shrink.cpp has it.
template <class Rule>
void shrink_rule(const Pass& p, const double* l1, const Tangents& t) {
  if constexpr (kProximal<Rule>)
    over_tangents(t, [&](auto number, long gap, size_t lane) HWY_ATTR {
      using N = decltype(number);
      N k[RuleSizes<Rule>::factors], state[RuleSizes<Rule>::states], theta, strength;
      read_factors<Rule>(p, gap, lane, k);
      read(strength, l1 + lane, gap);
      for (size_t at = lane; at < p.penalized * p.stride; at += p.stride) {
        read(theta, p.theta + at, gap);
        read_state<Rule>(p, gap, at, state);
        const N threshold = Rule::step_size(state, k) * strength, over = abs(theta) - threshold;
        const N kept = select_positive(theta, over, -over), near = select_positive(-over, N(0.0), kept);
        const N shrunk = select_positive(strength, near, theta);
        write_new(shrunk, p.theta + at, gap);
        if constexpr (kKeepsStep<Rule>)
          write_new(select_positive(strength, state[0] + (theta - shrunk), state[0]), p.state + at, gap);
      }
    });
}

// By the rule's place in the list.
template <class... Rules>
void begin_any(std::tuple<Rules...>*, size_t rule, const Pass& p, const Tangents& t) {
  constexpr void (*all[])(const Pass&, const Tangents&) = {begin_rule<Rules>...};
  all[rule](p, t);
}
template <class... Rules>
void step_any(std::tuple<Rules...>*, size_t rule, const Pass& p, const Tangents& t) {
  constexpr void (*all[])(const Pass&, const Tangents&) = {step_rule<Rules>...};
  all[rule](p, t);
}
template <class... Rules>
void look_ahead_any(std::tuple<Rules...>*, size_t rule, const Pass& p, const Tangents& t, double* out) {
  constexpr void (*all[])(const Pass&, const Tangents&, double*) = {look_ahead_rule<Rules>...};
  all[rule](p, t, out);
}
template <class... Rules>
void shrink_any(std::tuple<Rules...>*, size_t rule, const Pass& p, const double* l1, const Tangents& t) {
  constexpr void (*all[])(const Pass&, const double*, const Tangents&) = {shrink_rule<Rules>...};
  all[rule](p, l1, t);
}

RuleTuple* const kList = nullptr;
void begin_tangents(size_t rule, const Pass& p, const Tangents& t) { begin_any(kList, rule, p, t); }
void step_tangents(size_t rule, const Pass& p, const Tangents& t) { step_any(kList, rule, p, t); }
void look_tangents(size_t rule, const Pass& p, const Tangents& t, double* out) {
  look_ahead_any(kList, rule, p, t, out);
}
void shrink_tangents(size_t rule, const Pass& p, const double* l1, const Tangents& t) {
  shrink_any(kList, rule, p, l1, t);
}

}  // namespace holdout::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::train {
HWY_EXPORT(begin_tangents);
HWY_EXPORT(step_tangents);
HWY_EXPORT(look_tangents);
HWY_EXPORT(shrink_tangents);
void begin_step(std::size_t rule, const UpdatePass<double>& p, const Tangents& t) {
  HWY_DYNAMIC_DISPATCH(begin_tangents)(rule, p, t);
}
void update(std::size_t rule, const UpdatePass<double>& p, const Tangents& t) {
  HWY_DYNAMIC_DISPATCH(step_tangents)(rule, p, t);
}
void look_ahead(std::size_t rule, const UpdatePass<double>& p, const Tangents& t, double* out) {
  HWY_DYNAMIC_DISPATCH(look_tangents)(rule, p, t, out);
}
void shrink(std::size_t rule, const UpdatePass<double>& p, const double* l1, const Tangents& t) {
  HWY_DYNAMIC_DISPATCH(shrink_tangents)(rule, p, l1, t);
}
}  // namespace holdout::train
#endif
