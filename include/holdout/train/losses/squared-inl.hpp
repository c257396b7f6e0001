// Squared loss: L = ½ (y − f)², ∂L/∂f = f − y.
struct Squared {
  static constexpr LossInfo info{.info = {"squared", "½ (y − f)²"},
                                 .classes = Classes::none,
                                 .link = Link::identity,
                                 .curvature = 1,
                                 .quadratic = true};
  template <class V>
  static RULE_FN V value(V f, V y, V) {
    const V r = f - y;
    return V(0.5) * r * r;
  }
  template <class V>
  static RULE_FN V slope(V f, V y, V) {
    return f - y;
  }
};
