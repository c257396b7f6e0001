// Adamax: Adam with a decaying maximum in place of the root mean square.
//
//   p ← β₁ p + (1 − β₁) g
//   u ← max(β₂ u, |g| + ε_in)
//   θ ← θ − γ c₁ p / (u + ε_out)                 c₁ = 1/(1 − β₁ᵗ) with bias correction, else 1
//
// Kingma and Ba, Adam: A Method for Stochastic Optimization, ICLR 2015, § 7.1, algorithm 2 (bias correction on, no ε).
// PyTorch has ε inside the maximum, Keras outside. A maximum needs no correction of its own. Its tangent is that of the
// larger, of equals that of the old; |g| falls at 0 (numbers-inl.hpp).
struct Adamax {
  static constexpr update::RuleInfo<5> info{
      {"adamax", "adam scaled by a decaying maximum of gradients", "Kingma and Ba, ICLR 2015, algorithm 2"},
      {update::decay("beta1", 0.9, "decay of the mean of gradients"),
       update::decay("beta2", 0.999, "decay of the maximum of gradients"),
       update::real("epsilon", 1e-8, 1, "keeps the division by the maximum finite"),
       update::flag("epsilon_inside_max", true, "maximum of |g| + epsilon, else epsilon is added to the maximum"),
       update::kBiasCorrection}};
  static constexpr int kStates = 2, kMemory = 1, kFactors = 6;
  static constexpr bool kAdaptive = true;

  template <class V>
  static RULE_FN void begin_step(V gamma, const V (&c)[5], V (&memory)[1], V (&k)[6]) {
    const auto& [b1, b2, epsilon, in_max, on] = c;
    V& power = memory[0];  // 1 − β₁ᵗ, as in adam
    power = mul_add(b1, power, V(1.0) - b1);
    k[0] = b1;
    k[1] = V(1.0) - b1;
    k[2] = b2;
    k[3] = gamma * mul_add(on, V(1.0) / power - V(1.0), V(1.0));
    k[4] = epsilon * in_max;
    k[5] = epsilon * (V(1.0) - in_max);
  }

  template <class V>
  static RULE_FN void step(V& theta, V g, V (&state)[2], const V (&k)[6]) {
    auto& [p, u] = state;
    const auto& [b1, new1, b2, rate, inside, outside] = k;
    p = mul_add(b1, p, new1 * g);
    u = max(b2 * u, abs(g) + inside);
    theta = theta - over_root(rate * p, u + outside);
  }
};
