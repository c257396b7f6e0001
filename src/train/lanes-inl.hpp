// One SIMD register of lanes as a number type V: what update rules, losses and penalties are written over.
//
// Included once per target by every kernel file, inside holdout::train::HWY_NAMESPACE, after <hwy/highway.h>; no guard.
namespace hn = hwy::HWY_NAMESPACE;

// Update rules promise the same bits on every CPU. Targets without a fused operation would round twice: slow, but
// equal.
template <class D>
HWY_INLINE hn::Vec<D> fused(D d, hn::Vec<D> a, hn::Vec<D> b, hn::Vec<D> c) {
#if HWY_NATIVE_FMA
  (void)d;
  return hn::MulAdd(a, b, c);
#else
  HWY_ALIGN hn::TFromD<D> x[3][HWY_MAX_BYTES];
  hn::Store(a, d, x[0]), hn::Store(b, d, x[1]), hn::Store(c, d, x[2]);
  for (size_t i = 0; i < hn::Lanes(d); ++i) x[0][i] = std::fma(x[0][i], x[1][i], x[2][i]);
  return hn::Load(d, x[0]);
#endif
}

template <class D>
struct Lanes {
  using T = hn::TFromD<D>;
  hn::Vec<D> v;
  HWY_INLINE Lanes() = default;
  HWY_INLINE explicit Lanes(double x) : v(hn::Set(D(), static_cast<T>(x))) {}
  HWY_INLINE Lanes(hn::Vec<D> x) : v(x) {}  // NOLINT(google-explicit-constructor): a register is a Lanes
  friend HWY_INLINE void read(Lanes& x, const T* p, long) { x.v = hn::Load(D(), p); }
  friend HWY_INLINE void write(Lanes x, T* p, long) { hn::Store(x.v, D(), p); }
  template <class U>  // double to float, for factors: computed in double, rounded once
  friend HWY_INLINE void write(Lanes x, U* p, long) {
    const hn::Rebind<U, D> narrow;
    hn::Store(hn::DemoteTo(narrow, x.v), narrow, p);
  }
  friend HWY_INLINE Lanes operator+(Lanes a, Lanes b) { return hn::Add(a.v, b.v); }
  friend HWY_INLINE Lanes operator-(Lanes a, Lanes b) { return hn::Sub(a.v, b.v); }
  friend HWY_INLINE Lanes operator-(Lanes a) { return hn::Neg(a.v); }
  friend HWY_INLINE Lanes operator*(Lanes a, Lanes b) { return hn::Mul(a.v, b.v); }
  friend HWY_INLINE Lanes operator/(Lanes a, Lanes b) { return hn::Div(a.v, b.v); }
  friend HWY_INLINE Lanes mul_add(Lanes a, Lanes b, Lanes c) { return fused(D(), a.v, b.v, c.v); }
  friend HWY_INLINE Lanes neg_mul_add(Lanes a, Lanes b, Lanes c) { return fused(D(), hn::Neg(a.v), b.v, c.v); }
  friend HWY_INLINE Lanes sqrt(Lanes a) { return hn::Sqrt(a.v); }
  friend HWY_INLINE Lanes abs(Lanes a) { return hn::Abs(a.v); }
  friend HWY_INLINE Lanes max(Lanes a, Lanes b) { return hn::Max(a.v, b.v); }
  friend HWY_INLINE Lanes where_positive(Lanes test, Lanes x) {
    return hn::IfThenElseZero(hn::Gt(test.v, hn::Zero(D())), x.v);
  }
  friend HWY_INLINE Lanes select_positive(Lanes test, Lanes yes, Lanes no) {
    return hn::IfThenElse(hn::Gt(test.v, hn::Zero(D())), yes.v, no.v);
  }
#ifdef HOLDOUT_LANES_WITH_EXP  // costs compile time: only losses and activations want it
  friend HWY_INLINE Lanes exp(Lanes a) { return nan_or(a.v, hn::Exp(D(), a.v)); }
  friend HWY_INLINE Lanes log(Lanes a) { return nan_or(a.v, hn::Log(D(), a.v)); }
  friend HWY_INLINE Lanes expm1(Lanes a) { return nan_or(a.v, hn::Expm1(D(), a.v)); }
  friend HWY_INLINE Lanes log1p(Lanes a) { return nan_or(a.v, hn::Log1p(D(), a.v)); }

 private:
  // Highway's exp(NaN) is 0, and a diverged lane would seem to fit perfectly.
  static HWY_INLINE hn::Vec<D> nan_or(hn::Vec<D> x, hn::Vec<D> of_x) { return hn::IfThenElse(hn::Eq(x, x), of_x, x); }
#endif
};

// Calls f with the vector tag for tables of this stride: half vectors where a row is only half of 64 bytes.
template <class T, class F>
HWY_INLINE void with_tag(size_t stride, F f) {
  constexpr size_t kHalf = 32 / sizeof(T);
  if (stride == kHalf)
    f(hn::CappedTag<T, kHalf>());
  else
    f(hn::ScalableTag<T>());
}
