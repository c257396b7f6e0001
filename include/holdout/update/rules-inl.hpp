// The update rules, each written once over a number type V. A new rule is a file in rules/, its include, and its name
// in RuleTuple.
//
// No include guard: update/plain.hpp includes this file for plain numbers, and the update kernel does once for each
// SIMD target, after the operations (numbers-inl.hpp, src/train/lanes-inl.hpp), with RULE_FN defined as HWY_INLINE.
// Wants <tuple>, <utility> and <holdout/update/rule.hpp> before it.

// x / root for rules that divide by a root. A root of 0 needs ε = 0 and a parameter that never had a gradient; then
// x is 0 too, and so are the step and its tangent. NaN in x or root stays NaN: divergence must be seen.
template <class V>
RULE_FN V over_root(V x, V root) {
  return select_positive(root, x / root, x * root);
}

#include <holdout/update/rules/adadelta-inl.hpp>
#include <holdout/update/rules/adagrad-inl.hpp>
#include <holdout/update/rules/adam-inl.hpp>
#include <holdout/update/rules/adamax-inl.hpp>
#include <holdout/update/rules/adamw-inl.hpp>
#include <holdout/update/rules/amsgrad-inl.hpp>
#include <holdout/update/rules/gd-inl.hpp>
#include <holdout/update/rules/lion-inl.hpp>
#include <holdout/update/rules/momentum-inl.hpp>
#include <holdout/update/rules/nadam-inl.hpp>
#include <holdout/update/rules/nesterov-inl.hpp>
#include <holdout/update/rules/rmsprop-inl.hpp>

using RuleTuple =
    std::tuple<Gd, Momentum, Nesterov, Adagrad, Rmsprop, Adam, Adamw, Adadelta, Amsgrad, Adamax, Nadam, Lion>;

/// Sizes of the arrays that Rule's functions take: room(n) each.
template <class Rule>
struct RuleSizes {
  static constexpr int coefficients = update::room(static_cast<int>(Rule::info.coefficients.size()));
  static constexpr int states = update::room(Rule::kStates);
  static constexpr int memory = update::room(Rule::kMemory);
  static constexpr int factors = update::room(Rule::kFactors);
  static_assert(Rule::kFactors <= update::kMaxFactors, "kernels keep kMaxFactors rows of factors");
};

/// Whether the rule's gradient is taken at another point than theta.
template <class Rule>
inline constexpr bool kLooksAhead = requires(double theta, const double (&state)[RuleSizes<Rule>::states],
                                             const double (&k)[RuleSizes<Rule>::factors]) {
  Rule::look_ahead(theta, state, k);
};

/// Whether the rule can be followed by a proximal step.
template <class Rule>
inline constexpr bool kProximal = requires(const double (&state)[RuleSizes<Rule>::states],
                                           const double (&k)[RuleSizes<Rule>::factors]) {
  Rule::step_size(state, k);
};

/// Whether state[0] is what the last step took from theta.
template <class Rule>
inline constexpr bool kKeepsStep = requires {
  Rule::kKeepsStep;
};

/// Index of the factor that is 0 for unpenalized parameters, or −1.
template <class Rule>
inline constexpr int kDecayFactor = [] {
  if constexpr (requires { Rule::kDecay; })
    return Rule::kDecay;
  else
    return -1;
}();

template <class F, std::size_t... I>
RULE_FN void with_rule(std::size_t rule, F f, std::index_sequence<I...>) {
  (void)((I == rule && (f(std::tuple_element_t<I, RuleTuple>()), true)) || ...);
}

/// f(Rule()) for the rule at this place of the list. In kernels the lambda needs HWY_ATTR.
template <class F>
RULE_FN void with_rule(std::size_t rule, F f) {
  with_rule(rule, f, std::make_index_sequence<std::tuple_size_v<RuleTuple>>());
}
