// Rectifier: φ(z) = max(z, 0), φ′(0) = 0. Nair and Hinton, ICML 2010.
struct Relu {
  static constexpr Info info{"relu", "max(z, 0)", "Nair and Hinton, ICML 2010"};
  // z · 0, not 0: what is not a number stays so, and a lane that diverged shows it.
  template <class V>
  static RULE_FN V value(V z) {
    return select_positive(z, z, z * V(0.0));
  }
  template <class V>
  static RULE_FN V slope(V a) {
    return select_positive(a, V(1.0), V(0.0));
  }
  // Half of the units are 0, hence twice Glorot's variance. He, Zhang, Ren and Sun, ICCV 2015, equation 10.
  static double start(double inputs, double) { return std::sqrt(6 / inputs); }
};
