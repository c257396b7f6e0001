// Hinge loss of the support vector machine: L = max(0, 1 − y f), y = ±1; ∂L/∂f = −y where y f < 1, else 0.
//
// Cortes and Vapnik, Support-Vector Networks, Machine Learning 20, 1995.
struct Hinge {
  static constexpr LossInfo info{.info = {"hinge", "max(0, 1 − y f), y = ±1", "Cortes and Vapnik, 1995"},
                                 .classes = Classes::two,
                                 .link = Link::decision,
                                 .curvature = kUnbounded,
                                 .smooth = false};
  template <class V>
  static RULE_FN V value(V f, V y, V) {
    const V gap = neg_mul_add(y, f, V(1.0));
    return select_positive(-gap, V(0.0), gap);  // keeps a score that is not a number
  }
  template <class V>
  static RULE_FN V slope(V f, V y, V) {
    const V gap = neg_mul_add(y, f, V(1.0));
    return -y * where_positive(gap, V(1.0)) + V(0.0) * f;
  }
};
