// Hidden layers: a product of two matrices in every lane, whose elements are vectors of lanes.
#include "kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/hidden.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace holdout::train::HWY_NAMESPACE {
#include "lanes-inl.hpp"

// A tile of kP × kQ sums of one vector each stays in registers: kP + kQ loads feed kP · kQ multiply-adds. 4 × 6 of the
// 32 registers of AVX-512, 3 × 4 of the 16 of AVX2 and SSE.
constexpr size_t kTileRows = HWY_TARGET <= HWY_AVX3 ? 4 : 3;
constexpr size_t kTileColumns = HWY_TARGET <= HWY_AVX3 ? 6 : 4;
// Terms of the sums at a time: the columns' part of b stays in the L1 cache while all rows pass by. The chain goes on
// from panel to panel through `out`.
constexpr size_t kPanelBytes = 24 * 1024;

struct Panel {
  size_t from, to;
};

template <size_t kP, size_t kQ, class D, class T = hn::TFromD<D>>
HWY_INLINE void tile(D d, const ProductPass<T>& p, Panel panel, size_t row, size_t column, size_t lane) {
  T* out = p.out + row * p.out_row + column * p.out_column + lane;
  const T* from = panel.from > 0 ? out : p.from ? p.from + row * p.from_row + column * p.from_column + lane : nullptr;
  const size_t from_row = panel.from > 0 ? p.out_row : p.from_row;
  const size_t from_column = panel.from > 0 ? p.out_column : p.from_column;
  hn::Vec<D> sum[kP][kQ];
#pragma GCC unroll 4
  for (size_t i = 0; i < kP; ++i)
#pragma GCC unroll 6
    for (size_t j = 0; j < kQ; ++j) sum[i][j] = from ? hn::Load(d, from + i * from_row + j * from_column) : hn::Zero(d);
  const T* a = p.a + row * p.a_row + panel.from * p.a_depth + lane;
  const T* b = p.b + column * p.b_row + panel.from * p.b_depth + lane;
  for (size_t k = panel.from; k < panel.to; ++k, a += p.a_depth, b += p.b_depth) {
    hn::Vec<D> bk[kQ];
#pragma GCC unroll 6
    for (size_t j = 0; j < kQ; ++j) bk[j] = hn::Load(d, b + j * p.b_row);
#pragma GCC unroll 4
    for (size_t i = 0; i < kP; ++i) {
      const hn::Vec<D> ak = hn::Load(d, a + i * p.a_row);
#pragma GCC unroll 6
      for (size_t j = 0; j < kQ; ++j) sum[i][j] = hn::MulAdd(ak, bk[j], sum[i][j]);
    }
  }
#pragma GCC unroll 4
  for (size_t i = 0; i < kP; ++i)
#pragma GCC unroll 6
    for (size_t j = 0; j < kQ; ++j) hn::Store(sum[i][j], d, out + i * p.out_row + j * p.out_column);
}

template <size_t kQ, class D, class T = hn::TFromD<D>>
HWY_INLINE void rows(D d, const ProductPass<T>& p, Panel panel, size_t column, size_t lane) {
  size_t row = 0;
  for (; row + kTileRows <= p.rows; row += kTileRows) tile<kTileRows, kQ>(d, p, panel, row, column, lane);
  for (; row < p.rows; ++row) tile<1, kQ>(d, p, panel, row, column, lane);
}

template <class T>
void product_any(const ProductPass<T>& p) {
  with_tag<T>(p.stride, [&](auto d) HWY_ATTR {
    const size_t most = kPanelBytes / (kTileColumns * hn::Lanes(d) * sizeof(T));
    const size_t panels = (p.depth + most - 1) / most;
    for (size_t lane = 0; lane < p.stride; lane += hn::Lanes(d))
      for (size_t k = 0; k < panels; ++k) {
        const Panel panel{p.depth * k / panels, p.depth * (k + 1) / panels};
        size_t column = 0;
        for (; column + kTileColumns <= p.columns; column += kTileColumns)
          rows<kTileColumns>(d, p, panel, column, lane);
        for (; column + 2 <= p.columns; column += 2) rows<2>(d, p, panel, column, lane);
        for (; column < p.columns; ++column) rows<1>(d, p, panel, column, lane);
      }
  });
}

void product_f64(const ProductPass<double>& p) { product_any(p); }
void product_f32(const ProductPass<float>& p) { product_any(p); }

}  // namespace holdout::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::train {
HWY_EXPORT(product_f64);
HWY_EXPORT(product_f32);
template <>
void product(const ProductPass<double>& p) {
  HWY_DYNAMIC_DISPATCH(product_f64)(p);
}
template <>
void product(const ProductPass<float>& p) {
  HWY_DYNAMIC_DISPATCH(product_f32)(p);
}
}  // namespace holdout::train
#endif
