// Squared loss: L = ½ (y − f)², ∂L/∂f = f − y.
struct Squared {
  static constexpr Info info{"squared", "½ (y − f)²"};
  template <class V>
  static RULE_FN V value(V f, V y) {
    const V r = f - y;
    return V(0.5) * r * r;
  }
  template <class V>
  static RULE_FN V slope(V f, V y) {
    return f - y;
  }
};
