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
  /// What a category is: a feature of its own; its place among the levels; what training rows say of its target.
  enum class Encoding { onehot, ordinal, target };
  std::string name;
  std::vector<std::string>
      levels;  // of text: a feature each, in this order, or one as `encoding` says; of numbers: none, the column is it
  Missing missing = Missing::refuse;
  Encoding encoding = Encoding::onehot;
  std::vector<double> values = {};  // [level], of a model whose encoding is `target`
  double prior = 0;                 // there: of what is none of the levels

  bool coded() const { return encoding != Encoding::onehot; }
  bool tells_missing() const { return missing == Missing::level || missing == Missing::indicator; }
  std::size_t features() const {
    return (coded() ? 1 : std::max<std::size_t>(1, levels.size())) + (tells_missing() ? 1 : 0);
  }
};

/// What the search of an outer fold works on (data.split.outer): the test rows are those of the fold, the others are
/// split as the study says.
struct OuterFold {
  Split split;
  std::vector<std::string> notices;  // of this split
};

/// A dataset with its parts.
struct Prepared {
  Dataset dataset;
  std::vector<InputColumn> columns;  // in the order of the features; sparse files have none
  Split split;                  // every fold has rows on both sides; for classes: each class in every training part
  std::vector<FileMark> files;  // data file and, if there are, split file and file of weights
  std::vector<std::string> notices;       // what the user should know: rows dropped, columns that are constant
  std::vector<OuterFold> outer = {};      // empty: none, or the study is of one of them alone
  std::vector<std::uint32_t> group = {};  // [row]: number of the group that the split keeps together; empty: no groups
  int least_target = 0;                   // line of the row with the least one, of regressions
};

/// Exchanges the split, and the notices, with those of an outer fold: what is done with the data then is done in its
/// search. The same again undoes it.
void exchange(Prepared& data, OuterFold& outer);

enum class FileFormat { csv, libsvm };

/// What the data file is by data.format, or by its name's ending; nothing if only its first line can tell.
std::optional<FileFormat> known_format(const DataSettings& settings);

/// Reads, encodes and splits.
/// @param folder  relative file names are relative to it
/// @param spill   where dense rows go that are many; the numbers are the same wherever they are
/// @throws Error with all that is wrong: places in the data file, or `path` naming the setting to blame
Prepared load(const DataSettings& settings, const std::string& folder, Task task, Seed seed, const Spill& spill = {});

/// Locations and scales of features in the given rows, as `Standardize` defines them; fill is the weighted mean, of
/// features that the dataset names so their weighted median. A scale that would be 0, or is rounding noise of the
/// location, is 1: that of a constant column, for `robust` also that of a column half of whose rows are equal.
/// The quartiles of n rows of equal weight are numpy's: at (n − 1)/4 and 3(n − 1)/4 of the sorted values, linear
/// between two. For weights w, the k-th value stands at (S_k − w_k/2 − w_1/2) / (S_n − w_1/2 − w_n/2), S_k = w_1 + … +
/// w_k. Sparse data are not centred: mean 0, so that zeros stay zeros; their deviation is that about the mean.
/// @param how  of sparse data not robust: their quartiles are 0
Scaling fit_scaling(const Dataset& dataset, const RowList& rows, Standardize how);

}  // namespace holdout::data
