// Losses for plain doubles and dual numbers of them: the same text that the SIMD kernels compile.
#pragma once

#include <tuple>
#include <utility>

#include <holdout/train/loss.hpp>
#include <holdout/update/plain.hpp>

#define RULE_FN inline
namespace holdout::train::plain {
using update::abs, update::exp, update::log, update::log1p, update::max, update::mul_add, update::neg_mul_add;
using update::read, update::select_positive, update::where_positive, update::write;
#include <holdout/train/losses-inl.hpp>
}  // namespace holdout::train::plain
#undef RULE_FN
