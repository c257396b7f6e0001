// Second derivatives of losses, by dual numbers of lanes. Apart from loss.cpp, because they take long to compile.
#include "kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/loss_tangent.cpp"
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

template <class Loss, class D, class T = hn::TFromD<D>>
HWY_INLINE void one_output(D d, const LossPass<T>& p, T* tangents) {
  using V = Lanes<D>;
  for (size_t i = 0; i < p.n; ++i) {
    const LossRow<T> at(p, i);
    const Dual<V> y(static_cast<double>(at.y)), share(static_cast<double>(at.share));
    T *scores = p.scores + i * p.stride, *row = tangents + i * p.stride;
    for (size_t lane = 0; lane < p.stride; lane += hn::Lanes(d)) {
      Dual<V> f, c(0.0);
      read(f.a, scores + lane, 0), read(f.d, row + lane, 0);
      if constexpr (Loss::info.has_coefficient()) read(c.a, p.coefficients + lane, 0);
      write((share * Loss::slope(f, y, c)).d, row + lane, 0);
    }
  }
}

// Softmax works in place: the scores become slopes as well.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE void many_outputs(D d, const LossPass<T>& p, T* tangents) {
  using V = Lanes<D>;
  const long gap = tangents - p.scores;
  for (size_t i = 0; i < p.n; ++i) {
    const LossRow<T> at(p, i);
    T* row = p.scores + i * p.outputs * p.stride;
    for (size_t lane = 0; lane < p.stride; lane += hn::Lanes(d))
      (void)Softmax::row<Dual<V>>(row + lane, p.outputs, p.stride, gap, at.label(),
                                  Dual<V>(static_cast<double>(at.share)));
  }
}

template <class T>
HWY_INLINE void any_tangent(size_t which, const LossPass<T>& p, T* tangents) {
  with_tag<T>(p.stride, [&](auto d) HWY_ATTR {
    with_loss(which, [&](auto loss) HWY_ATTR {
      using Loss = decltype(loss);
      if constexpr (kManyOutputs<Loss>)
        many_outputs(d, p, tangents);
      else
        one_output<Loss>(d, p, tangents);
    });
  });
}

void tangent_f64(size_t which, const LossPass<double>& p, double* tangents) { any_tangent(which, p, tangents); }
void tangent_f32(size_t which, const LossPass<float>& p, float* tangents) { any_tangent(which, p, tangents); }

}  // namespace holdout::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::train {
HWY_EXPORT(tangent_f64);
HWY_EXPORT(tangent_f32);
template <>
void loss_tangent(std::size_t which, const LossPass<double>& p, double* t) {
  HWY_DYNAMIC_DISPATCH(tangent_f64)(which, p, t);
}
template <>
void loss_tangent(std::size_t which, const LossPass<float>& p, float* t) {
  HWY_DYNAMIC_DISPATCH(tangent_f32)(which, p, t);
}
}  // namespace holdout::train
#endif
