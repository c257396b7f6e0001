// What an update rule is: a name, a table of coefficients, and two functions over a number type V (rules/*-inl.hpp).
//
//   static constexpr RuleInfo<C> info;                   name, help, source, coefficients
//   static constexpr int kStates, kMemory, kFactors;     state per parameter, memory per lane, factors per lane
//   begin_step(V rate, const V (&c)[C], V (&memory)[M], V (&k)[K])    once a step and lane, always in double
//   step(V& theta, V g, V (&state)[S], const V (&k)[K])               once a step and parameter
//
// Optional: kDecay, the index of a factor that is 0 for unpenalized parameters (intercepts); look_ahead(theta, state, k),
// the point at which the gradient is taken. A rule touches each parameter alone (elementwise).
#pragma once

#include <array>
#include <span>

#include <holdout/base/settings.hpp>

namespace holdout::update {

/// A coefficient of a rule, one value a lane.
struct Coefficient {
  enum class Kind { decay, real, flag };  // decay: in [0, 1); real: in [0, max]; flag: false or true, 0 or 1 in a table
  std::string_view name;
  double value;  // default
  Kind kind;
  std::string_view help;
  double max = 1;
};

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
};

}  // namespace holdout::update
