// Products of tables, element by element.
#include "../multiply_pass.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/multiply.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace holdout::train::HWY_NAMESPACE {
#include "lanes-inl.hpp"

template <class T>
void multiply_up(const MultiplyPass<T>& p) {
  with_tag<T>(p.stride, [&](auto d) HWY_ATTR {
    for (size_t i = 0; i < p.elements; i += hn::Lanes(d))
      hn::Store(hn::Mul(hn::Load(d, p.table + i), hn::Load(d, p.other + i)), d, p.table + i);
  });
}

void multiply_f64(const MultiplyPass<double>& p) { multiply_up(p); }
void multiply_f32(const MultiplyPass<float>& p) { multiply_up(p); }

}  // namespace holdout::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::train {
HWY_EXPORT(multiply_f64);
HWY_EXPORT(multiply_f32);
template <>
void multiply(const MultiplyPass<double>& p) {
  HWY_DYNAMIC_DISPATCH(multiply_f64)(p);
}
template <>
void multiply(const MultiplyPass<float>& p) {
  HWY_DYNAMIC_DISPATCH(multiply_f32)(p);
}
}  // namespace holdout::train
#endif
