// Third derivatives of losses, by dual numbers of dual numbers; the rows are the lanes.
#include "third_pass.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/loss_third.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#include <cmath>
#include <tuple>
#include <type_traits>
#include <utility>

#include <holdout/base/number.hpp>
#include <holdout/train/loss.hpp>

#include "kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace holdout::train::HWY_NAMESPACE {
#include "kernels/losses-inl.hpp"

template <class Loss, class D>
HWY_INLINE void one_output(D d, const ThirdPass& p) {
  using V = Dual<Dual<Lanes<D>>>;
  for (size_t i = 0; i < p.n; i += hn::Lanes(d)) {
    V f(1.0), y, c(p.coefficient);
    f.d = f.a, f.a.d = f.a.a;  // f + ε₁ + ε₂
    read(f.a.a, p.scores + i, 0), read(y.a.a, p.y + i, 0);
    write(Loss::slope(f, y, c).d.d, p.out + i, 0);
  }
}

void third_f64(size_t which, const ThirdPass& p) {
  const hn::CappedTag<double, kThirdRows> d;
  with_loss(which, [&](auto loss) HWY_ATTR {
    if constexpr (!kManyOutputs<decltype(loss)>) one_output<decltype(loss)>(d, p);
  });
}

}  // namespace holdout::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::train {
HWY_EXPORT(third_f64);
void loss_third(std::size_t which, const ThirdPass& p) { HWY_DYNAMIC_DISPATCH(third_f64)(which, p); }
}  // namespace holdout::train
#endif
