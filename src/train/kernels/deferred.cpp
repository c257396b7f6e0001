// Steps of the update rules on some rows of theta: those that were put off, and the one at hand (deferred.hpp).
#include "kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/deferred.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>
#include <tuple>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace holdout::train::HWY_NAMESPACE {
#include "lanes-inl.hpp"
#define RULE_FN HWY_INLINE
#include <holdout/update/rules-inl.hpp>
#undef RULE_FN

// kN vectors of one row of theta with their state.
template <class Rule, size_t kN, class D>
struct Piece {
  using V = Lanes<D>;
  using T = hn::TFromD<D>;
  static constexpr int kFactors = RuleSizes<Rule>::factors;
  V theta[kN], state[kN][RuleSizes<Rule>::states], l2[kN], k[kN][kFactors];

  HWY_INLINE void load(const UpdatePass<T>& p, size_t at) {
    const size_t table = p.rows * p.stride;
    for (size_t n = 0; n < kN; ++n) {
      const size_t here = at + n * hn::Lanes(D());
      read(theta[n], p.theta + here, 0);
      for (int i = 0; i < Rule::kStates; ++i) read(state[n][i], p.state + i * table + here, 0);
    }
  }
  HWY_INLINE void store(const UpdatePass<T>& p, size_t at) const {
    const size_t table = p.rows * p.stride;
    for (size_t n = 0; n < kN; ++n) {
      const size_t here = at + n * hn::Lanes(D());
      write(theta[n], p.theta + here, 0);
      for (int i = 0; i < Rule::kStates; ++i) write(state[n][i], p.state + i * table + here, 0);
    }
  }
  HWY_INLINE void load_factors(const T* factors, size_t stride, size_t lane) {
    for (size_t n = 0; n < kN; ++n)
      for (int i = 0; i < Rule::kFactors; ++i) read(k[n][i], factors + i * stride + lane + n * hn::Lanes(D()), 0);
  }
  HWY_INLINE void load_l2(const T* from, size_t lane) {
    for (size_t n = 0; n < kN; ++n) read(l2[n], from + lane + n * hn::Lanes(D()), 0);
  }
  HWY_INLINE V point(size_t n) const {
    if constexpr (kLooksAhead<Rule>)
      return Rule::look_ahead(theta[n], state[n], k[n]);
    else
      return theta[n];
  }
  // A step whose gradient is the penalty's alone: the operations of penalty() and update() on a gradient of 0.
  HWY_INLINE void idle_step() {
    for (size_t n = 0; n < kN; ++n) {
      const V g = mul_add(l2[n], point(n), V(0.0));
      Rule::step(theta[n], g, state[n], k[n]);
    }
  }
};

// f(d, kN, lane) for every piece of a row of whole 64 bytes. A step waits for the one before: several vectors side by
// side hide that, two of AVX-512 as well as four. Every size more is all rules compiled once more.
template <class T, class F>
HWY_INLINE void over_row(size_t stride, F f) {
  const hn::ScalableTag<T> d;
  constexpr size_t kLane = sizeof(T), kVector = hn::MaxLanes(d) * kLane;
  constexpr size_t kMany = HWY_MIN(4, 128 / kVector), kFew = HWY_MIN(4, 64 / kVector);
  size_t lane = 0;
  for (; lane + kMany * hn::Lanes(d) <= stride; lane += kMany * hn::Lanes(d))
    f(d, std::integral_constant<size_t, kMany>(), lane);
  if constexpr (kFew < kMany)
    if (lane < stride) f(d, std::integral_constant<size_t, kFew>(), lane);
}

template <class Rule, size_t kN, class D, class T = hn::TFromD<D>>
HWY_INLINE void catch_up_piece(D, const DeferredPass<T>& p, size_t row, const T* l2, size_t lane, size_t from) {
  const UpdatePass<T>& u = p.update;
  const size_t at = row * u.stride + lane;
  Piece<Rule, kN, D> piece;
  piece.load(u, at);
  if (from < p.now) {
    piece.load_l2(l2, lane);
    const auto factors = [&](size_t t) { return p.history + p.slots[t] * (update::kMaxFactors * u.stride); };
    piece.load_factors(factors(from), u.stride, lane);
    for (size_t t = from; t < p.now; ++t) {
      if (t > from && p.slots[t] != p.slots[t - 1]) piece.load_factors(factors(t), u.stride, lane);
      piece.idle_step();
    }
    piece.store(u, at);
  }
  if constexpr (kLooksAhead<Rule>)
    if (p.ahead) {
      piece.load_factors(u.factors, u.stride, lane);
      for (size_t n = 0; n < kN; ++n) write(piece.point(n), p.ahead + at + n * hn::Lanes(D()), 0);
    }
}

// Asks for the rows of a feature that will be wanted soon.
template <class Rule, class T>
HWY_INLINE void fetch_feature(const DeferredPass<T>& p, size_t i, const T* also) {
  constexpr size_t kAhead = 4, kLine = 64 / sizeof(T);
  if (i + kAhead >= p.n) return;
  const UpdatePass<T>& u = p.update;
  for (size_t output = 0; output < p.outputs; ++output) {
    const size_t at = (output * p.features + p.list[i + kAhead]) * u.stride;
    for (size_t j = 0; j < u.stride; j += kLine) {
      __builtin_prefetch(u.theta + at + j, 1);
      for (int s = 0; s < Rule::kStates; ++s) __builtin_prefetch(u.state + s * u.rows * u.stride + at + j, 1);
      if (also) __builtin_prefetch(also + at + j, 1);
    }
  }
}

// Rows of theta that go together: those of one feature; or, past the last feature of the list, the intercepts.
struct RowGroup {
  size_t first, apart, n;
  template <class T>
  HWY_INLINE RowGroup(const DeferredPass<T>& p, size_t i)
      : first(i < p.n ? p.list[i] : p.update.penalized),
        apart(i < p.n ? p.features : 1),
        n(i < p.n ? p.outputs : p.update.rows - p.update.penalized) {}
};

template <class Rule, class T>
void catch_up_rule(const DeferredPass<T>& p) {
  over_row<T>(p.update.stride, [&](auto d, auto vectors, size_t lane) HWY_ATTR {
    for (size_t i = 0; i < p.n + (p.ahead ? 1 : 0); ++i) {
      if (lane == 0) fetch_feature<Rule>(p, i, p.ahead);
      const RowGroup rows(p, i);
      const size_t from = i < p.n ? HWY_MIN(p.since[rows.first], p.now) : p.now;  // intercepts only look ahead
      const T* const l2 = i < p.n ? p.l2 + p.list[i] * p.l2_step : p.l2;
      for (size_t r = 0; r < rows.n; ++r)
        catch_up_piece<Rule, vectors>(d, p, rows.first + r * rows.apart, l2, lane, from);
    }
  });
}

template <class Rule, size_t kN, class D, class T = hn::TFromD<D>>
HWY_INLINE void step_piece(D, const DeferredPass<T>& p, Piece<Rule, kN, D>& piece, size_t row, size_t lane,
                           bool weight) {
  const UpdatePass<T>& u = p.update;
  const size_t at = row * u.stride + lane;
  piece.load(u, at);
  for (size_t n = 0; n < kN; ++n) {
    Lanes<D> g;
    T* const gradient = p.gradient + at + n * hn::Lanes(D());
    read(g, gradient, 0);
    write(Lanes<D>(0.0), gradient, 0);
    if (weight) g = mul_add(piece.l2[n], piece.point(n), g);
    Rule::step(piece.theta[n], g, piece.state[n], piece.k[n]);
  }
  piece.store(u, at);
}

template <class Rule, class T>
void step_some_rule(const DeferredPass<T>& p) {
  const UpdatePass<T>& u = p.update;
  over_row<T>(u.stride, [&](auto d, auto vectors, size_t lane) HWY_ATTR {
    using V = Lanes<decltype(d)>;
    Piece<Rule, vectors, decltype(d)> piece;
    piece.load_factors(u.factors, u.stride, lane);
    piece.load_l2(p.l2, lane);
    for (size_t i = 0; i <= p.n; ++i) {
      if (lane == 0) fetch_feature<Rule>(p, i, u.gradient);
      if constexpr (kDecayFactor<Rule> >= 0)
        if (i == p.n)
          for (auto& k : piece.k) k[kDecayFactor<Rule>] = V(0.0);
      if (p.l2_step > 0 && i < p.n) piece.load_l2(p.l2 + p.list[i] * p.l2_step, lane);
      const RowGroup rows(p, i);
      for (size_t r = 0; r < rows.n; ++r) step_piece(d, p, piece, rows.first + r * rows.apart, lane, i < p.n);
    }
  });
}

template <class T, class... Rules>
void catch_up_any(std::tuple<Rules...>*, size_t rule, const DeferredPass<T>& p) {
  constexpr void (*all[])(const DeferredPass<T>&) = {catch_up_rule<Rules, T>...};
  all[rule](p);
}
template <class T, class... Rules>
void step_some_any(std::tuple<Rules...>*, size_t rule, const DeferredPass<T>& p) {
  constexpr void (*all[])(const DeferredPass<T>&) = {step_some_rule<Rules, T>...};
  all[rule](p);
}

RuleTuple* const kRuleList = nullptr;
void catch_up_f64(size_t rule, const DeferredPass<double>& p) { catch_up_any(kRuleList, rule, p); }
void catch_up_f32(size_t rule, const DeferredPass<float>& p) { catch_up_any(kRuleList, rule, p); }
void step_some_f64(size_t rule, const DeferredPass<double>& p) { step_some_any(kRuleList, rule, p); }
void step_some_f32(size_t rule, const DeferredPass<float>& p) { step_some_any(kRuleList, rule, p); }

}  // namespace holdout::train::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace holdout::train {
HWY_EXPORT(catch_up_f64);
HWY_EXPORT(catch_up_f32);
HWY_EXPORT(step_some_f64);
HWY_EXPORT(step_some_f32);
template <>
void catch_up(std::size_t rule, const DeferredPass<double>& p) {
  HWY_DYNAMIC_DISPATCH(catch_up_f64)(rule, p);
}
template <>
void catch_up(std::size_t rule, const DeferredPass<float>& p) {
  HWY_DYNAMIC_DISPATCH(catch_up_f32)(rule, p);
}
template <>
void step_some(std::size_t rule, const DeferredPass<double>& p) {
  HWY_DYNAMIC_DISPATCH(step_some_f64)(rule, p);
}
template <>
void step_some(std::size_t rule, const DeferredPass<float>& p) {
  HWY_DYNAMIC_DISPATCH(step_some_f32)(rule, p);
}
}  // namespace holdout::train
#endif
