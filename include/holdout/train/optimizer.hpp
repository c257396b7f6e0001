// What takes a training to its end: an update rule, or a solver that finds the minimum of J by itself.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include <holdout/update/rules.hpp>

namespace holdout::train {

/// Infos of all solvers, in the order in which OptimizerChoice has them behind the rules.
std::span<const Info> solvers();
bool solver_takes_l1(std::size_t solver);

/// `training.optimizer:` the update rules, then the solvers.
class OptimizerChoice final : public Choice {
 public:
  std::span<const Info> alternatives() const override;
  std::size_t selected() const override;
  void select(std::size_t alternative) override;
  void fields(FieldVisitor& f) override;

  /// Takes no learning rate, batch size or epochs.
  bool is_solver() const { return solver_.has_value(); }
  /// The rule; null for a solver.
  const update::RuleDescription* rule() const { return solver_ ? nullptr : &rule_.rule(); }
  /// Whether a model with l1 can be trained with it.
  bool takes_l1() const { return solver_ ? solver_takes_l1(*solver_) : rule_.rule().proximal; }
  /// The rule with its coefficients; not for a solver.
  const update::RuleChoice& rule_choice() const { return rule_; }
  /// Of the rule, in the order of its table; empty for a solver.
  std::span<const double> coefficients() const;

 private:
  update::RuleChoice rule_;
  std::optional<std::size_t> solver_;
};

}  // namespace holdout::train
