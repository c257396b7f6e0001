// Absolute loss: L = |y − f|, ∂L/∂f = sign(f − y), 0 where they are equal. Its minimum is a conditional median.
//
// Koenker and Bassett, Regression Quantiles, Econometrica 46, 1978.
struct Absolute {
  static constexpr LossInfo info{.info = {"absolute", "|y − f|, little moved by outliers", "Koenker and Bassett, 1978"},
                                 .classes = Classes::none,
                                 .link = Link::identity,
                                 .curvature = kUnbounded,
                                 .smooth = false};
  template <class V>
  static RULE_FN V value(V f, V y, V) {
    return abs(f - y);
  }
  template <class V>
  static RULE_FN V slope(V f, V y, V) {
    const V r = f - y;  // + 0 · r: a score that is not a number has no slope
    return where_positive(r, V(1.0)) - where_positive(-r, V(1.0)) + V(0.0) * r;
  }
};
