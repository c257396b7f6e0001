// AdamW: Adam whose weight decay does not pass through the gradient.
//
//   θ ← θ − γ ω θ        ω = weight_decay
//   then Adam's step
//
// Loshchilov and Hutter, Decoupled Weight Decay Regularization, ICLR 2019, algorithm 2, with their schedule multiplier
// in γ and PyTorch's scale of ω (theirs is γ ω). ε and bias correction as in adam: with weight_decay 0 it is adam.
struct Adamw {
  static constexpr update::RuleInfo<6> info{
      {"adamw", "adam with decoupled weight decay", "Loshchilov and Hutter, ICLR 2019"},
      {update::decay("beta1", 0.9, "decay of the mean of gradients"),
       update::decay("beta2", 0.999, "decay of the mean of squared gradients"), update::kEpsilon,
       update::kEpsilonInsideRoot, update::kBiasCorrection,
       // 100 at a learning rate of 0.01 already puts every weight to 0 in one step.
       update::real("weight_decay", 0.01, 100, "share of the weights that a step takes away, per learning rate")}};
  static constexpr int kStates = Adam::kStates, kMemory = Adam::kMemory, kFactors = Adam::kFactors + 1;
  static constexpr int kDecay = Adam::kFactors;
  static constexpr bool kAdaptive = true;

  template <class V>
  static RULE_FN void begin_step(V gamma, const V (&c)[6], V (&powers)[2], V (&k)[kFactors]) {
    Adam::begin_step(gamma, c, powers, k);
    k[kDecay] = gamma * c[5];
  }

  template <class V>
  static RULE_FN void step(V& theta, V g, V (&state)[2], const V (&k)[kFactors]) {
    theta = neg_mul_add(k[kDecay], theta, theta);
    Adam::step(theta, g, state, k);
  }
};
