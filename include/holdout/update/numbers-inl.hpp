// The operations that update rules, losses and penalties are written in, for two kinds of numbers:
//   double    the search on log λ, factors of a lane, tests
//   Dual<V>   value and tangent; V a double, or the register of lanes of src/train/lanes-inl.hpp (the third kind)
// They are: + − · / and unary −; mul_add(a, b, c) = a·b + c and neg_mul_add(a, b, c) = c − a·b, rounded once; sqrt,
// abs, max, exp, log, expm1, log1p; where_positive(test, x) = x where test > 0, else 0; select_positive(test, yes, no);
// read and write, `gap` elements from a value to its tangent; construction from a double.
//
// No include guard: update/plain.hpp includes this file for plain numbers, and each kernel file does once for each SIMD
// target, with RULE_FN defined as HWY_INLINE. Wants <cmath> and <holdout/base/number.hpp> before it.
template <class T>
RULE_FN void read(double& x, const T* p, long) {
  x = *p;
}
template <class T>
RULE_FN void write(double x, T* p, long) {
  *p = static_cast<T>(x);
}
RULE_FN double mul_add(double a, double b, double c) { return std::fma(a, b, c); }
RULE_FN double neg_mul_add(double a, double b, double c) { return std::fma(-a, b, c); }
RULE_FN double sqrt(double a) { return std::sqrt(a); }
RULE_FN double abs(double a) { return std::fabs(a); }
RULE_FN double max(double a, double b) { return a > b ? a : b; }  // of a NaN and x: either, targets differ
RULE_FN double exp(double a) { return holdout::exp(a); }
RULE_FN double log(double a) { return holdout::log(a); }
// log(1 + a) lacks what rounding took from 1 + a; log has slope 1 / (1 + a) there.
RULE_FN double log1p(double a) {
  const double u = 1 + a;
  if (!(u > 0 && u < HUGE_VAL)) return holdout::log(u);
  const double lost = a < 1 ? a - (u - 1) : 1 - (u - a);
  return holdout::log(u) + lost / u;
}
// e^a − 1 lacks what rounding took from e^a: log u − a of it (Kahan; Higham, Accuracy and Stability, 2002, § 1.14.1).
RULE_FN double expm1(double a) {
  const double u = holdout::exp(a);
  if (u == 1) return a;
  if (!(u - 1 > -1 && u < HUGE_VAL)) return u - 1;
  return (u - 1) * a / holdout::log(u);
}
RULE_FN double where_positive(double test, double x) { return test > 0 ? x : 0; }
RULE_FN double select_positive(double test, double yes, double no) { return test > 0 ? yes : no; }

// A number and its derivative with respect to one quantity. The value's operations are exactly those without a tangent,
// so following a derivative changes no bit of a training. In memory the tangent stands `gap` elements behind its value:
// it is one more lane table.
//
// Where a function has a kink, the tangent is that of the branch taken where a test is not positive: |x| falls at 0,
// and of equals max takes the first. All functions agree on that, so one pieced together from branches has its true
// derivative where they meet. Logistic loss at margin 0 is such a point, and every training starts there.
template <class V>
struct Dual {
  V a{0.0}, d{0.0};
  RULE_FN Dual() = default;
  RULE_FN explicit Dual(double x) : a(x) {}
  RULE_FN Dual(V value, V tangent) : a(value), d(tangent) {}
  template <class T>
  friend RULE_FN void read(Dual& x, const T* p, long gap) {
    read(x.a, p, 0), read(x.d, p + gap, 0);
  }
  template <class T>
  friend RULE_FN void write(Dual x, T* p, long gap) {
    write(x.a, p, 0), write(x.d, p + gap, 0);
  }
  friend RULE_FN Dual operator+(Dual x, Dual y) { return {x.a + y.a, x.d + y.d}; }
  friend RULE_FN Dual operator-(Dual x, Dual y) { return {x.a - y.a, x.d - y.d}; }
  friend RULE_FN Dual operator-(Dual x) { return {-x.a, -x.d}; }
  friend RULE_FN Dual operator*(Dual x, Dual y) { return {x.a * y.a, mul_add(x.a, y.d, x.d * y.a)}; }
  friend RULE_FN Dual operator/(Dual x, Dual y) {
    const V q = x.a / y.a;
    return {q, neg_mul_add(q, y.d, x.d) / y.a};
  }
  friend RULE_FN Dual mul_add(Dual x, Dual y, Dual z) {
    return {mul_add(x.a, y.a, z.a), mul_add(x.a, y.d, mul_add(x.d, y.a, z.d))};
  }
  friend RULE_FN Dual neg_mul_add(Dual x, Dual y, Dual z) {
    return {neg_mul_add(x.a, y.a, z.a), neg_mul_add(x.a, y.d, neg_mul_add(x.d, y.a, z.d))};
  }
  // At 0 the root has no derivative; a rule that gets there has p = 0 as well, and 0 is the tangent of its step.
  friend RULE_FN Dual sqrt(Dual x) {
    const V r = sqrt(x.a);
    return {r, where_positive(r, x.d / (r + r))};
  }
  friend RULE_FN Dual abs(Dual x) { return {abs(x.a), select_positive(x.a, x.d, -x.d)}; }
  friend RULE_FN Dual max(Dual x, Dual y) { return {max(x.a, y.a), select_positive(y.a - x.a, y.d, x.d)}; }
  friend RULE_FN Dual exp(Dual x) {
    const V e = exp(x.a);
    return {e, e * x.d};
  }
  friend RULE_FN Dual log(Dual x) { return {log(x.a), x.d / x.a}; }
  friend RULE_FN Dual expm1(Dual x) {
    const V e = expm1(x.a);
    return {e, mul_add(e, x.d, x.d)};
  }
  friend RULE_FN Dual log1p(Dual x) { return {log1p(x.a), x.d / (V(1.0) + x.a)}; }
  friend RULE_FN Dual where_positive(Dual test, Dual x) {
    return {where_positive(test.a, x.a), where_positive(test.a, x.d)};
  }
  friend RULE_FN Dual select_positive(Dual test, Dual yes, Dual no) {
    return {select_positive(test.a, yes.a, no.a), select_positive(test.a, yes.d, no.d)};
  }
};
