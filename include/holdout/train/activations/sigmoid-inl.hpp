// Logistic function: φ(z) = 1 / (1 + e^{−z}), φ′ = φ (1 − φ). Written in e^{−|z|}, which cannot overflow.
struct Sigmoid {
  static constexpr Info info{"sigmoid", "1 / (1 + e^{−z})", "Rumelhart, Hinton and Williams, Nature 323, 1986"};
  template <class V>
  static RULE_FN V value(V z) {
    const V t = exp(-abs(z));
    return select_positive(z, V(1.0), t) / (V(1.0) + t);
  }
  template <class V>
  static RULE_FN V slope(V a) {
    return a * (V(1.0) - a);
  }
  static double start(double inputs, double outputs) { return glorot(inputs, outputs); }
};
