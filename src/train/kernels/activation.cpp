// Activations and their slopes, and which units are left out. They know neither rows nor units: a table is one long run
// of vectors.
#include "kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/activation.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#include <cmath>
#include <tuple>
#include <utility>

#include <holdout/base/settings.hpp>

HWY_BEFORE_NAMESPACE();
namespace holdout::train::HWY_NAMESPACE {
#define HOLDOUT_LANES_WITH_EXP
#include "lanes-inl.hpp"
#undef HOLDOUT_LANES_WITH_EXP
#define RULE_FN HWY_INLINE
#include <holdout/train/activations-inl.hpp>
#undef RULE_FN

template <class A, class T>
void values(const ActivationPass<T>& p) {
  with_tag<T>(p.stride, [&](auto d) HWY_ATTR {
    for (size_t at = 0; at < p.elements; at += hn::Lanes(d)) {
      Lanes<decltype(d)> z;
      read(z, p.activations + at, 0);
      write(A::value(z), p.activations + at, 0);
    }
  });
}

template <class T>
void drop(const DropoutPass<T>& p) {
  with_tag<T>(p.stride, [&](auto d) HWY_ATTR {
    T* table = p.table;
    for (size_t r = 0; r < p.rows; ++r, table += p.stride) {
      const auto draw = hn::Set(d, p.draws[r]);
      for (size_t lane = 0; lane < p.stride; lane += hn::Lanes(d)) {
        const auto kept = hn::Ge(draw, hn::Load(d, p.rates + lane));
        const auto scaled = hn::Mul(hn::Load(d, table + lane), hn::Load(d, p.scale + lane));
        hn::Store(hn::IfThenElseZero(kept, scaled), d, table + lane);
      }
    }
  });
}
void drop_f64(const DropoutPass<double>& p) { drop(p); }
void drop_f32(const DropoutPass<float>& p) { drop(p); }

template <class A, class T>
void slopes(const ActivationPass<T>& p) {
  with_tag<T>(p.stride, [&](auto d) HWY_ATTR {
    for (size_t at = 0; at < p.elements; at += hn::Lanes(d)) {
      Lanes<decltype(d)> a, g;
      read(a, p.activations + at, 0), read(g, p.slopes + at, 0);
      write(g * A::slope(a), p.activations + at, 0);
    }
  });
}

template <class T, class... A>
void values_any(std::tuple<A...>*, size_t activation, const ActivationPass<T>& p) {
  constexpr void (*all[])(const ActivationPass<T>&) = {values<A, T>...};
  all[activation](p);
}
template <class T, class... A>
void slopes_any(std::tuple<A...>*, size_t activation, const ActivationPass<T>& p) {
  constexpr void (*all[])(const ActivationPass<T>&) = {slopes<A, T>...};
  all[activation](p);
}

ActivationTuple* const kList = nullptr;
void values_f64(size_t activation, const ActivationPass<double>& p) { values_any(kList, activation, p); }
void values_f32(size_t activation, const ActivationPass<float>& p) { values_any(kList, activation, p); }
void slopes_f64(size_t activation, const ActivationPass<double>& p) { slopes_any(kList, activation, p); }
void slopes_f32(size_t activation, const ActivationPass<float>& p) { slopes_any(kList, activation, p); }

}  // namespace holdout::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::train {
HWY_EXPORT(values_f64);
HWY_EXPORT(values_f32);
HWY_EXPORT(slopes_f64);
HWY_EXPORT(slopes_f32);
HWY_EXPORT(drop_f64);
HWY_EXPORT(drop_f32);
template <>
void drop_units(const DropoutPass<double>& p) {
  HWY_DYNAMIC_DISPATCH(drop_f64)(p);
}
template <>
void drop_units(const DropoutPass<float>& p) {
  HWY_DYNAMIC_DISPATCH(drop_f32)(p);
}
template <>
void activate(std::size_t activation, const ActivationPass<double>& p) {
  HWY_DYNAMIC_DISPATCH(values_f64)(activation, p);
}
template <>
void activate(std::size_t activation, const ActivationPass<float>& p) {
  HWY_DYNAMIC_DISPATCH(values_f32)(activation, p);
}
template <>
void activation_slopes(std::size_t activation, const ActivationPass<double>& p) {
  HWY_DYNAMIC_DISPATCH(slopes_f64)(activation, p);
}
template <>
void activation_slopes(std::size_t activation, const ActivationPass<float>& p) {
  HWY_DYNAMIC_DISPATCH(slopes_f32)(activation, p);
}
}  // namespace holdout::train
#endif
