// Second derivatives of losses, by dual numbers of lanes. Apart from loss.cpp, because they take long to compile.
#include "kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/loss_tangent.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#include <cmath>
#include <type_traits>

#include <holdout/base/number.hpp>

HWY_BEFORE_NAMESPACE();
namespace holdout::train::HWY_NAMESPACE {
#define HOLDOUT_LANES_WITH_EXP
#include "lanes-inl.hpp"
#undef HOLDOUT_LANES_WITH_EXP
#define RULE_FN HWY_INLINE
#include <holdout/update/numbers-inl.hpp>
#include <holdout/train/losses-inl.hpp>
#undef RULE_FN

template <class Loss, class D, class T = hn::TFromD<D>>
HWY_INLINE void one_output(D d, const LossPass<T>& p, T* tangents) {
  using V = Lanes<D>;
  const Dual<V> share(p.share);
  for (size_t i = 0; i < p.n; ++i) {
    const Dual<V> y(static_cast<double>(p.y[p.order ? p.order[i] : i]));
    for (size_t lane = i * p.stride; lane < (i + 1) * p.stride; lane += hn::Lanes(d)) {
      Dual<V> f;
      read(f.a, p.scores + lane, 0), read(f.d, tangents + lane, 0);
      write((share * Loss::slope(f, y)).d, tangents + lane, 0);
    }
  }
}

// Softmax works in place: the scores become slopes as well.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE void many_outputs(D d, const LossPass<T>& p, T* tangents) {
  using V = Lanes<D>;
  const long gap = tangents - p.scores;
  for (size_t i = 0; i < p.n; ++i) {
    const T label = p.y[p.order ? p.order[i] : i];
    const size_t y = label > 0 ? static_cast<size_t>(label) : 0, row = i * p.outputs * p.stride;
    for (size_t lane = 0; lane < p.stride; lane += hn::Lanes(d))
      (void)Softmax::row<Dual<V>>(p.scores + row + lane, p.outputs, p.stride, gap, y, Dual<V>(p.share));
  }
}

template <class T>
HWY_INLINE void any_tangent(LossKind kind, const LossPass<T>& p, T* tangents) {
  with_tag<T>(p.stride, [&](auto d) HWY_ATTR {
    switch (kind) {
      case LossKind::squared: return one_output<Squared>(d, p, tangents);
      case LossKind::logistic: return one_output<Logistic>(d, p, tangents);
      case LossKind::softmax: return many_outputs(d, p, tangents);
    }
  });
}

void tangent_f64(LossKind kind, const LossPass<double>& p, double* tangents) { any_tangent(kind, p, tangents); }
void tangent_f32(LossKind kind, const LossPass<float>& p, float* tangents) { any_tangent(kind, p, tangents); }

}  // namespace holdout::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::train {
HWY_EXPORT(tangent_f64);
HWY_EXPORT(tangent_f32);
template <>
void loss_tangent(LossKind kind, const LossPass<double>& p, double* t) { HWY_DYNAMIC_DISPATCH(tangent_f64)(kind, p, t); }
template <>
void loss_tangent(LossKind kind, const LossPass<float>& p, float* t) { HWY_DYNAMIC_DISPATCH(tangent_f32)(kind, p, t); }
}  // namespace holdout::train
#endif
