// From a study's `data:` section to rows that can be trained on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <holdout/base/random.hpp>
#include <holdout/data/dataset.hpp>
#include <holdout/data/settings.hpp>

namespace holdout::data {

/// What a file was when it was read, to tell whether it has changed since.
struct FileMark {
  std::string path;  // as the study names it
  std::uint64_t bytes = 0;
  std::uint32_t crc32 = 0;  // of the bytes on disk
};

/// How the feature is called that is 1 where a column has no value.
inline std::string missing_feature(const std::string& column) { return column + "=(missing)"; }

/// A column of the data file that features come from.
struct InputColumn {
  /// What a missing cell is: an error; what its features are filled with; or, beside that, a feature of its own behind
  /// them, 1 where the cell is missing. `level`: the others are 0 then; `indicator`: they are filled.
  enum class Missing { refuse, fill, level, indicator };
  std::string name;
  std::vector<std::string>
      levels;  // of text: a feature each, in this order; of numbers: none, the column is the feature
  Missing missing = Missing::refuse;

  bool tells_missing() const { return missing == Missing::level || missing == Missing::indicator; }
  std::size_t features() const { return std::max<std::size_t>(1, levels.size()) + (tells_missing() ? 1 : 0); }
};

/// A dataset with its parts.
struct Prepared {
  Dataset dataset;
  std::vector<InputColumn> columns;  // in the order of the features; sparse files have none
  Split split;                  // every fold has rows on both sides; for classes: each class in every training part
  std::vector<FileMark> files;  // data file and, if there are, split file and file of weights
  std::vector<std::string> notices;  // what the user should know: rows dropped, columns that are constant
};

enum class FileFormat { csv, libsvm };

/// What the data file is by data.format, or by its name's ending; nothing if only its first line can tell.
std::optional<FileFormat> known_format(const DataSettings& settings);

/// Reads, encodes and splits.
/// @param folder  relative file names are relative to it
/// @param spill   where dense rows go that are many; the numbers are the same wherever they are
/// @throws Error with all that is wrong: places in the data file, or `path` naming the setting to blame
Prepared load(const DataSettings& settings, const std::string& folder, Task task, Seed seed, const Spill& spill = {});

/// Weighted means and population standard deviations of the given rows; scale 1 for constant columns; fill is the mean,
/// of features that the dataset names so their weighted median.
/// Without `standardize`, mean 0 and scale 1. A column whose spread is rounding noise of its mean counts as constant.
/// Sparse data are divided by their deviation about the mean, but not centred: mean 0, so that zeros stay zeros.
Scaling fit_scaling(const Dataset& dataset, const RowList& rows, bool standardize);

}  // namespace holdout::data
