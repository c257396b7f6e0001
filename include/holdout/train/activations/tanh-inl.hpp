// Hyperbolic tangent, φ′ = 1 − φ². Written in e^{−2|z|} − 1, which neither overflows nor cancels.
struct Tanh {
  static constexpr Info info{"tanh", "hyperbolic tangent", "LeCun, Bottou, Orr and Müller, Efficient BackProp, 1998"};
  template <class V>
  static RULE_FN V value(V z) {
    const V e = expm1(V(-2.0) * abs(z)), t = -e / (e + V(2.0));
    return select_positive(z, t, -t);
  }
  template <class V>
  static RULE_FN V slope(V a) {
    return (V(1.0) - a) * (V(1.0) + a);
  }
  static double start(double inputs, double outputs) { return glorot(inputs, outputs); }
};
