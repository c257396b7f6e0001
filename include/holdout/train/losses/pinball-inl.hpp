// Pinball loss of the q-quantile: L = q (y − f) where y > f, else (1 − q) (f − y); ∂L/∂f = −q or 1 − q, 0 where they
// are equal. Its minimum is a conditional q-quantile; q = ½ is half of the absolute loss.
//
// Koenker and Bassett, Regression Quantiles, Econometrica 46, 1978.
struct Pinball {
  static constexpr update::Coefficient quantile{"quantile", 0.5, update::Coefficient::Kind::positive,
                                                "share of the targets that should lie below the prediction", 1};
  static constexpr LossInfo info{.info = {"pinball", "q (y − f) where y > f, (1 − q) (f − y) elsewhere: a q-quantile",
                                          "Koenker and Bassett, 1978"},
                                 .classes = Classes::none,
                                 .link = Link::identity,
                                 .curvature = kUnbounded,
                                 .smooth = false,
                                 .coefficient = quantile};
  template <class V>
  static RULE_FN V value(V f, V y, V q) {
    const V r = f - y;
    return select_positive(r, (V(1.0) - q) * r, -(q * r));  // keeps a score that is not a number
  }
  template <class V>
  static RULE_FN V slope(V f, V y, V q) {
    const V r = f - y;
    return where_positive(r, V(1.0) - q) - where_positive(-r, q) + V(0.0) * r;
  }
};
