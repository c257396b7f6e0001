// Nadam: Adam with Nesterov's momentum, the gradient counting once more where its mean is about to go.
//
//   p ← β₁ p + (1 − β₁) g
//   s ← β₂ s + (1 − β₂) g²
//   μₜ = β₁ (1 − ½ ωᵗ)                           momentum that rises from β₁ (1 − ω/2) to β₁
//   θ ← θ − γ (c′ μₜ₊₁ p + c (1 − μₜ) g) / (√(c₂ s + ε_in) + ε_out)
//   c = 1/(1 − μ₁ ⋯ μₜ), c′ = 1/(1 − μ₁ ⋯ μₜ₊₁), c₂ = 1/(1 − β₂ᵗ) with bias correction, else 1
//
// Dozat, Incorporating Nesterov Momentum into Adam, ICLR 2016 workshop, algorithm 2, in the form of PyTorch and Keras,
// whose p decays by β₁ where the paper's does by μₜ. With bias_correction on and epsilon_inside_root off it is
// PyTorch's NAdam for ω = 0.96^0.004 (its momentum_decay) and Keras's Nadam for ω = 0.96; ω = 0 has no schedule.
struct Nadam {
  static constexpr update::RuleInfo<6> info{
      {"nadam", "adam with Nesterov's momentum", "Dozat, ICLR 2016 workshop"},
      {update::decay("beta1", 0.9, "decay of the mean of gradients"),
       update::decay("beta2", 0.999, "decay of the mean of squared gradients"), update::kEpsilon,
       update::kEpsilonInsideRoot, update::kBiasCorrection,
       // 0.96^(1/250), the paper's and PyTorch's
       update::decay("momentum_warmup", 0.9998367253526753,
                     "momentum of step t is beta1 (1 - momentum_warmup^t / 2); 0.96 in Keras")}};
  static constexpr int kStates = 2, kMemory = 3, kFactors = 9;
  static constexpr bool kAdaptive = true;

  // Memory starts at 0, so it holds 1 − β₂ᵗ, 1 − ωᵗ and 1 − μ₁ ⋯ μₜ.
  template <class V>
  static RULE_FN void begin_step(V gamma, const V (&c)[6], V (&memory)[3], V (&k)[9]) {
    const auto& [b1, b2, epsilon, in_root, on, omega] = c;
    auto& [power, risen, share] = memory;
    const V one(1.0), half_b1 = V(0.5) * b1;
    power = mul_add(b2, power, one - b2);
    risen = mul_add(omega, risen, one - omega);
    const V mu = mul_add(half_b1, risen, half_b1);
    const V next = mul_add(half_b1, mul_add(omega, risen, one - omega), half_b1);
    share = mul_add(mu, share, one - mu);
    const V next_share = mul_add(next, share, one - next);
    k[0] = b1;
    k[1] = one - b1;
    k[2] = b2;
    k[3] = one - b2;
    k[4] = gamma * next * mul_add(on, one / next_share - one, one);
    k[5] = gamma * (one - mu) * mul_add(on, one / share - one, one);
    k[6] = mul_add(on, one / power - one, one);
    k[7] = epsilon * in_root;
    k[8] = epsilon * (one - in_root);
  }

  template <class V>
  static RULE_FN void step(V& theta, V g, V (&state)[2], const V (&k)[9]) {
    auto& [p, s] = state;
    const auto& [b1, new1, b2, new2, rate, rate_g, c2, inside, outside] = k;
    p = mul_add(b1, p, new1 * g);
    s = mul_add(b2, s, new2 * (g * g));
    theta = theta - over_root(mul_add(rate, p, rate_g * g), sqrt(mul_add(c2, s, inside)) + outside);
  }
};
