#include <holdout/update/rules.hpp>

#include <array>
#include <cassert>

#include <holdout/update/plain.hpp>

#include "coefficients.hpp"

namespace holdout::update {
namespace {

template <class... Rules>
constexpr auto describe(std::tuple<Rules...>) {
  return std::array{RuleDescription{Rules::info.info, Rules::info.coefficients, Rules::kAdaptive, kProximal<Rules>}...};
}
template <class... Rules>
constexpr auto names(std::tuple<Rules...>) {
  return std::array{Rules::info.info...};
}
constexpr auto kDescriptions = describe(RuleTuple());
constexpr auto kInfos = names(RuleTuple());

}  // namespace

std::span<const RuleDescription> rules() { return kDescriptions; }

RuleChoice::RuleChoice() { select(0); }

std::span<const Info> RuleChoice::alternatives() const { return kInfos; }

void RuleChoice::select(std::size_t alternative) {
  assert(alternative < kDescriptions.size());
  rule_ = alternative;
  coefficients_ = defaults(rule().coefficients);
}

void RuleChoice::fields(FieldVisitor& f) { visit(f, rule().coefficients, coefficients_); }

}  // namespace holdout::update
