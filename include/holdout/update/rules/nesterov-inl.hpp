// Nesterov's accelerated gradient: momentum whose gradient is taken where the step before would lead.
//
//   g ← ∇J(θ − μ p)
//   p ← μ p + γ g
//   θ ← θ − p
//
// Nesterov, Soviet Mathematics Doklady 27, 1983; in this form Sutskever, Martens, Dahl, Hinton, ICML 2013, eqs. 3 and 4
// (their v is −p). What PyTorch keeps as θ is the look-ahead point θ − μ p.
struct Nesterov {
  static constexpr update::RuleInfo<1> info{
      {"nesterov", "momentum with the gradient taken ahead", "Nesterov, 1983; Sutskever et al., ICML 2013"},
      {update::decay("momentum", 0.9, "share of the last step that is kept")}};
  static constexpr int kStates = 1, kMemory = 0, kFactors = 2;
  static constexpr bool kAdaptive = false;
  static constexpr bool kKeepsStep = true;

  template <class V>
  static RULE_FN void begin_step(V gamma, const V (&c)[1], V (&memory)[1], V (&k)[2]) {
    Momentum::begin_step(gamma, c, memory, k);
  }

  // The point at which the gradient of this step is taken.
  template <class V>
  static RULE_FN V look_ahead(V theta, const V (&state)[1], const V (&k)[2]) {
    return neg_mul_add(k[0], state[0], theta);
  }

  template <class V>
  static RULE_FN void step(V& theta, V g, V (&state)[1], const V (&k)[2]) {
    Momentum::step(theta, g, state, k);
  }

  template <class V>
  static RULE_FN V step_size(const V (&)[1], const V (&k)[2]) {
    return k[1];
  }
};
