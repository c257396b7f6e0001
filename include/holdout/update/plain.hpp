// Numbers and update rules for plain doubles and dual numbers of them: the same text that the SIMD kernels compile.
#pragma once

#include <cmath>
#include <cstddef>
#include <tuple>
#include <utility>

#include <holdout/base/number.hpp>
#include <holdout/update/rule.hpp>

#define RULE_FN inline
namespace holdout::update {
#include <holdout/update/numbers-inl.hpp>
#include <holdout/update/rules-inl.hpp>
}  // namespace holdout::update
#undef RULE_FN
