#include "bootstrap_pass.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/bootstrap.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace holdout::train::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Some samples side by side, since each chain of additions waits for itself.
template <size_t kSamples>
HWY_ATTR void mean_of_some(const BootstrapPass& p, size_t sample) {
  const hn::CappedTag<double, BootstrapPass::kLanes> d;
  const std::uint16_t* const drawn = p.drawn + sample * p.draws;
  double* const out = p.out + sample * BootstrapPass::kLanes;
  for (size_t lane = 0; lane < BootstrapPass::kLanes; lane += hn::Lanes(d)) {
    const auto row = [&](size_t s, size_t draw) HWY_ATTR {
      return hn::Load(d, p.sums + drawn[s * p.draws + draw] * BootstrapPass::kLanes + lane);
    };
    auto s0 = hn::Zero(d), s1 = hn::Zero(d), s2 = hn::Zero(d), s3 = hn::Zero(d);
    for (size_t i = 0; i < p.draws; ++i) {
      s0 = hn::Add(s0, row(0, i));
      if constexpr (kSamples == 4)
        s1 = hn::Add(s1, row(1, i)), s2 = hn::Add(s2, row(2, i)), s3 = hn::Add(s3, row(3, i));
    }
    const auto store = [&](size_t s, auto sum) HWY_ATTR {
      hn::Store(hn::Div(sum, hn::Set(d, p.weight[sample + s])), d, out + s * BootstrapPass::kLanes + lane);
    };
    store(0, s0);
    if constexpr (kSamples == 4) store(1, s1), store(2, s2), store(3, s3);
  }
}

void mean_in_bag_f64(const BootstrapPass& p) {
  constexpr size_t kTogether = 4;
  size_t sample = 0;
  for (; sample + kTogether <= p.samples; sample += kTogether) mean_of_some<kTogether>(p, sample);
  for (; sample < p.samples; ++sample) mean_of_some<1>(p, sample);
}

}  // namespace holdout::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::train {
HWY_EXPORT(mean_in_bag_f64);
void mean_in_bag(const BootstrapPass& p) { HWY_DYNAMIC_DISPATCH(mean_in_bag_f64)(p); }
}  // namespace holdout::train
#endif
