// Logistic loss: L = log(1 + e^{−m}), m = y f the margin, y = ±1; ∂L/∂f = −y / (1 + e^{m}).
//
// Written in e^{−|m|}, which cannot overflow: L = log1p(e^{−|m|}) + max(−m, 0), and 1/(1 + e^{m}) is e^{−m}/(1 +
// e^{−m}) where m is positive.
struct Logistic {
  static constexpr LossInfo info{.info = {"logistic", "log(1 + e^{−y f}), y = ±1"},
                                 .classes = Classes::two,
                                 .link = Link::odds,
                                 .curvature = 0.25};
  template <class V>
  static RULE_FN V value(V f, V y, V) {
    const V m = y * f;
    return log1p(exp(-abs(m))) + max(-m, V(0.0));
  }
  template <class V>
  static RULE_FN V slope(V f, V y, V) {
    const V m = y * f, t = exp(-abs(m));
    return -y * (select_positive(m, t, V(1.0)) / (V(1.0) + t));
  }
};
