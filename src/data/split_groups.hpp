// Splits that keep groups of rows together: all rows of a patient, a document or a machine are on one side.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "split.hpp"

namespace holdout::data {

/// How many rows of each class each group has.
struct GroupCounts {
  std::size_t classes = 1;    // 1: rows are not told apart
  std::vector<double> count;  // [group][class]

  std::size_t groups() const { return count.size() / classes; }
};

/// Deals groups out to parts so that the parts have their shares of the rows, and of the rows of every class, as nearly
/// as whole groups allow. With n_bc rows of class c in part b, of which t_b N_c are due, that is a small
///   χ² = Σ_b Σ_c (n_bc − t_b N_c)² / (t_b N_c),
/// where the rows of all classes together count as a class too: greedily, large groups first, those of like size (the
/// same power of two) in random order; then single groups move and pairs change places as long as that lowers χ².
/// @param share  [part] t_b: of all rows, > 0; sum 1
/// @return [group]: its part; no part is empty. There must be as many groups as parts.
std::vector<std::size_t> deal_groups(const GroupCounts& counts, std::span<const double> share, Stream random);

/// Draws the parts of methods holdout and kfold from whole groups.
/// @param rows  of the dataset, ascending: those that are split
/// @throws Error naming the setting if there are too few groups
Split split_by_groups(const Dataset& dataset, const RowList& rows, const SplitSettings& settings, const SplitKeys& keys,
                      Seed seed, std::string_view purpose);

}  // namespace holdout::data
