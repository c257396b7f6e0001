// exp, log, softplus and sorting of arrays, for metrics: the functions that the losses use, so the same bits with AVX2
// and AVX-512.
#include "kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/elementary.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#include <cmath>

#include <hwy/contrib/sort/vqsort.h>

HWY_BEFORE_NAMESPACE();
namespace holdout::train::HWY_NAMESPACE {
#define HOLDOUT_LANES_WITH_EXP
#include "lanes-inl.hpp"
#undef HOLDOUT_LANES_WITH_EXP

template <class F>
HWY_INLINE void each(double* x, size_t n, F f) {
  const hn::ScalableTag<double> d;
  const size_t width = hn::Lanes(d);
  size_t i = 0;
  for (; i + width <= n; i += width) hn::StoreU(f(Lanes<decltype(d)>(hn::LoadU(d, x + i))).v, d, x + i);
  if (i == n) return;
  HWY_ALIGN double rest[HWY_MAX_BYTES / sizeof(double)];
  for (size_t k = 0; k < width; ++k) rest[k] = i + k < n ? x[i + k] : 1;
  hn::Store(f(Lanes<decltype(d)>(hn::Load(d, rest))).v, d, rest);
  for (size_t k = 0; i + k < n; ++k) x[i + k] = rest[k];
}

void exp_each(double* x, size_t n) {
  each(x, n, [](auto v) HWY_ATTR { return exp(v); });
}
void log_each(double* x, size_t n) {
  each(x, n, [](auto v) HWY_ATTR { return log(v); });
}
void softplus_each(double* x, size_t n) {
  each(x, n, [](auto v) HWY_ATTR { return log1p(exp(-abs(v))) + max(v, decltype(v)(0.0)); });
}

}  // namespace holdout::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::train {
HWY_EXPORT(exp_each);
HWY_EXPORT(log_each);
HWY_EXPORT(softplus_each);
void exp_in_place(std::span<double> x) { HWY_DYNAMIC_DISPATCH(exp_each)(x.data(), x.size()); }
void sort_ascending(std::span<double> x) { hwy::Sorter()(x.data(), x.size(), hwy::SortAscending()); }
void log_in_place(std::span<double> x) { HWY_DYNAMIC_DISPATCH(log_each)(x.data(), x.size()); }
void softplus_in_place(std::span<double> x) { HWY_DYNAMIC_DISPATCH(softplus_each)(x.data(), x.size()); }
}  // namespace holdout::train
#endif
