// The family of update rules, as settings and for plain numbers.
#pragma once

#include <span>
#include <vector>

#include <holdout/update/rule.hpp>

namespace holdout::update {

/// All rules, in the order of the list in rules-inl.hpp.
std::span<const RuleDescription> rules();

/// A study's choice of a rule, with its coefficients.
class RuleChoice final : public Choice {
 public:
  RuleChoice();  // the first rule of the list, at its defaults
  std::span<const Info> alternatives() const override;
  std::size_t selected() const override { return rule_; }
  void select(std::size_t alternative) override;
  void fields(FieldVisitor& f) override;

  const RuleDescription& rule() const { return rules()[rule_]; }
  std::span<const double> coefficients() const { return coefficients_; }  // in the order of the rule's table

 private:
  std::size_t rule_ = 0;
  std::vector<double> coefficients_;
};

}  // namespace holdout::update
