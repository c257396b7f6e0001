// Which hold-out rows a search with many λ of their own does not look at: the guard rows, which tell whether what it
// gains on the others is real.
#pragma once

#include <cstdint>
#include <span>

#include <holdout/data/dataset.hpp>

namespace holdout::study {

struct GuardedRows {
  data::RowList measured, guard;  // in the order of the hold-out rows
};

/// Every third row is a guard row. Of rows in groups (data.split: group) whole groups are, as nearly a third of the
/// rows as that allows: large groups first, each to the part that lacks more of its share.
/// @param group  [row of the dataset], as data::Prepared::group
GuardedRows guarded_rows(const data::RowList& holdout, std::span<const std::uint32_t> group);

}  // namespace holdout::study
