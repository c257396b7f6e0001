// Losses and their slopes, a row of targets against a table of lanes.
#include "kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/loss.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#include <cmath>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace holdout::train::HWY_NAMESPACE {
#define HOLDOUT_LANES_WITH_EXP
#include "lanes-inl.hpp"
#undef HOLDOUT_LANES_WITH_EXP
#define RULE_FN HWY_INLINE
#include <holdout/train/losses-inl.hpp>
#undef RULE_FN

// sums += value, in double whatever the lanes are.
template <class D>
HWY_INLINE void add_up(D, Lanes<D> value, double* sums) {
  if constexpr (std::is_same_v<hn::TFromD<D>, double>) {
    const D d;
    hn::Store(hn::Add(hn::Load(d, sums), value.v), d, sums);
  } else {
#if HWY_TARGET == HWY_SCALAR
    sums[0] += static_cast<double>(value.v.raw);
#else
    const hn::Half<D> half;
    const hn::Rebind<double, hn::Half<D>> wide;
    const auto low = hn::PromoteTo(wide, hn::LowerHalf(half, value.v));
    const auto high = hn::PromoteTo(wide, hn::UpperHalf(half, value.v));
    double* upper = sums + hn::Lanes(wide);
    hn::Store(hn::Add(hn::Load(wide, sums), low), wide, sums);
    hn::Store(hn::Add(hn::Load(wide, upper), high), wide, upper);
#endif
  }
}

template <class Loss, bool kWanted, class D, class T = hn::TFromD<D>>
HWY_INLINE void one_output(D d, const LossPass<T>& p) {
  using V = Lanes<D>;
  const V share(p.share);
  for (size_t i = 0; i < p.n; ++i) {
    const V y(static_cast<double>(p.y[p.order ? p.order[i] : i]));
    T* row = p.scores + i * p.stride;
    for (size_t lane = 0; lane < p.stride; lane += hn::Lanes(d)) {
      V f;
      read(f, row + lane, 0);
      if constexpr (kWanted) add_up(d, Loss::value(f, y), p.losses + lane);
      write(share * Loss::slope(f, y), row + lane, 0);
    }
  }
}

template <bool kWanted, class D, class T = hn::TFromD<D>>
HWY_INLINE void many_outputs(D d, const LossPass<T>& p) {
  using V = Lanes<D>;
  for (size_t i = 0; i < p.n; ++i) {
    const T label = p.y[p.order ? p.order[i] : i];
    const size_t y = label > 0 ? static_cast<size_t>(label) : 0;  // of two classes the first is −1
    T* row = p.scores + i * p.outputs * p.stride;
    for (size_t lane = 0; lane < p.stride; lane += hn::Lanes(d)) {
      const V value = Softmax::row<V>(row + lane, p.outputs, p.stride, 0, y, V(p.share));
      if constexpr (kWanted) add_up(d, value, p.losses + lane);
    }
  }
}

template <class Loss, class T>
HWY_INLINE void rows_of(const LossPass<T>& p) {
  with_tag<T>(p.stride, [&](auto d) HWY_ATTR {
    if constexpr (std::is_same_v<Loss, Softmax>) p.losses ? many_outputs<true>(d, p) : many_outputs<false>(d, p);
    else p.losses ? one_output<Loss, true>(d, p) : one_output<Loss, false>(d, p);
  });
}

template <class T>
HWY_INLINE void any_loss(LossKind kind, const LossPass<T>& p) {
  switch (kind) {
    case LossKind::squared: return rows_of<Squared>(p);
    case LossKind::logistic: return rows_of<Logistic>(p);
    case LossKind::softmax: return rows_of<Softmax>(p);
  }
}

void loss_f64(LossKind kind, const LossPass<double>& p) { any_loss(kind, p); }
void loss_f32(LossKind kind, const LossPass<float>& p) { any_loss(kind, p); }

}  // namespace holdout::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::train {
HWY_EXPORT(loss_f64);
HWY_EXPORT(loss_f32);
template <>
void loss(LossKind kind, const LossPass<double>& p) { HWY_DYNAMIC_DISPATCH(loss_f64)(kind, p); }
template <>
void loss(LossKind kind, const LossPass<float>& p) { HWY_DYNAMIC_DISPATCH(loss_f32)(kind, p); }
}  // namespace holdout::train
#endif
