// RMSprop: steps divided by the root of a running mean of squared gradients.
//
//   s ← β s + (1 − β) g²
//   θ ← θ − γ g / (√(s + ε_in) + ε_out)
//
// Tieleman and Hinton, Neural Networks for Machine Learning, lecture 6.5, Coursera 2012.
struct Rmsprop {
  static constexpr update::RuleInfo<3> info{{"rmsprop", "steps scaled by a running mean of squared gradients",
                                             "Tieleman and Hinton, Coursera 2012, lecture 6.5"},
                                            {update::decay("beta", 0.9, "decay of the mean of squared gradients"),
                                             update::kEpsilon, update::kEpsilonInsideRoot}};
  static constexpr int kStates = 1, kMemory = 0, kFactors = 5;
  static constexpr bool kAdaptive = true;

  template <class V>
  static RULE_FN void begin_step(V gamma, const V (&c)[3], V (&)[1], V (&k)[5]) {
    const auto& [beta, epsilon, in_root] = c;
    k[0] = beta;
    k[1] = V(1.0) - beta;
    k[2] = gamma;
    k[3] = epsilon * in_root;
    k[4] = epsilon * (V(1.0) - in_root);
  }

  template <class V>
  static RULE_FN void step(V& theta, V g, V (&state)[1], const V (&k)[5]) {
    V& s = state[0];
    const auto& [beta, fresh, rate, inside, outside] = k;
    s = mul_add(beta, s, fresh * (g * g));
    theta = theta - over_root(rate * g, sqrt(s + inside) + outside);
  }

  template <class V>
  static RULE_FN V step_size(const V (&state)[1], const V (&k)[5]) {
    const auto& [beta, fresh, rate, inside, outside] = k;
    return over_root(rate, sqrt(state[0] + inside) + outside);
  }
};
