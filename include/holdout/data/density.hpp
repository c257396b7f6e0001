// Whether rows are sparse in what they hold, not only in how their file writes them.
#pragma once

#include <cstddef>

#include <holdout/data/dataset.hpp>

namespace holdout::data {

/// Whether more than half of the values of sparse rows are zeros. Rows of a libsvm file that are not are what the same
/// rows are as CSV, and `data.standardize: auto` is the same for them.
inline bool mostly_zeros(std::size_t nonzeros, std::size_t rows, std::size_t features) {
  return 2.0 * static_cast<double>(nonzeros) < static_cast<double>(rows) * static_cast<double>(features);
}
/// False for dense data.
inline bool mostly_zeros(const Dataset& dataset) {
  return dataset.is_sparse() && mostly_zeros(dataset.sparse.values.size(), dataset.rows, dataset.features);
}

}  // namespace holdout::data
