// Momentum, the heavy ball: steps remember the way so far.
//
//   p ← μ p + γ g
//   θ ← θ − p
//
// Polyak, Some methods of speeding up the convergence of iteration methods, USSR Computational Mathematics and
// Mathematical Physics 4, 1964. γ is inside p: where it changes over time, PyTorch's form (p ← μ p + g; θ ← θ − γ p)
// differs, at a constant γ it is the same.
struct Momentum {
  static constexpr update::RuleInfo<1> info{{"momentum", "steps that keep a share of the one before", "Polyak, 1964"},
                                            {update::decay("momentum", 0.9, "share of the last step that is kept")}};
  static constexpr int kStates = 1, kMemory = 0, kFactors = 2;
  static constexpr bool kAdaptive = false;
  static constexpr bool kKeepsStep = true;

  template <class V>
  static RULE_FN void begin_step(V gamma, const V (&c)[1], V (&)[1], V (&k)[2]) {
    k[0] = c[0];
    k[1] = gamma;
  }

  template <class V>
  static RULE_FN void step(V& theta, V g, V (&state)[1], const V (&k)[2]) {
    V& p = state[0];
    const auto& [mu, rate] = k;
    p = mul_add(mu, p, rate * g);
    theta = theta - p;
  }

  template <class V>
  static RULE_FN V step_size(const V (&)[1], const V (&k)[2]) {
    return k[1];
  }
};
