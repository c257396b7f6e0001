// An update rule at work on plain numbers: what the gradient search on log λ steps with. The lanes of a training have
// the same rules in a kernel (src/train/kernels/update.cpp), with the same bits.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <holdout/update/rules.hpp>

namespace holdout::update {

/// One rule, its coefficients, and what it remembers of its steps. A value: a copy goes its own way.
class Stepper {
 public:
  /// @param choice     the rule and its coefficients, which its fields keep in range
  /// @param dimension  parameters; a rule treats each alone
  /// @param penalized  parameters [0, penalized) take the rule's weight decay, if it has one, the others never do
  Stepper(const RuleChoice& choice, std::size_t dimension,
          std::size_t penalized = std::numeric_limits<std::size_t>::max());

  /// Where the gradient of the next step is to be taken: theta itself for all rules but nesterov.
  /// @param theta, rate  as for the step to come; theta: [dimension]
  std::vector<double> look_ahead(std::span<const double> theta, double rate) const;

  /// One step.
  /// @param theta     [dimension], replaced
  /// @param gradient  [dimension], taken at look_ahead(theta, rate)
  /// @param rate      learning rate γ of this step, ≥ 0
  void step(std::span<double> theta, std::span<const double> gradient, double rate);

 private:
  std::size_t rule_, dimension_, penalized_;
  std::vector<double> coefficients_, memory_;
  std::vector<double> state_;  // [parameter][state]
};

}  // namespace holdout::update
