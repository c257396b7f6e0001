// Poisson loss with the log link: L = e^f − y f, ∂L/∂f = e^f − y; the negative log-likelihood of a count y of mean e^f
// but for log y!, which no model changes.
//
// McCullagh and Nelder, Generalized Linear Models, 1989, § 6.2.
struct Poisson {
  static constexpr LossInfo info{.info = {"poisson", "e^f − y f, for counts y ≥ 0 of mean e^f",
                                          "McCullagh and Nelder, Generalized Linear Models, 1989"},
                                 .classes = Classes::none,
                                 .link = Link::log,
                                 .curvature = kUnbounded};
  template <class V>
  static RULE_FN V value(V f, V y, V) {
    return neg_mul_add(y, f, exp(f));
  }
  template <class V>
  static RULE_FN V slope(V f, V y, V) {
    return exp(f) - y;
  }
};
