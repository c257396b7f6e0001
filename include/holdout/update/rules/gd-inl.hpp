// Gradient descent: θ ← θ − γ g
//
// Cauchy, Comptes rendus 25, 1847, pp. 536–538.
struct Gd {
  static constexpr update::RuleInfo<0> info{{"gd", "plain gradient descent", "Cauchy, 1847"}, {}};
  static constexpr int kStates = 0, kMemory = 0, kFactors = 1;
  static constexpr bool kAdaptive = false;

  template <class V>
  static RULE_FN void begin_step(V gamma, const V (&)[1], V (&)[1], V (&k)[1]) {
    k[0] = gamma;
  }

  template <class V>
  static RULE_FN void step(V& theta, V g, V (&)[1], const V (&k)[1]) {
    theta = neg_mul_add(k[0], g, theta);
  }

  template <class V>
  static RULE_FN V step_size(const V (&)[1], const V (&k)[1]) {
    return k[0];
  }
};
