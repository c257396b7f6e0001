#include <holdout/update/stepper.hpp>

#include <algorithm>
#include <cassert>

#include <holdout/update/plain.hpp>

namespace holdout::update {
namespace {

template <int N>
using Array = double[N];

template <int N>
void load(Array<N>& to, const double* from) {
  for (double& x : to) x = *from++;
}

// Factors of a step; memory goes on by one step.
template <class Rule, class Sizes = RuleSizes<Rule>>
void begin(double rate, const double* coefficients, Array<Sizes::memory>& memory, Array<Sizes::factors>& k) {
  Array<Sizes::coefficients> c;
  load(c, coefficients);
  Rule::begin_step(rate, c, memory, k);
}

}  // namespace

Stepper::Stepper(const RuleChoice& choice, std::size_t dimension, std::size_t penalized)
    : rule_(choice.selected()), dimension_(dimension), penalized_(penalized) {
  with_rule(rule_, [&](auto rule) {
    using Sizes = RuleSizes<decltype(rule)>;
    coefficients_.assign(choice.coefficients().begin(), choice.coefficients().end());
    coefficients_.resize(Sizes::coefficients);
    memory_.resize(Sizes::memory);
    state_.resize(Sizes::states * dimension_);
  });
}

std::vector<double> Stepper::look_ahead(std::span<const double> theta, double rate) const {
  assert(theta.size() == dimension_);
  std::vector<double> point(theta.begin(), theta.end());
  with_rule(rule_, [&](auto rule) {
    using Rule = decltype(rule);
    using Sizes = RuleSizes<Rule>;
    if constexpr (kLooksAhead<Rule>) {
      Array<Sizes::memory> memory;
      Array<Sizes::factors> k;
      Array<Sizes::states> state;
      load(memory, memory_.data());
      begin<Rule>(rate, coefficients_.data(), memory, k);
      for (std::size_t i = 0; i < dimension_; ++i) {
        load(state, &state_[i * Sizes::states]);
        point[i] = Rule::look_ahead(theta[i], state, k);
      }
    }
  });
  return point;
}

void Stepper::step(std::span<double> theta, std::span<const double> gradient, double rate) {
  assert(theta.size() == dimension_ && gradient.size() == dimension_);
  with_rule(rule_, [&](auto rule) {
    using Rule = decltype(rule);
    using Sizes = RuleSizes<Rule>;
    Array<Sizes::memory> memory;
    Array<Sizes::factors> k;
    Array<Sizes::states> state;
    load(memory, memory_.data());
    begin<Rule>(rate, coefficients_.data(), memory, k);
    std::copy(std::begin(memory), std::end(memory), memory_.begin());
    for (std::size_t i = 0; i < dimension_; ++i) {
      if constexpr (kDecayFactor<Rule> >= 0)
        if (i == penalized_) k[kDecayFactor<Rule>] = 0;
      load(state, &state_[i * Sizes::states]);
      Rule::step(theta[i], gradient[i], state, k);
      std::copy(std::begin(state), std::end(state), state_.begin() + static_cast<std::ptrdiff_t>(i * Sizes::states));
    }
  });
}

}  // namespace holdout::update
