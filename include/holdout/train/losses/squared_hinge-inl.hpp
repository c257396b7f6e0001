// Squared hinge loss: L = max(0, 1 − y f)², y = ±1; ∂L/∂f = −2 y max(0, 1 − y f).
//
// Chapelle, Training a Support Vector Machine in the Primal, Neural Computation 19, 2007 (as LIBLINEAR's L2-loss).
struct SquaredHinge {
  static constexpr LossInfo info{.info = {"squared_hinge", "max(0, 1 − y f)², y = ±1", "Chapelle, 2007"},
                                 .classes = Classes::two,
                                 .link = Link::decision,
                                 .curvature = 2};
  template <class V>
  static RULE_FN V value(V f, V y, V) {
    const V gap = above(f, y);
    return gap * gap;
  }
  template <class V>
  static RULE_FN V slope(V f, V y, V) {
    return V(-2.0) * y * above(f, y);
  }

 private:
  template <class V>
  static RULE_FN V above(V f, V y) {
    const V gap = neg_mul_add(y, f, V(1.0));
    return select_positive(-gap, V(0.0), gap);  // keeps a score that is not a number
  }
};
