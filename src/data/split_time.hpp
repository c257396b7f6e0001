// Splits by time: what is measured always lies behind what trained.
#pragma once

#include "split.hpp"

namespace holdout::data {

/// Forward chaining. The n rows, in order, end in `folds` parts of ⌊n / (folds + 1)⌋ rows, each of which measures a
/// model of rows before it: the sizes, and what a gap in rows takes away, are those of scikit-learn's TimeSeriesSplit.
/// Rows of equal time stay together: an end of a part that falls among them goes to the nearer end of theirs (of two as
/// near, to the earlier one). The test part is the last share of all rows, behind all folds; the tuned model leaves its
/// gap in front of that too.
/// @param rows  of the dataset, ascending: those that are split
/// @throws Error naming the setting if times are too few, or the gap leaves nothing to train on
Split split_by_time(const RowList& rows, const SplitSettings& settings, const SplitKeys& keys);

}  // namespace holdout::data
