// What an update rule is: a name, a table of coefficients, and two functions over a number type V (rules/*-inl.hpp).
//
//   static constexpr RuleInfo<C> info;                   name, help, source, coefficients
//   static constexpr int kStates, kMemory, kFactors;     state per parameter, memory per lane, factors per lane
//   static constexpr bool kAdaptive;                     scales each coordinate by its own history
//   begin_step(V rate, const V (&c)[C], V (&memory)[M], V (&k)[K])    once a step and lane, always in double
//   step(V& theta, V g, V (&state)[S], const V (&k)[K])               once a step and parameter
//
// State and memory start at 0. Arrays have room(n) elements, as C++ has none of size 0. Optional: kDecay, the index of
// a factor that the caller puts at 0 for unpenalized parameters (intercepts); look_ahead(theta, state, k), the point at
// which the gradient is taken; step_size(state, k), what one unit of gradient moves a parameter after a step, for
// proximal penalties (rules without it do not take l1); kKeepsStep, if state[0] is what the last step took from theta.
// A rule touches each parameter alone (elementwise).
#pragma once

#include <array>
#include <span>

#include <holdout/base/settings.hpp>

namespace holdout::update {

/// Elements of an array for n coefficients, states, memories or factors.
constexpr int room(int n) { return n > 0 ? n : 1; }

/// No rule has more factors than this: kernels keep so many rows for them.
inline constexpr int kMaxFactors = 16;

/// A coefficient of a rule, one value a lane.
struct Coefficient {
  // decay: in [0, 1); real: in [0, max]; positive: in (0, max]; flag: false or true, 0 or 1 in a table
  enum class Kind { decay, real, positive, flag };
  std::string_view name;
  double value;  // default
  Kind kind;
  std::string_view help;
  double max = 1;
};

// How rules write their tables.
constexpr Coefficient decay(std::string_view name, double value, std::string_view help) {
  return {name, value, Coefficient::Kind::decay, help};
}
constexpr Coefficient real(std::string_view name, double value, double max, std::string_view help) {
  return {name, value, Coefficient::Kind::real, help, max};
}
constexpr Coefficient flag(std::string_view name, bool value, std::string_view help) {
  return {name, value ? 1.0 : 0.0, Coefficient::Kind::flag, help};
}

// The coefficients that several rules share; the defaults are the lecture's.
inline constexpr Coefficient kEpsilon = real("epsilon", 1e-8, 1, "keeps the division by the root finite");
inline constexpr Coefficient kEpsilonInsideRoot =
    flag("epsilon_inside_root", true, "divide by the root of s + epsilon, else by the root of s, plus epsilon");
inline constexpr Coefficient kBiasCorrection =
    flag("bias_correction", false, "divide running means by 1 - beta^t, as in the paper");

template <int N>
struct RuleInfo {
  Info info;
  std::array<Coefficient, N> coefficients;
};

/// A rule as the outside sees it.
struct RuleDescription {
  Info info;
  std::span<const Coefficient> coefficients;
  bool adaptive = false;  // scales each coordinate by its own history: `learning_rate: auto` does not apply
  bool proximal = false;  // has a step_size: takes l1
};

}  // namespace holdout::update
