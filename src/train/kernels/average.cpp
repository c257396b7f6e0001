#include "average_pass.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/average.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace holdout::train::HWY_NAMESPACE {

// A plain loop, which the compiler turns into vectors for each target. Where the newest is all that counts,
// 0 · average + 1 · theta is theta.
template <class T>
HWY_ATTR void take_in(const AveragePass<T>& p) {
  for (size_t r = 0; r < p.rows; ++r)
    for (size_t lane = 0; lane < p.stride; ++lane) {
      T& mean = p.average[r * p.stride + lane];
      mean = p.keep[lane] * mean + p.share[lane] * p.theta[r * p.stride + lane];
    }
}

void average_f64(const AveragePass<double>& p) { take_in(p); }
void average_f32(const AveragePass<float>& p) { take_in(p); }

}  // namespace holdout::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::train {
HWY_EXPORT(average_f64);
HWY_EXPORT(average_f32);
template <>
void average(const AveragePass<double>& p) {
  HWY_DYNAMIC_DISPATCH(average_f64)(p);
}
template <>
void average(const AveragePass<float>& p) {
  HWY_DYNAMIC_DISPATCH(average_f32)(p);
}
}  // namespace holdout::train
#endif
