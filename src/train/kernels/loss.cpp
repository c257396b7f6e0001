// Losses and their slopes, a row of targets against a table of lanes.
#include "kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/loss.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#include <cmath>
#include <tuple>
#include <type_traits>
#include <utility>

#include <holdout/base/number.hpp>
#include <holdout/train/loss.hpp>

HWY_BEFORE_NAMESPACE();
namespace holdout::train::HWY_NAMESPACE {
#include "kernels/losses-inl.hpp"

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
  for (size_t i = 0; i < p.n; ++i) {
    const LossRow<T> at(p, i);
    const V y(static_cast<double>(at.y)), share(static_cast<double>(at.share)), weight(static_cast<double>(at.weight));
    T* row = p.scores + i * p.stride;
    for (size_t lane = 0; lane < p.stride; lane += hn::Lanes(d)) {
      V f, c(0.0);
      read(f, row + lane, 0);
      if constexpr (Loss::info.has_coefficient()) read(c, p.coefficients + lane, 0);
      if constexpr (kWanted) add_up(d, weight * Loss::value(f, y, c), p.losses + lane);
      write(share * Loss::slope(f, y, c), row + lane, 0);
    }
  }
}

template <bool kWanted, class D, class T = hn::TFromD<D>>
HWY_INLINE void many_outputs(D d, const LossPass<T>& p) {
  using V = Lanes<D>;
  for (size_t i = 0; i < p.n; ++i) {
    const LossRow<T> at(p, i);
    const V share(static_cast<double>(at.share)), weight(static_cast<double>(at.weight));
    T* row = p.scores + i * p.outputs * p.stride;
    for (size_t lane = 0; lane < p.stride; lane += hn::Lanes(d)) {
      const V value = Softmax::row<V>(row + lane, p.outputs, p.stride, 0, at.label(), share);
      if constexpr (kWanted) add_up(d, weight * value, p.losses + lane);
    }
  }
}

template <class T>
HWY_INLINE void any_loss(size_t which, const LossPass<T>& p) {
  with_tag<T>(p.stride, [&](auto d) HWY_ATTR {
    with_loss(which, [&](auto loss) HWY_ATTR {
      using Loss = decltype(loss);
      if constexpr (kManyOutputs<Loss>)
        p.losses ? many_outputs<true>(d, p) : many_outputs<false>(d, p);
      else
        p.losses ? one_output<Loss, true>(d, p) : one_output<Loss, false>(d, p);
    });
  });
}

void loss_f64(size_t which, const LossPass<double>& p) { any_loss(which, p); }
void loss_f32(size_t which, const LossPass<float>& p) { any_loss(which, p); }

}  // namespace holdout::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::train {
HWY_EXPORT(loss_f64);
HWY_EXPORT(loss_f32);
template <>
void loss(std::size_t which, const LossPass<double>& p) {
  HWY_DYNAMIC_DISPATCH(loss_f64)(which, p);
}
template <>
void loss(std::size_t which, const LossPass<float>& p) {
  HWY_DYNAMIC_DISPATCH(loss_f32)(which, p);
}
}  // namespace holdout::train
#endif
