// Huber loss, r = f − y: L = ½ r² where |r| ≤ δ, δ (|r| − ½ δ) beyond; ∂L/∂f = r cut to [−δ, δ].
//
// Huber, Robust Estimation of a Location Parameter, Annals of Mathematical Statistics 35, 1964.
struct Huber {
  static constexpr update::Coefficient delta{"delta", 1, update::Coefficient::Kind::positive,
                                             "residual from which the loss grows linearly, in units of the target",
                                             1e300};
  static constexpr LossInfo info{.info = {"huber", "½ (y − f)² up to |y − f| = δ, then linear", "Huber, 1964"},
                                 .classes = Classes::none,
                                 .link = Link::identity,
                                 .curvature = 1,
                                 .coefficient = delta};
  template <class V>
  static RULE_FN V value(V f, V y, V delta) {
    const V size = abs(f - y), inside = select_positive(size - delta, delta, size);
    return V(0.5) * inside * inside + delta * (size - inside);
  }
  template <class V>
  static RULE_FN V slope(V f, V y, V delta) {
    const V r = f - y, size = abs(r), inside = select_positive(size - delta, delta, size);
    return select_positive(r, inside, -inside);
  }
};
