// Losses, activations and penalties with tangents.
#include "tangents.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/model_tangent.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#include <cmath>
#include <tuple>
#include <type_traits>
#include <utility>

#include <holdout/base/number.hpp>
#include <holdout/train/loss.hpp>

HWY_BEFORE_NAMESPACE();
namespace holdout::train::HWY_NAMESPACE {
#include "kernels/losses-inl.hpp"
#define RULE_FN HWY_INLINE
#include <holdout/train/activations-inl.hpp>
#undef RULE_FN
#include "kernels/tangents-inl.hpp"

template <class N>
constexpr bool kHasTangent = requires(N x) {
  x.d;
};

template <class Loss>
HWY_INLINE void one_output(const LossPass<double>& p, const Tangents& t) {
  over_tangents(t, [&](auto number, long gap, size_t lane) HWY_ATTR {
    using N = decltype(number);
    N f, c(0.0);
    if constexpr (Loss::info.has_coefficient()) read(c, p.coefficients + lane, gap);
    for (size_t i = 0; i < p.n; ++i) {
      const LossRow<double> at(p, i);
      double* const row = p.scores + i * p.stride + lane;
      read(f, row, gap);
      write_new(N(at.share) * Loss::slope(f, N(at.y), c), row, gap);
    }
  });
}

// Softmax works in place, and needs the scores once for every tangent: it gets copies.
HWY_INLINE void many_outputs(const LossPass<double>& p, const Tangents& t, double* scratch) {
  const size_t table = p.outputs * t.lanes;
  over_tangents(t, [&](auto number, long gap, size_t lane) HWY_ATTR {
    using N = decltype(number);
    const long apart = kHasTangent<N> ? static_cast<long>(table) : 0;
    N x;
    for (size_t i = 0; i < p.n; ++i) {
      const LossRow<double> at(p, i);
      double* const row = p.scores + i * p.outputs * p.stride + lane;
      for (size_t k = 0; k < p.outputs; ++k)
        read(x, row + k * p.stride, gap), write(x, scratch + k * t.lanes + lane, apart);
      (void)Softmax::row<N>(scratch + lane, p.outputs, t.lanes, apart, at.label(), N(at.share));
      for (size_t k = 0; k < p.outputs; ++k)
        read(x, scratch + k * t.lanes + lane, apart), write_new(x, row + k * p.stride, gap);
    }
  });
}

void loss_with(size_t which, const LossPass<double>& p, const Tangents& t, double* scratch) {
  with_loss(which, [&](auto loss) HWY_ATTR {
    using Loss = decltype(loss);
    if constexpr (kManyOutputs<Loss>)
      many_outputs(p, t, scratch);
    else
      one_output<Loss>(p, t);
  });
}

template <class A>
void values(const ActivationPass<double>& p, const Tangents& t) {
  over_tangents(t, [&](auto number, long gap, size_t lane) HWY_ATTR {
    decltype(number) z;
    for (size_t at = lane; at < p.elements; at += p.stride) {
      read(z, p.activations + at, gap);
      write_new(A::value(z), p.activations + at, gap);
    }
  });
}

template <class A>
void slopes(const ActivationPass<double>& p, const Tangents& t) {
  over_tangents(t, [&](auto number, long gap, size_t lane) HWY_ATTR {
    decltype(number) a, g;
    for (size_t at = lane; at < p.elements; at += p.stride) {
      read(a, p.activations + at, gap), read(g, p.slopes + at, gap);
      write_new(g * A::slope(a), p.activations + at, gap);
    }
  });
}

template <class... A>
void values_any(std::tuple<A...>*, size_t activation, const ActivationPass<double>& p, const Tangents& t) {
  constexpr void (*all[])(const ActivationPass<double>&, const Tangents&) = {values<A>...};
  all[activation](p, t);
}
template <class... A>
void slopes_any(std::tuple<A...>*, size_t activation, const ActivationPass<double>& p, const Tangents& t) {
  constexpr void (*all[])(const ActivationPass<double>&, const Tangents&) = {slopes<A>...};
  all[activation](p, t);
}

ActivationTuple* const kList = nullptr;
void values_with(size_t activation, const ActivationPass<double>& p, const Tangents& t) {
  values_any(kList, activation, p, t);
}
void slopes_with(size_t activation, const ActivationPass<double>& p, const Tangents& t) {
  slopes_any(kList, activation, p, t);
}

void penalty_with(const PenaltyPass<double>& p, const Tangents& t) {
  over_tangents(t, [&](auto number, long gap, size_t lane) HWY_ATTR {
    decltype(number) l2, theta, g;
    for (size_t r = 0; r < p.rows; ++r) {
      const size_t at = r * p.stride + lane;
      read(l2, p.l2 + r % p.l2_rows * p.stride + lane, gap);
      read(theta, p.theta + at, gap), read(g, p.gradient + at, gap);
      write_new(mul_add(l2, theta, g), p.gradient + at, gap);
    }
  });
}

}  // namespace holdout::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::train {
HWY_EXPORT(loss_with);
HWY_EXPORT(values_with);
HWY_EXPORT(slopes_with);
HWY_EXPORT(penalty_with);
void loss(std::size_t which, const LossPass<double>& p, const Tangents& t, double* scratch) {
  HWY_DYNAMIC_DISPATCH(loss_with)(which, p, t, scratch);
}
void activate(std::size_t activation, const ActivationPass<double>& p, const Tangents& t) {
  HWY_DYNAMIC_DISPATCH(values_with)(activation, p, t);
}
void activation_slopes(std::size_t activation, const ActivationPass<double>& p, const Tangents& t) {
  HWY_DYNAMIC_DISPATCH(slopes_with)(activation, p, t);
}
void penalty(const PenaltyPass<double>& p, const Tangents& t) { HWY_DYNAMIC_DISPATCH(penalty_with)(p, t); }
}  // namespace holdout::train
#endif
