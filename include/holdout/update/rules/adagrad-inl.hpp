// AdaGrad: steps divided by the root of all squared gradients so far.
//
//   s ← s + g²
//   θ ← θ − γ g / (√(s + ε_in) + ε_out)
//
// Duchi, Hazan, Singer, JMLR 12, 2011, with diagonal matrices (figure 1); their δ is ε_out. The lecture has ε inside.
struct Adagrad {
  static constexpr update::RuleInfo<2> info{
      {"adagrad", "steps scaled by the sum of all squared gradients", "Duchi, Hazan, Singer, JMLR 12, 2011"},
      {update::kEpsilon, update::kEpsilonInsideRoot}};
  static constexpr int kStates = 1, kMemory = 0, kFactors = 3;
  static constexpr bool kAdaptive = true;

  template <class V>
  static RULE_FN void begin_step(V gamma, const V (&c)[2], V (&)[1], V (&k)[3]) {
    const auto& [epsilon, in_root] = c;
    k[0] = gamma;
    k[1] = epsilon * in_root;
    k[2] = epsilon * (V(1.0) - in_root);
  }

  template <class V>
  static RULE_FN void step(V& theta, V g, V (&state)[1], const V (&k)[3]) {
    V& s = state[0];
    const auto& [rate, inside, outside] = k;
    s = mul_add(g, g, s);
    theta = theta - over_root(rate * g, sqrt(s + inside) + outside);
  }

  template <class V>
  static RULE_FN V step_size(const V (&state)[1], const V (&k)[3]) {
    const auto& [rate, inside, outside] = k;
    return over_root(rate, sqrt(state[0] + inside) + outside);
  }
};
