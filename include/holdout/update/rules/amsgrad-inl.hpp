// AMSGrad: Adam that divides by the largest running mean of squared gradients so far, so that its steps cannot grow.
//
//   p ← β₁ p + (1 − β₁) g
//   s ← β₂ s + (1 − β₂) g²
//   ŝ ← max(ŝ, s)
//   θ ← θ − γ c₁ p / (√(c₂ ŝ + ε_in) + ε_out)    cᵢ as in adam
//
// Reddi, Kale, Kumar, On the Convergence of Adam and Beyond, ICLR 2018, algorithm 2, which has neither correction nor
// ε. The maximum is of what is not yet corrected: PyTorch's form (Adam(amsgrad=True)) with bias_correction on and
// epsilon_inside_root off.
struct Amsgrad {
  static constexpr update::RuleInfo<5> info{{"amsgrad", "adam scaled by the largest mean of squared gradients so far",
                                             "Reddi, Kale, Kumar, ICLR 2018, algorithm 2"},
                                            Adam::info.coefficients};
  static constexpr int kStates = Adam::kStates + 1, kMemory = Adam::kMemory, kFactors = Adam::kFactors;
  static constexpr bool kAdaptive = true;

  template <class V>
  static RULE_FN void begin_step(V gamma, const V (&c)[5], V (&powers)[2], V (&k)[kFactors]) {
    Adam::begin_step(gamma, c, powers, k);
  }

  template <class V>
  static RULE_FN void step(V& theta, V g, V (&state)[kStates], const V (&k)[kFactors]) {
    auto& [p, s, top] = state;
    const auto& [b1, new1, b2, new2, rate, c2, inside, outside] = k;
    p = mul_add(b1, p, new1 * g);
    s = mul_add(b2, s, new2 * (g * g));
    top = max(top, s);
    theta = theta - over_root(rate * p, sqrt(mul_add(c2, top, inside)) + outside);
  }

  template <class V>
  static RULE_FN V step_size(const V (&state)[kStates], const V (&k)[kFactors]) {
    return over_root(k[4], sqrt(mul_add(k[5], state[2], k[6])) + k[7]);
  }
};
