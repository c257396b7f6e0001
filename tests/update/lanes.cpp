#include "update/lanes.hpp"

#include <cmath>
#include <tuple>
#include <utility>

#include <holdout/base/number.hpp>
#include <holdout/update/rule.hpp>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "update/lanes.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace holdout::update::HWY_NAMESPACE {
#include "../src/train/lanes-inl.hpp"
#define RULE_FN HWY_INLINE
#include <holdout/update/numbers-inl.hpp>
#include <holdout/update/rules-inl.hpp>
#include "update/operations-inl.hpp"
#undef RULE_FN

// V: lanes of T, or Dual of them; R: the same over double, for what is done once a step.
template <class Rule, class V, class R, class T>
HWY_INLINE void step(const LaneStep<T>& q) {
  constexpr int kC = RuleSizes<Rule>::coefficients, kM = RuleSizes<Rule>::memory, kK = RuleSizes<Rule>::factors,
                kS = RuleSizes<Rule>::states;
  constexpr long kRow = kLanes;
  for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(hn::ScalableTag<double>())) {
    R rate, c[kC], memory[kM], k[kK];
    read(rate, q.rate + lane, kRow);
    for (int i = 0; i < kC; ++i) read(c[i], q.coefficients + i * kRow + lane, kC * kRow);
    for (int i = 0; i < kM; ++i) read(memory[i], q.memory + i * kRow + lane, kM * kRow);
    Rule::begin_step(rate, c, memory, k);
    for (int i = 0; i < kM; ++i) write(memory[i], q.memory + i * kRow + lane, kM * kRow);
    for (int i = 0; i < kK; ++i) write(k[i], q.factors + i * kRow + lane, kK * kRow);
  }
  for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(hn::ScalableTag<T>())) {
    V k[kK], state[kS], theta, g;
    for (int i = 0; i < kK; ++i) read(k[i], q.factors + i * kRow + lane, kK * kRow);
    for (int i = 0; i < kS; ++i) read(state[i], q.state + i * kRow + lane, kS * kRow);
    read(theta, q.theta + lane, kRow);
    read(g, q.gradient + lane, kRow);
    Rule::step(theta, g, state, k);
    write(theta, q.theta + lane, kRow);
    for (int i = 0; i < kS; ++i) write(state[i], q.state + i * kRow + lane, kS * kRow);
  }
}

template <class T>
using L = Lanes<hn::ScalableTag<T>>;

void step_f64(size_t rule, const LaneStep<double>& q) {
  with_rule(rule, [&](auto r) HWY_ATTR { step<decltype(r), L<double>, L<double>>(q); });
}
void step_f32(size_t rule, const LaneStep<float>& q) {
  with_rule(rule, [&](auto r) HWY_ATTR { step<decltype(r), L<float>, L<double>>(q); });
}
void step_dual(size_t rule, const LaneStep<double>& q) {
  with_rule(rule, [&](auto r) HWY_ATTR { step<decltype(r), Dual<L<double>>, Dual<L<double>>>(q); });
}

void operations(const double* a, const double* b, const double* c, double* out) {
  for (size_t lane = 0; lane < kLanes; lane += hn::Lanes(hn::ScalableTag<double>())) {
    L<double> x, y, z, results[kOperations];
    read(x, a + lane, 0), read(y, b + lane, 0), read(z, c + lane, 0);
    all_operations(x, y, z, results);
    for (size_t i = 0; i < kOperations; ++i) write(results[i], out + i * kLanes + lane, 0);
  }
}

}  // namespace holdout::update::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::update {
HWY_EXPORT(step_f64);
HWY_EXPORT(step_f32);
HWY_EXPORT(step_dual);
HWY_EXPORT(operations);

void lane_step(std::size_t rule, const LaneStep<double>& q) { HWY_DYNAMIC_DISPATCH(step_f64)(rule, q); }
void lane_step(std::size_t rule, const LaneStep<float>& q) { HWY_DYNAMIC_DISPATCH(step_f32)(rule, q); }
void dual_lane_step(std::size_t rule, const LaneStep<double>& q) { HWY_DYNAMIC_DISPATCH(step_dual)(rule, q); }
void lane_operations(const double* a, const double* b, const double* c, double* out) {
  HWY_DYNAMIC_DISPATCH(operations)(a, b, c, out);
}

std::vector<std::int64_t> targets() { return hwy::SupportedAndGeneratedTargets(); }

void force_target(std::int64_t target) {
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}
}  // namespace holdout::update
#endif
