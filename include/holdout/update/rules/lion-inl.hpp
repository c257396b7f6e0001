// Lion: steps of one size, in the direction of the sign of a mix of gradient and momentum.
//
//   θ ← θ − γ ω θ                                ω = weight_decay
//   θ ← θ − γ sign(β₁ p + (1 − β₁) g)
//   p ← β₂ p + (1 − β₂) g
//
// Chen et al., Symbolic Discovery of Optimization Algorithms, NeurIPS 2023, algorithm 2. Their learning rates are 3 to
// 10 times smaller than AdamW's, their ω as many times larger.
struct Lion {
  static constexpr update::RuleInfo<3> info{
      {"lion", "the sign of a mix of gradient and momentum", "Chen et al., NeurIPS 2023"},
      {update::decay("beta1", 0.9, "share of the momentum in the mix"),
       update::decay("beta2", 0.99, "decay of the momentum"),
       update::real("weight_decay", 0, 100, "share of the weights that a step takes away, per learning rate")}};
  static constexpr int kStates = 1, kMemory = 0, kFactors = 6;
  static constexpr int kDecay = 5;
  static constexpr bool kAdaptive = true;  // a step does not grow with the gradient

  template <class V>
  static RULE_FN void begin_step(V gamma, const V (&c)[3], V (&)[1], V (&k)[6]) {
    k[0] = c[0];
    k[1] = V(1.0) - c[0];
    k[2] = c[1];
    k[3] = V(1.0) - c[1];
    k[4] = gamma;
    k[kDecay] = gamma * c[2];
  }

  // 1, −1, or 0 for 0; its tangent is 0 everywhere. What is not finite becomes NaN: divergence must be seen.
  template <class V>
  static RULE_FN V sign(V x) {
    return select_positive(x, V(1.0), select_positive(-x, V(-1.0), V(0.0))) + (x - x);
  }

  template <class V>
  static RULE_FN void step(V& theta, V g, V (&state)[1], const V (&k)[6]) {
    V& p = state[0];
    const auto& [b1, new1, b2, new2, rate, decay] = k;
    theta = neg_mul_add(decay, theta, theta);
    theta = neg_mul_add(rate, sign(mul_add(b1, p, new1 * g)), theta);
    p = mul_add(b2, p, new2 * g);
  }
};
