// Scores and gradients of sparse rows: each nonzero is broadcast to all lanes, and meets the row of its feature in the
// table of parameters. The chains are those of score.cpp and gradient.cpp without the terms that are zero.
#include "kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sparse.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace holdout::train::HWY_NAMESPACE {
#include "lanes-inl.hpp"

// A row's nonzeros.
template <class T>
struct Nonzeros {
  const T* x;
  const uint32_t* columns;
  size_t n;
};

template <class T>
HWY_INLINE Nonzeros<T> nonzeros(const Rows<T>& rows, size_t i) {
  const size_t r = rows.order ? rows.order[i] : i, from = rows.start[r];
  return {rows.x + from, rows.columns + from, rows.start[r + 1] - from};
}

// The table's rows lie all over the memory, but the columns say early which are next.
constexpr size_t kAhead = 8;
template <size_t kBytes, class T>
HWY_INLINE void fetch(const T* p) {
#pragma GCC unroll 8
  for (size_t at = 0; at < kBytes; at += 64) __builtin_prefetch(reinterpret_cast<const char*>(p) + at, 0, 3);
}

// f(d, kN, lane) for every piece of kN vectors: sums of a row stay in registers while its nonzeros pass by.
template <class T, class F>
HWY_INLINE void over_pieces(size_t stride, F f) {
  with_tag<T>(stride, [&](auto d) HWY_ATTR {
    const size_t width = hn::Lanes(d);
    size_t lane = 0;
    for (; lane + 8 * width <= stride; lane += 8 * width) f(d, std::integral_constant<size_t, 8>(), lane);
    if (lane + 4 * width <= stride) f(d, std::integral_constant<size_t, 4>(), lane), lane += 4 * width;
    if (lane + 2 * width <= stride) f(d, std::integral_constant<size_t, 2>(), lane), lane += 2 * width;
    if (lane < stride) f(d, std::integral_constant<size_t, 1>(), lane);
  });
}

template <size_t kN, class D, class T = hn::TFromD<D>>
HWY_INLINE void sparse_score_row(D d, const ScorePass<T>& p, size_t row, size_t lane) {
  const size_t width = hn::Lanes(d);
  const Nonzeros<T> nz = nonzeros(p.rows, row);
  const T* theta = p.theta + lane;
  hn::Vec<D> sum[kN];
#pragma GCC unroll 8
  for (size_t n = 0; n < kN; ++n) sum[n] = hn::Load(d, p.bias + lane + n * width);
  for (size_t k = 0; k < nz.n; ++k) {
    if (k + kAhead < nz.n) fetch<kN * sizeof(sum[0])>(theta + nz.columns[k + kAhead] * p.stride);
    const hn::Vec<D> x = hn::Set(d, nz.x[k]);
    const T* from = theta + nz.columns[k] * p.stride;
#pragma GCC unroll 8
    for (size_t n = 0; n < kN; ++n) sum[n] = hn::MulAdd(x, hn::Load(d, from + n * width), sum[n]);
  }
#pragma GCC unroll 8
  for (size_t n = 0; n < kN; ++n) hn::Store(sum[n], d, p.scores + row * p.scores_stride + lane + n * width);
}

template <size_t kN, class D, class T = hn::TFromD<D>>
HWY_INLINE void sparse_gradient_row(D d, const GradientPass<T>& p, size_t row, size_t lane) {
  const size_t width = hn::Lanes(d);
  const Nonzeros<T> nz = nonzeros(p.rows, row);
  T* const gradient = p.gradient + lane;
  hn::Vec<D> slope[kN];
#pragma GCC unroll 8
  for (size_t n = 0; n < kN; ++n) {
    slope[n] = hn::Load(d, p.slopes + row * p.slopes_stride + lane + n * width);
    T* const bias = p.bias_gradient + lane + n * width;
    hn::Store(hn::Add(hn::Load(d, bias), slope[n]), d, bias);
  }
  for (size_t k = 0; k < nz.n; ++k) {
    if (k + kAhead < nz.n) fetch<kN * sizeof(slope[0])>(gradient + nz.columns[k + kAhead] * p.stride);
    const hn::Vec<D> x = hn::Set(d, nz.x[k]);
    T* const to = gradient + nz.columns[k] * p.stride;
#pragma GCC unroll 8
    for (size_t n = 0; n < kN; ++n) hn::Store(hn::MulAdd(x, slope[n], hn::Load(d, to + n * width)), d, to + n * width);
  }
}

template <class T>
void sparse_score_rows(const ScorePass<T>& p) {
  over_pieces<T>(p.stride, [&](auto d, auto vectors, size_t lane) HWY_ATTR {
    for (size_t row = 0; row < p.rows.n; ++row) sparse_score_row<vectors>(d, p, row, lane);
  });
}

template <class T>
HWY_ATTR void sparse_gradient_rows(const GradientPass<T>& p) {
  if (p.first) {
    for (size_t i = 0; i < p.rows.features * p.stride; ++i) p.gradient[i] = 0;
    for (size_t lane = 0; lane < p.stride; ++lane) p.bias_gradient[lane] = 0;
  }
  over_pieces<T>(p.stride, [&](auto d, auto vectors, size_t lane) HWY_ATTR {
    for (size_t row = 0; row < p.rows.n; ++row) sparse_gradient_row<vectors>(d, p, row, lane);
  });
}

void sparse_score_f64(const ScorePass<double>& p) { sparse_score_rows(p); }
void sparse_score_f32(const ScorePass<float>& p) { sparse_score_rows(p); }
void sparse_gradient_f64(const GradientPass<double>& p) { sparse_gradient_rows(p); }
void sparse_gradient_f32(const GradientPass<float>& p) { sparse_gradient_rows(p); }

}  // namespace holdout::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::train {
HWY_EXPORT(sparse_score_f64);
HWY_EXPORT(sparse_score_f32);
HWY_EXPORT(sparse_gradient_f64);
HWY_EXPORT(sparse_gradient_f32);
template <>
void sparse_score(const ScorePass<double>& p) {
  HWY_DYNAMIC_DISPATCH(sparse_score_f64)(p);
}
template <>
void sparse_score(const ScorePass<float>& p) {
  HWY_DYNAMIC_DISPATCH(sparse_score_f32)(p);
}
template <>
void sparse_gradient(const GradientPass<double>& p) {
  HWY_DYNAMIC_DISPATCH(sparse_gradient_f64)(p);
}
template <>
void sparse_gradient(const GradientPass<float>& p) {
  HWY_DYNAMIC_DISPATCH(sparse_gradient_f32)(p);
}
}  // namespace holdout::train
#endif
