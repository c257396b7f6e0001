// Scores: rows of data times a table of lanes. With gradient.cpp, where a training's time goes.
#include "kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/score.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace holdout::train::HWY_NAMESPACE {
#include "lanes-inl.hpp"

#include "kernels/columns-inl.hpp"

// Some features: their rows of theta, in a few vectors of lanes, stay in the L1 cache while all rows of data pass by;
// where they lie, or copied behind one another.
template <class T>
struct Panel {
  static constexpr size_t kBytes = 24 * 1024, kLeastRows = 32;
  size_t from, to;
  const T* theta;
  size_t stride;
};

// kR rows × kN vectors of lanes stay in registers while j runs: one broadcast of X feeds kN multiply-adds. The chain
// over j goes on from panel to panel through the scores.
template <size_t kR, size_t kN, class D, class T = hn::TFromD<D>>
HWY_INLINE void block(D d, const ScorePass<T>& p, Panel<T> panel, size_t row, size_t lane) {
  const size_t width = hn::Lanes(d);
  const T* x[kR];
  hn::Vec<D> sum[kR][kN];
#pragma GCC unroll 16
  for (size_t r = 0; r < kR; ++r) {
    x[r] = p.rows[row + r];
#pragma GCC unroll 4
    for (size_t n = 0; n < kN; ++n)
      sum[r][n] = hn::Load(d, (panel.from == 0 ? p.bias : p.scores + (row + r) * p.scores_stride) + lane + n * width);
  }
  if (lane == 0)
    for (size_t r = 0; r < kR; ++r) fetch_ahead(p.rows, row + r, panel.from / 2, panel.to / 2);
  const T* theta = panel.theta;
  for (size_t j = panel.from; j < panel.to; ++j, theta += panel.stride) {
    hn::Vec<D> t[kN];
#pragma GCC unroll 4
    for (size_t n = 0; n < kN; ++n) t[n] = hn::Load(d, theta + n * width);
#pragma GCC unroll 16
    for (size_t r = 0; r < kR; ++r) {
      const hn::Vec<D> xj = hn::Set(d, x[r][j]);
#pragma GCC unroll 4
      for (size_t n = 0; n < kN; ++n) sum[r][n] = hn::MulAdd(xj, t[n], sum[r][n]);
    }
  }
#pragma GCC unroll 16
  for (size_t r = 0; r < kR; ++r)
#pragma GCC unroll 4
    for (size_t n = 0; n < kN; ++n) hn::Store(sum[r][n], d, p.scores + (row + r) * p.scores_stride + lane + n * width);
}

template <size_t kN, class D, class T = hn::TFromD<D>>
HWY_INLINE void columns(D d, const ScorePass<T>& p, size_t lane) {
  constexpr size_t kR = kRowsAtOnce<kN>;
  const size_t width = hn::Lanes(d), features = p.rows.features;
  const size_t most = Panel<T>::kBytes / (kN * width * sizeof(T));
  const size_t panels = HWY_MAX((features + most - 1) / most, size_t{1});
  HWY_ALIGN_MAX T packed[Panel<T>::kBytes / sizeof(T)];
  for (size_t k = 0; k < panels; ++k) {
    const size_t from = features * k / panels, to = features * (k + 1) / panels;
    Panel<T> panel{from, to, p.theta + from * p.stride + lane, p.stride};
    if (p.rows.n >= Panel<T>::kLeastRows && collide(to - from, p.stride * sizeof(T))) {
      T* out = packed;
      for (size_t j = from; j < to; ++j, panel.theta += p.stride)
#pragma GCC unroll 4
        for (size_t n = 0; n < kN; ++n, out += width) hn::Store(hn::Load(d, panel.theta + n * width), d, out);
      panel.theta = packed, panel.stride = kN * width;
    }
    size_t row = 0;
    for (; row + kR <= p.rows.n; row += kR) block<kR, kN>(d, p, panel, row, lane);
    for (; row + 4 <= p.rows.n; row += 4) block<4, kN>(d, p, panel, row, lane);
    for (; row < p.rows.n; ++row) block<1, kN>(d, p, panel, row, lane);
  }
}

template <class T>
void score_rows(const ScorePass<T>& p) {
  over_columns<T>(p.stride, [&](auto d, auto vectors, size_t lane) HWY_ATTR { columns<vectors>(d, p, lane); });
}

void score_f64(const ScorePass<double>& p) { score_rows(p); }
void score_f32(const ScorePass<float>& p) { score_rows(p); }

}  // namespace holdout::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::train {
HWY_EXPORT(score_f64);
HWY_EXPORT(score_f32);
template <>
void score(const ScorePass<double>& p) {
  p.rows.start ? sparse_score(p) : HWY_DYNAMIC_DISPATCH(score_f64)(p);
}
template <>
void score(const ScorePass<float>& p) {
  p.rows.start ? sparse_score(p) : HWY_DYNAMIC_DISPATCH(score_f32)(p);
}
}  // namespace holdout::train
#endif
