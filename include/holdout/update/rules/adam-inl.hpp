// Adam: steps divided by a running root mean square of the gradient.
//
//   p ← β₁ p + (1 − β₁) g                        mean of gradients
//   s ← β₂ s + (1 − β₂) g²                       mean of squared gradients
//   θ ← θ − γ c₁ p / (√(c₂ s + ε_in) + ε_out)    cᵢ = 1/(1 − βᵢᵗ) with bias correction, else 1
//
// Kingma and Ba, Adam: A Method for Stochastic Optimization, ICLR 2015, algorithm 1 (their form: bias correction on,
// ε outside the root). The lecture's form is the default: no correction, ε inside the root.
struct Adam {
  static constexpr update::RuleInfo<5> info{
      {"adam", "steps scaled by running means of the gradient and its square", "Kingma and Ba, ICLR 2015"},
      {update::decay("beta1", 0.9, "decay of the mean of gradients"),
       update::decay("beta2", 0.999, "decay of the mean of squared gradients"), update::kEpsilon,
       update::kEpsilonInsideRoot, update::kBiasCorrection}};
  static constexpr int kStates = 2, kMemory = 2, kFactors = 8;
  static constexpr bool kAdaptive = true;

  // Once a step and lane, always in double: 1 − 0.999 in float would be wrong in the fifth digit. `powers` holds
  // 1 − βᵢᵗ as a recurrence from 0, so that no pow() is called and derivatives with respect to β pass through.
  // C and K may exceed what is used here: adamw adds to both.
  template <class V, int C, int K>
  static RULE_FN void begin_step(V gamma, const V (&c)[C], V (&powers)[2], V (&k)[K]) {
    const V &b1 = c[0], &b2 = c[1], &epsilon = c[2], &in_root = c[3], &on = c[4];
    powers[0] = mul_add(b1, powers[0], V(1.0) - b1);
    powers[1] = mul_add(b2, powers[1], V(1.0) - b2);
    k[0] = b1;
    k[1] = V(1.0) - b1;
    k[2] = b2;
    k[3] = V(1.0) - b2;
    k[4] = gamma * mul_add(on, V(1.0) / powers[0] - V(1.0), V(1.0));
    k[5] = mul_add(on, V(1.0) / powers[1] - V(1.0), V(1.0));
    k[6] = epsilon * in_root;
    k[7] = epsilon * (V(1.0) - in_root);
  }

  // Once a parameter. Adding an exact 0 or multiplying by an exact 1 changes no bit: one line serves both conventions.
  template <class V, int K>
  static RULE_FN void step(V& theta, V g, V (&state)[2], const V (&k)[K]) {
    auto& [p, s] = state;
    const V &b1 = k[0], &new1 = k[1], &b2 = k[2], &new2 = k[3], &rate = k[4], &c2 = k[5], &inside = k[6],
            &outside = k[7];
    p = mul_add(b1, p, new1 * g);
    s = mul_add(b2, s, new2 * (g * g));
    theta = theta - over_root(rate * p, sqrt(mul_add(c2, s, inside)) + outside);
  }

  template <class V, int K>
  static RULE_FN V step_size(const V (&state)[2], const V (&k)[K]) {
    return over_root(k[4], sqrt(mul_add(k[5], state[1], k[6])) + k[7]);
  }
};
