// Steps of the update rules on tables of lanes. The rules are written in update/rules: here they only meet registers.
#include "kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/update.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>
#include <tuple>
#include <utility>

HWY_BEFORE_NAMESPACE();
namespace holdout::train::HWY_NAMESPACE {
#include "lanes-inl.hpp"
#define RULE_FN HWY_INLINE
#include <holdout/update/rules-inl.hpp>
#undef RULE_FN

// Factors are computed in double whatever the lanes are, and rounded once.
template <class Rule, class T>
void begin_rule(const UpdatePass<T>& p) {
  with_tag<double>(p.stride, [&](auto d) HWY_ATTR {
    using V = Lanes<decltype(d)>;
    constexpr size_t kC = Rule::info.coefficients.size();
    for (size_t lane = 0; lane < p.stride; lane += hn::Lanes(d)) {
      V rate, c[RuleSizes<Rule>::coefficients], memory[RuleSizes<Rule>::memory], k[RuleSizes<Rule>::factors];
      read(rate, p.rate + lane, 0);
      for (size_t i = 0; i < kC; ++i) read(c[i], p.coefficients + i * p.stride + lane, 0);
      for (int i = 0; i < Rule::kMemory; ++i) read(memory[i], p.memory + i * p.stride + lane, 0);
      Rule::begin_step(rate, c, memory, k);
      for (int i = 0; i < Rule::kMemory; ++i) write(memory[i], p.memory + i * p.stride + lane, 0);
      for (int i = 0; i < Rule::kFactors; ++i) write(k[i], p.factors + i * p.stride + lane, 0);
    }
  });
}

template <class Rule, class D, class T>
HWY_INLINE void step_rows(D, const UpdatePass<T>& p, size_t lane, size_t from, size_t to, const Lanes<D>* factors) {
  using V = Lanes<D>;
  V k[RuleSizes<Rule>::factors], state[RuleSizes<Rule>::states], theta, g;
  for (int i = 0; i < Rule::kFactors; ++i) k[i] = factors[i];
  const size_t table = p.rows * p.stride;
  for (size_t at = from * p.stride + lane; at < to * p.stride; at += p.stride) {
    read(theta, p.theta + at, 0), read(g, p.gradient + at, 0);
    for (int i = 0; i < Rule::kStates; ++i) read(state[i], p.state + i * table + at, 0);
    Rule::step(theta, g, state, k);
    write(theta, p.theta + at, 0);
    for (int i = 0; i < Rule::kStates; ++i) write(state[i], p.state + i * table + at, 0);
  }
}

template <class Rule, class T>
void step_rule(const UpdatePass<T>& p) {
  with_tag<T>(p.stride, [&](auto d) HWY_ATTR {
    using V = Lanes<decltype(d)>;
    for (size_t lane = 0; lane < p.stride; lane += hn::Lanes(d)) {
      V k[RuleSizes<Rule>::factors];
      for (int i = 0; i < Rule::kFactors; ++i) read(k[i], p.factors + i * p.stride + lane, 0);
      step_rows<Rule>(d, p, lane, 0, p.penalized, k);
      if constexpr (kDecayFactor<Rule> >= 0) k[kDecayFactor<Rule>] = V(0.0);
      step_rows<Rule>(d, p, lane, p.penalized, p.rows, k);
    }
  });
}

template <class Rule, class T>
void look_ahead_rule(const UpdatePass<T>& p, T* out) {
  if constexpr (kLooksAhead<Rule>)
    with_tag<T>(p.stride, [&](auto d) HWY_ATTR {
      using V = Lanes<decltype(d)>;
      const size_t table = p.rows * p.stride;
      for (size_t lane = 0; lane < p.stride; lane += hn::Lanes(d)) {
        V k[RuleSizes<Rule>::factors], state[RuleSizes<Rule>::states], theta;
        for (int i = 0; i < Rule::kFactors; ++i) read(k[i], p.factors + i * p.stride + lane, 0);
        for (size_t at = lane; at < table; at += p.stride) {
          read(theta, p.theta + at, 0);
          for (int i = 0; i < Rule::kStates; ++i) read(state[i], p.state + i * table + at, 0);
          write(Rule::look_ahead(theta, state, k), out + at, 0);
        }
      }
    });
}

// By the rule's place in the list.
template <class T, class... Rules>
void begin_any(std::tuple<Rules...>*, size_t rule, const UpdatePass<T>& p) {
  constexpr void (*all[])(const UpdatePass<T>&) = {begin_rule<Rules, T>...};
  all[rule](p);
}
template <class T, class... Rules>
void step_any(std::tuple<Rules...>*, size_t rule, const UpdatePass<T>& p) {
  constexpr void (*all[])(const UpdatePass<T>&) = {step_rule<Rules, T>...};
  all[rule](p);
}
template <class T, class... Rules>
void look_ahead_any(std::tuple<Rules...>*, size_t rule, const UpdatePass<T>& p, T* out) {
  constexpr void (*all[])(const UpdatePass<T>&, T*) = {look_ahead_rule<Rules, T>...};
  all[rule](p, out);
}
template <class... Rules>
RuleShape shape_any(std::tuple<Rules...>*, size_t rule) {
  constexpr RuleShape all[] = {{Rules::kStates, Rules::kMemory, kLooksAhead<Rules>}...};
  return all[rule];
}

RuleTuple* const kList = nullptr;
void begin_f64(size_t rule, const UpdatePass<double>& p) { begin_any(kList, rule, p); }
void begin_f32(size_t rule, const UpdatePass<float>& p) { begin_any(kList, rule, p); }
void step_f64(size_t rule, const UpdatePass<double>& p) { step_any(kList, rule, p); }
void step_f32(size_t rule, const UpdatePass<float>& p) { step_any(kList, rule, p); }
void look_f64(size_t rule, const UpdatePass<double>& p, double* out) { look_ahead_any(kList, rule, p, out); }
void look_f32(size_t rule, const UpdatePass<float>& p, float* out) { look_ahead_any(kList, rule, p, out); }
RuleShape shape(size_t rule) { return shape_any(kList, rule); }

}  // namespace holdout::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::train {
HWY_EXPORT(begin_f64);
HWY_EXPORT(begin_f32);
HWY_EXPORT(step_f64);
HWY_EXPORT(step_f32);
HWY_EXPORT(look_f64);
HWY_EXPORT(look_f32);
HWY_EXPORT(shape);
template <>
void begin_step(std::size_t rule, const UpdatePass<double>& p) {
  HWY_DYNAMIC_DISPATCH(begin_f64)(rule, p);
}
template <>
void begin_step(std::size_t rule, const UpdatePass<float>& p) {
  HWY_DYNAMIC_DISPATCH(begin_f32)(rule, p);
}
template <>
void update(std::size_t rule, const UpdatePass<double>& p) {
  HWY_DYNAMIC_DISPATCH(step_f64)(rule, p);
}
template <>
void update(std::size_t rule, const UpdatePass<float>& p) {
  HWY_DYNAMIC_DISPATCH(step_f32)(rule, p);
}
template <>
void look_ahead(std::size_t rule, const UpdatePass<double>& p, double* out) {
  HWY_DYNAMIC_DISPATCH(look_f64)(rule, p, out);
}
template <>
void look_ahead(std::size_t rule, const UpdatePass<float>& p, float* out) {
  HWY_DYNAMIC_DISPATCH(look_f32)(rule, p, out);
}
RuleShape rule_shape(std::size_t rule) { return HWY_DYNAMIC_DISPATCH(shape)(rule); }
}  // namespace holdout::train
#endif
