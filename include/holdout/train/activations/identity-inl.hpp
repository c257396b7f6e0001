// φ(z) = z: a linear model in more parameters.
struct Identity {
  static constexpr Info info{"identity", "z: a linear model in more parameters"};
  template <class V>
  static RULE_FN V value(V z) {
    return z;
  }
  template <class V>
  static RULE_FN V slope(V) {
    return V(1.0);
  }
  static double start(double inputs, double outputs) { return glorot(inputs, outputs); }
};
