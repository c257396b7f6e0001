// Gradients: the transposed product of score.cpp.
#include "kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gradient.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace holdout::train::HWY_NAMESPACE {
#include "lanes-inl.hpp"

#include "kernels/columns-inl.hpp"

// The slopes of all rows in a few vectors of lanes: where they lie, or copied behind one another.
template <class T>
struct Slopes {
  const T* first;
  size_t stride;
};

// kJ features × kN vectors of lanes stay in registers while the rows pass by.
template <size_t kJ, size_t kN, class D, class T = hn::TFromD<D>>
HWY_INLINE void block(D d, const GradientPass<T>& p, Slopes<T> of_rows, size_t feature, size_t lane) {
  const size_t width = hn::Lanes(d);
  T* out = p.gradient + feature * p.stride + lane;
  hn::Vec<D> sum[kJ][kN];
#pragma GCC unroll 16
  for (size_t j = 0; j < kJ; ++j)
#pragma GCC unroll 4
    for (size_t n = 0; n < kN; ++n) sum[j][n] = p.first ? hn::Zero(d) : hn::Load(d, out + j * p.stride + n * width);
  const T* slopes = of_rows.first;
  const auto add_row = [&](size_t i) HWY_ATTR {
    const T* x = p.rows[i] + feature;
    __asm__("" : "+r"(x));  // one register, and the features at fixed distances
    hn::Vec<D> s[kN];
#pragma GCC unroll 4
    for (size_t n = 0; n < kN; ++n) s[n] = hn::Load(d, slopes + n * width);
#pragma GCC unroll 16
    for (size_t j = 0; j < kJ; ++j) {
      const hn::Vec<D> xj = hn::Set(d, x[j]);
#pragma GCC unroll 4
      for (size_t n = 0; n < kN; ++n) sum[j][n] = hn::MulAdd(xj, s[n], sum[j][n]);
    }
    slopes += of_rows.stride;
  };
  size_t i = 0;
  if (lane == 0 && 2 * feature >= p.rows.features)
    for (; i < HWY_MIN(p.rows.n, p.rows.next); ++i) {
      fetch_ahead(p.rows, i, feature, feature + kJ);
      add_row(i);
    }
  for (; i < p.rows.n; ++i) add_row(i);
#pragma GCC unroll 16
  for (size_t j = 0; j < kJ; ++j)
#pragma GCC unroll 4
    for (size_t n = 0; n < kN; ++n) hn::Store(sum[j][n], d, out + j * p.stride + n * width);
}

template <size_t kN, class D, class T = hn::TFromD<D>>
HWY_INLINE void columns(D d, const GradientPass<T>& p, size_t lane) {
  constexpr size_t kJ = kRowsAtOnce<kN>, kPackedBytes = 16 * 1024;
  const size_t width = hn::Lanes(d);
  Slopes<T> slopes{p.slopes + lane, p.slopes_stride};
  HWY_ALIGN_MAX T packed[kPackedBytes / sizeof(T)];
  if (p.rows.n * kN * width <= kPackedBytes / sizeof(T) && collide(p.rows.n, p.slopes_stride * sizeof(T))) {
    T* out = packed;
    for (size_t i = 0; i < p.rows.n; ++i, slopes.first += p.slopes_stride)
#pragma GCC unroll 4
      for (size_t n = 0; n < kN; ++n, out += width) hn::Store(hn::Load(d, slopes.first + n * width), d, out);
    slopes = {packed, kN * width};
  }
  size_t j = p.half ? HWY_MIN(lane, p.rows.features) : 0;
  for (; j + kJ <= p.rows.features; j += kJ) block<kJ, kN>(d, p, slopes, j, lane);
  for (; j + 2 <= p.rows.features; j += 2) block<2, kN>(d, p, slopes, j, lane);
  for (; j < p.rows.features; ++j) block<1, kN>(d, p, slopes, j, lane);
}

// Of one lane: kN vectors of features stay in registers, and all of them take the same slope. Each feature's chain is
// as above, so are its bits.
template <size_t kN, class D, class T = hn::TFromD<D>>
HWY_INLINE void features_of_one(D d, const GradientPass<T>& p, size_t feature) {
  const size_t width = hn::Lanes(d), count = kN * width;
  HWY_ALIGN_MAX T lane[kN * hn::MaxLanes(D())];
  T* const out = p.gradient + feature * p.stride;
  hn::Vec<D> sum[kN];
  for (size_t j = 0; j < count; ++j) lane[j] = p.first ? 0 : out[j * p.stride];
#pragma GCC unroll 24
  for (size_t n = 0; n < kN; ++n) sum[n] = hn::Load(d, lane + n * width);
  const T* slope = p.slopes;
  for (size_t i = 0; i < p.rows.n; ++i, slope += p.slopes_stride) {
    const T* x = p.rows[i] + feature;
    const hn::Vec<D> s = hn::Set(d, *slope);
#pragma GCC unroll 24
    for (size_t n = 0; n < kN; ++n) sum[n] = hn::MulAdd(hn::LoadU(d, x + n * width), s, sum[n]);
    if (2 * feature >= p.rows.features) fetch_ahead(p.rows, i, feature, feature + count);
  }
#pragma GCC unroll 24
  for (size_t n = 0; n < kN; ++n) hn::Store(sum[n], d, lane + n * width);
  for (size_t j = 0; j < count; ++j) {
    std::fill_n(out + j * p.stride, p.stride, T(0));
    out[j * p.stride] = lane[j];
  }
}

template <class T>
void one_lane(const GradientPass<T>& p) {
  const hn::ScalableTag<T> d;
  const hn::CappedTag<T, 1> single;
  const size_t width = hn::Lanes(d);
  size_t j = 0;
  for (; j + kAccumulators * width <= p.rows.features; j += kAccumulators * width)
    features_of_one<kAccumulators>(d, p, j);
  for (; j + 4 * width <= p.rows.features; j += 4 * width) features_of_one<4>(d, p, j);
  for (; j + width <= p.rows.features; j += width) features_of_one<1>(d, p, j);
  for (; j < p.rows.features; ++j) features_of_one<1>(single, p, j);
}

template <class D, class T = hn::TFromD<D>>
HWY_INLINE void bias(D d, const GradientPass<T>& p, size_t lane) {
  hn::Vec<D> sum = p.first ? hn::Zero(d) : hn::Load(d, p.bias_gradient + lane);
  for (size_t i = 0; i < p.rows.n; ++i) sum = hn::Add(sum, hn::Load(d, p.slopes + i * p.slopes_stride + lane));
  hn::Store(sum, d, p.bias_gradient + lane);
}

template <class T>
void gradient_rows(const GradientPass<T>& p) {
  if (p.lanes == 1)
    one_lane(p);
  else
    over_columns<T>(p.stride, [&](auto d, auto vectors, size_t lane) HWY_ATTR { columns<vectors>(d, p, lane); });
  with_tag<T>(p.stride, [&](auto d) HWY_ATTR {
    for (size_t lane = 0; lane < p.stride; lane += hn::Lanes(d)) bias(d, p, lane);
  });
}

void gradient_f64(const GradientPass<double>& p) { gradient_rows(p); }
void gradient_f32(const GradientPass<float>& p) { gradient_rows(p); }

}  // namespace holdout::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::train {
HWY_EXPORT(gradient_f64);
HWY_EXPORT(gradient_f32);
template <>
void gradient(const GradientPass<double>& p) {
  p.rows.start ? sparse_gradient(p) : HWY_DYNAMIC_DISPATCH(gradient_f64)(p);
}
template <>
void gradient(const GradientPass<float>& p) {
  p.rows.start ? sparse_gradient(p) : HWY_DYNAMIC_DISPATCH(gradient_f32)(p);
}
}  // namespace holdout::train
#endif
