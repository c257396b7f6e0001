// How certain a mean over folds is.
#pragma once

#include <optional>
#include <span>

namespace holdout::report {

/// Standard error of the mean of k folds' errors, s / √k. Of repeated k-fold the root of the mean of s² / k over the
/// repetitions: they measure the same rows again, and rows are what makes the mean certain.
/// @param values   [fold], one repetition behind the other
/// @param repeats  divides their number
/// @return nothing for fewer than two folds, or where it is not finite
std::optional<double> fold_error(std::span<const double> values, std::size_t repeats);

}  // namespace holdout::report
