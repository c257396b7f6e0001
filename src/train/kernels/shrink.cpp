// The proximal step of l1 after a step of an update rule, in the metric of that rule: Parikh and Boyd, Proximal
// Algorithms, 2014, § 6.5.2, with the rule's elementwise step size. A threshold γ · l1 beside a scaled step would end
// elsewhere than at the minimum of J.
#include "kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/shrink.cpp"
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

// Lanes without l1 keep every bit.
template <class Rule, class T>
HWY_INLINE void shrink_rows(const UpdatePass<T>& p, const T* l1) {
  with_tag<T>(p.stride, [&](auto d) HWY_ATTR {
    using V = Lanes<decltype(d)>;
    const size_t table = p.rows * p.stride;
    for (size_t lane = 0; lane < p.stride; lane += hn::Lanes(d)) {
      V k[RuleSizes<Rule>::factors], state[RuleSizes<Rule>::states], theta, strength;
      for (int i = 0; i < Rule::kFactors; ++i) read(k[i], p.factors + i * p.stride + lane, 0);
      read(strength, l1 + lane, 0);
      for (size_t at = lane; at < p.penalized * p.stride; at += p.stride) {
        read(theta, p.theta + at, 0);
        for (int i = 0; i < Rule::kStates; ++i) read(state[i], p.state + i * table + at, 0);
        const V threshold = Rule::step_size(state, k) * strength, over = abs(theta) - threshold;
        const V kept = select_positive(theta, over, -over), near = select_positive(-over, V(0.0), kept);
        const V shrunk = select_positive(strength, near, theta);  // a θ that is not a number stays one
        write(shrunk, p.theta + at, 0);
        if constexpr (kKeepsStep<Rule>)
          write(select_positive(strength, state[0] + (theta - shrunk), state[0]), p.state + at, 0);
      }
    }
  });
}

template <class T>
HWY_INLINE void shrink_any(size_t rule, const UpdatePass<T>& p, const T* l1) {
  with_rule(rule, [&](auto r) HWY_ATTR {
    if constexpr (kProximal<decltype(r)>) shrink_rows<decltype(r)>(p, l1);
  });
}

void shrink_f64(size_t rule, const UpdatePass<double>& p, const double* l1) { shrink_any(rule, p, l1); }
void shrink_f32(size_t rule, const UpdatePass<float>& p, const float* l1) { shrink_any(rule, p, l1); }

}  // namespace holdout::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::train {
HWY_EXPORT(shrink_f64);
HWY_EXPORT(shrink_f32);
template <>
void shrink(std::size_t rule, const UpdatePass<double>& p, const double* l1) {
  HWY_DYNAMIC_DISPATCH(shrink_f64)(rule, p, l1);
}
template <>
void shrink(std::size_t rule, const UpdatePass<float>& p, const float* l1) {
  HWY_DYNAMIC_DISPATCH(shrink_f32)(rule, p, l1);
}
}  // namespace holdout::train
#endif
