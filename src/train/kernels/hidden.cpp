// Layers of units: a product of two matrices in every lane, whose elements are vectors of lanes. Of the first layer one
// matrix is data, the same for all lanes.
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

#include "kernels/columns-inl.hpp"

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

// The elements a[p][k] of kP rows from p = row on, each as a vector.
template <size_t kP, class T>
struct OfLanes {
  const T* at[kP];
  size_t depth;
  HWY_INLINE OfLanes(const ProductPass<T>& p, size_t row, size_t lane) : depth(p.a_depth) {
    for (size_t i = 0; i < kP; ++i) at[i] = p.a + (row + i) * p.a_row + lane;
  }
  template <class D>
  HWY_INLINE hn::Vec<D> get(D d, size_t i, size_t k) const {
    return hn::Load(d, at[i] + k * depth);
  }
};
template <size_t kP, class T>
struct OfRows {  // a[p][k] = X[p, k]
  const T* at[kP];
  HWY_INLINE OfRows(const ProductPass<T>& p, size_t row, size_t) {
    for (size_t i = 0; i < kP; ++i) at[i] = p.x[row + i];
  }
  template <class D>
  HWY_INLINE hn::Vec<D> get(D d, size_t i, size_t k) const {
    return hn::Set(d, at[i][k]);
  }
};
template <size_t kP, class T>
struct OfColumns {  // a[p][k] = X[k, p]
  const Rows<T>& x;
  size_t row;
  HWY_INLINE OfColumns(const ProductPass<T>& p, size_t first, size_t) : x(p.x), row(first) {}
  template <class D>
  HWY_INLINE hn::Vec<D> get(D d, size_t i, size_t k) const {
    return hn::Set(d, x[k][row + i]);
  }
};

// Columns of b from one on: element k of column j at b + j · column + k · depth.
template <class T>
struct Columns {
  const T* b;
  size_t column, depth;
};

template <class A, size_t kP, size_t kQ, class D, class T>
HWY_INLINE void tile(D d, const ProductPass<T>& p, const Columns<T>& b, Panel panel, size_t row, size_t column,
                     size_t lane) {
  T* out = p.out + row * p.out_row + column * p.out_column + lane;
  const T* from = panel.from > 0 ? out : p.from ? p.from + row * p.from_row + column * p.from_column + lane : nullptr;
  const size_t from_row = panel.from > 0 ? p.out_row : p.from_row;
  const size_t from_column = panel.from > 0 ? p.out_column : p.from_column;
  hn::Vec<D> sum[kP][kQ];
#pragma GCC unroll 4
  for (size_t i = 0; i < kP; ++i)
#pragma GCC unroll 6
    for (size_t j = 0; j < kQ; ++j) sum[i][j] = from ? hn::Load(d, from + i * from_row + j * from_column) : hn::Zero(d);
  const A a(p, row, lane);
  const T* bk = b.b;
  for (size_t k = panel.from; k < panel.to; ++k, bk += b.depth) {
    hn::Vec<D> column_k[kQ];
#pragma GCC unroll 6
    for (size_t j = 0; j < kQ; ++j) column_k[j] = hn::Load(d, bk + j * b.column);
#pragma GCC unroll 4
    for (size_t i = 0; i < kP; ++i) {
      const hn::Vec<D> ak = a.get(d, i, k);
#pragma GCC unroll 6
      for (size_t j = 0; j < kQ; ++j) sum[i][j] = hn::MulAdd(ak, column_k[j], sum[i][j]);
    }
  }
#pragma GCC unroll 4
  for (size_t i = 0; i < kP; ++i)
#pragma GCC unroll 6
    for (size_t j = 0; j < kQ; ++j) hn::Store(sum[i][j], d, out + i * p.out_row + j * p.out_column);
}

template <template <size_t, class> class A, size_t kQ, class D, class T>
HWY_INLINE void rows(D d, const ProductPass<T>& p, Panel panel, size_t column, size_t lane) {
  const size_t width = hn::Lanes(d);
  HWY_ALIGN T packed[kPanelBytes / sizeof(T)];
  Columns<T> b{p.b + column * p.b_row + panel.from * p.b_depth + lane, p.b_row, p.b_depth};
  if (b.depth > width && p.rows > kTileRows) {  // neighbours far apart share few sets of the L1 cache
    T* to = packed;
    const T* bk = b.b;
    for (size_t k = panel.from; k < panel.to; ++k, bk += b.depth)
      for (size_t j = 0; j < kQ; ++j, to += width) hn::Store(hn::Load(d, bk + j * b.column), d, to);
    b = {packed, width, kQ * width};
  }
  const bool fetch = std::is_same_v<A<1, T>, OfRows<1, T>> && column == 0 && lane == 0;
  size_t row = 0;
  for (; row + kTileRows <= p.rows; row += kTileRows) {
    if (fetch)
      for (size_t i = 0; i < kTileRows; ++i) fetch_ahead(p.x, row + i, panel.from, panel.to);
    tile<A<kTileRows, T>, kTileRows, kQ>(d, p, b, panel, row, column, lane);
  }
  for (; row < p.rows; ++row) tile<A<1, T>, 1, kQ>(d, p, b, panel, row, column, lane);
}

template <template <size_t, class> class A, class T>
HWY_INLINE void product_of(const ProductPass<T>& p) {
  with_tag<T>(p.stride, [&](auto d) HWY_ATTR {
    const size_t most = kPanelBytes / (kTileColumns * hn::Lanes(d) * sizeof(T));
    const size_t panels = (p.depth + most - 1) / most;
    for (size_t lane = 0; lane < p.stride; lane += hn::Lanes(d))
      for (size_t k = 0; k < panels; ++k) {
        const Panel panel{p.depth * k / panels, p.depth * (k + 1) / panels};
        size_t column = 0;
        for (; column + kTileColumns <= p.columns; column += kTileColumns)
          rows<A, kTileColumns>(d, p, panel, column, lane);
        for (; kTileColumns > 4 && column + 4 <= p.columns; column += 4) rows<A, 4>(d, p, panel, column, lane);
        for (; column + 2 <= p.columns; column += 2) rows<A, 2>(d, p, panel, column, lane);
        for (; column < p.columns; ++column) rows<A, 1>(d, p, panel, column, lane);
      }
  });
}

template <class T>
void product_any(const ProductPass<T>& p) {
  if (!p.x.x) return product_of<OfLanes>(p);
  p.transposed ? product_of<OfColumns>(p) : product_of<OfRows>(p);
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
