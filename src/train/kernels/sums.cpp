// What is done to whole tables of parameters: penalty, norms, sums; and the choice of the SIMD target.
#include "kernels.hpp"

#include <holdout/train/cpu.hpp>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sums.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>
#include <vector>

HWY_BEFORE_NAMESPACE();
namespace holdout::train::HWY_NAMESPACE {
#include "lanes-inl.hpp"

template <class T>
void penalize(const PenaltyPass<T>& p) {
  with_tag<T>(p.stride, [&](auto d) HWY_ATTR {
    using V = Lanes<decltype(d)>;
    for (size_t lane = 0; lane < p.stride; lane += hn::Lanes(d)) {
      V l2, theta, g;
      read(l2, p.l2 + lane, 0);
      const size_t table = p.l2_rows * p.stride;
      for (size_t at = lane, own = lane; at < p.rows * p.stride; at += p.stride) {
        if (p.l2_rows > 1) {
          read(l2, p.l2 + own, 0);
          own = own + p.stride < table ? own + p.stride : lane;
        }
        read(theta, p.theta + at, 0), read(g, p.gradient + at, 0);
        write(mul_add(l2, theta, g), p.gradient + at, 0);
      }
    }
  });
}

// Columns of doubles: a plain loop, which the compiler turns into vectors for each target.
template <class T>
HWY_ATTR void square_up(const NormPass<T>& p) {
  for (size_t lane = 0; lane < p.stride; ++lane) p.sums[lane] = 0;
  for (size_t r = 0; r < p.rows; ++r)
    for (size_t lane = 0; lane < p.stride; ++lane) {
      const double x = static_cast<double>(p.table[r * p.stride + lane]);
      p.sums[lane] += x * x;
    }
}

template <class T>
HWY_ATTR void subgradient_up(const SubgradientPass<T>& p) {
  for (size_t lane = 0; lane < p.stride; ++lane) p.sums[lane] = 0;
  for (size_t r = 0; r < p.rows; ++r)
    for (size_t lane = 0; lane < p.stride; ++lane) {
      const double g = static_cast<double>(p.gradient[r * p.stride + lane]), rate = p.rate[lane];
      const double theta = static_cast<double>(p.theta[r * p.stride + lane]) / rate;
      const double l1 = r < p.penalized ? static_cast<double>(p.l1[lane]) : 0, to = theta - g;
      const double shrunk = to > l1 ? to - l1 : (to < -l1 ? to + l1 : 0);
      const double s = l1 == 0 ? g : (to == to ? theta - shrunk : to);  // what is not a number stays visible
      p.sums[lane] += s * s;
    }
}

template <class T>
HWY_ATTR void scale_columns(const ScalePass<T>& p) {
  for (size_t r = 0; r < p.rows; ++r)
    for (size_t lane = 0; lane < p.stride; ++lane) p.table[r * p.stride + lane] *= p.factors[lane];
}

template <class T>
HWY_ATTR void add_up(const AddPass<T>& p) {
  for (size_t i = 0; i < p.elements; ++i) p.table[i] += p.other[i];
}

void penalty_f64(const PenaltyPass<double>& p) { penalize(p); }
void penalty_f32(const PenaltyPass<float>& p) { penalize(p); }
void norm_f64(const NormPass<double>& p) { square_up(p); }
void norm_f32(const NormPass<float>& p) { square_up(p); }
void subgradient_f64(const SubgradientPass<double>& p) { subgradient_up(p); }
void subgradient_f32(const SubgradientPass<float>& p) { subgradient_up(p); }
void scale_f64(const ScalePass<double>& p) { scale_columns(p); }
void scale_f32(const ScalePass<float>& p) { scale_columns(p); }
void add_f64(const AddPass<double>& p) { add_up(p); }
void add_f32(const AddPass<float>& p) { add_up(p); }
const char* name_of_target() { return hwy::TargetName(HWY_TARGET); }

}  // namespace holdout::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::train {
HWY_EXPORT(penalty_f64);
HWY_EXPORT(penalty_f32);
HWY_EXPORT(norm_f64);
HWY_EXPORT(norm_f32);
HWY_EXPORT(subgradient_f64);
HWY_EXPORT(subgradient_f32);
HWY_EXPORT(scale_f64);
HWY_EXPORT(scale_f32);
HWY_EXPORT(add_f64);
HWY_EXPORT(add_f32);
HWY_EXPORT(name_of_target);
template <>
void penalty(const PenaltyPass<double>& p) {
  HWY_DYNAMIC_DISPATCH(penalty_f64)(p);
}
template <>
void penalty(const PenaltyPass<float>& p) {
  HWY_DYNAMIC_DISPATCH(penalty_f32)(p);
}
template <>
void squared_sums(const NormPass<double>& p) {
  HWY_DYNAMIC_DISPATCH(norm_f64)(p);
}
template <>
void squared_sums(const NormPass<float>& p) {
  HWY_DYNAMIC_DISPATCH(norm_f32)(p);
}
template <>
void subgradient_sums(const SubgradientPass<double>& p) {
  HWY_DYNAMIC_DISPATCH(subgradient_f64)(p);
}
template <>
void subgradient_sums(const SubgradientPass<float>& p) {
  HWY_DYNAMIC_DISPATCH(subgradient_f32)(p);
}
template <>
void scale(const ScalePass<double>& p) {
  HWY_DYNAMIC_DISPATCH(scale_f64)(p);
}
template <>
void scale(const ScalePass<float>& p) {
  HWY_DYNAMIC_DISPATCH(scale_f32)(p);
}
template <>
void add(const AddPass<double>& p) {
  HWY_DYNAMIC_DISPATCH(add_f64)(p);
}
template <>
void add(const AddPass<float>& p) {
  HWY_DYNAMIC_DISPATCH(add_f32)(p);
}

const char* simd_target() { return HWY_DYNAMIC_DISPATCH(name_of_target)(); }

std::span<const std::int64_t> simd_targets() {
  static const std::vector<std::int64_t> targets = hwy::SupportedAndGeneratedTargets();
  return targets;
}

void force_simd_target(std::int64_t target) {
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}
}  // namespace holdout::train
#endif
