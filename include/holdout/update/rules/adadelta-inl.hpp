// Adadelta: steps in the units of the parameters, from running means of squared gradients and of squared steps.
//
//   s ← ρ s + (1 − ρ) g²
//   Δ = √(d + ε) / √(s + ε) g
//   d ← ρ d + (1 − ρ) Δ²
//   θ ← θ − γ Δ
//
// Zeiler, arXiv:1212.5701, 2012, algorithm 1; there γ is 1. PyTorch and Keras multiply by γ as here. ε is under both
// roots in all three: it sets the size of the first steps, and without it nothing would ever move.
struct Adadelta {
  static constexpr update::RuleInfo<2> info{
      {"adadelta", "steps scaled by running means of squared gradients and squared steps",
       "Zeiler, arXiv:1212.5701, 2012"},
      {update::decay("rho", 0.9, "decay of both means"),
       update::real("epsilon", 1e-6, 1, "added under both roots: sets the size of the first steps")}};
  static constexpr int kStates = 2, kMemory = 0, kFactors = 4;
  static constexpr bool kAdaptive = true;

  template <class V>
  static RULE_FN void begin_step(V gamma, const V (&c)[2], V (&)[1], V (&k)[4]) {
    const auto& [rho, epsilon] = c;
    k[0] = rho;
    k[1] = V(1.0) - rho;
    k[2] = gamma;
    k[3] = epsilon;
  }

  // Two roots rather than one of the quotient, which floats cannot hold where gradients are large and steps small.
  template <class V>
  static RULE_FN void step(V& theta, V g, V (&state)[2], const V (&k)[4]) {
    auto& [s, d] = state;
    const auto& [rho, fresh, rate, epsilon] = k;
    s = mul_add(rho, s, fresh * (g * g));
    const V delta = over_root(sqrt(d + epsilon) * g, sqrt(s + epsilon));
    d = mul_add(rho, d, fresh * (delta * delta));
    theta = neg_mul_add(rate, delta, theta);
  }
};
