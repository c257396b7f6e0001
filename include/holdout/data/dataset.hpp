// What training works on: a dense or sparse matrix of features and a target, both as read, nothing standardized yet.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <holdout/data/row_store.hpp>

namespace holdout::data {

enum class Task { regression, classification };

/// Compressed sparse rows (CSR): row i has values[k] in columns[k] for k from start[i] to start[i + 1]; what it does
/// not store is 0.
struct SparseRows {
  std::vector<std::size_t> start;      // [row + 1]
  std::vector<std::uint32_t> columns;  // ascending in each row
  std::vector<double> values;          // not zero
};

/// A feature that is the place of a category, to be replaced by what training rows say of it (target_encoding.hpp).
struct EncodedFeature {
  std::uint32_t feature = 0;
  std::size_t categories = 0;
};

struct Dataset {
  Task task = Task::regression;
  std::size_t rows = 0, features = 0;
  std::vector<double> x;                   // [row][feature], raw units; NaN: missing, standardization fills it
  RowStore many;                           // in place of x where rows are many; else without rows
  SparseRows sparse;                       // in place of x for sparse files; else without rows
  std::vector<double> y;                   // [row]; the target, or the index of the class
  std::vector<char> median;                // [feature]: what is missing counts as the training rows' median, not
                                           // their mean; empty: of none; products behind the features: of none
  std::vector<double> weights;             // [row], finite, >= 0: how many rows each stands for; empty: one
  std::vector<EncodedFeature> encoded;     // ascending; of dense data
  std::vector<std::string> feature_names;  // one-hot: column=level; sparse files: the index
  std::vector<std::string> classes;        // sorted; of two, the last is the positive one; empty for regression
  std::string target_name;

  bool is_sparse() const { return !sparse.start.empty(); }
  double weight(std::size_t i) const { return weights.empty() ? 1 : weights[i]; }
  /// Of x. Whoever does not know whether rows are many uses DenseRows.
  std::span<const double> row(std::size_t i) const { return {x.data() + i * features, features}; }
};

/// Reads rows of dense data, wherever they are; ascending order is fast. Each thread needs its own.
class DenseRows {
 public:
  /// @param dataset  must outlive it
  explicit DenseRows(const Dataset& dataset) : dataset_(dataset), many_(dataset.many) {}
  /// Valid until the next call.
  /// @throws Error if they are many, and their file cannot be read
  std::span<const double> row(std::size_t i) { return dataset_.many.rows() > 0 ? many_.row(i) : dataset_.row(i); }

 private:
  const Dataset& dataset_;
  RowCursor many_;
};

/// Rows of a dataset, by index, ascending.
using RowList = std::vector<std::uint32_t>;

/// One training part and the part its hold-out error is measured on.
struct Fold {
  RowList train, holdout;
};

/// Hold-out: one fold. k-fold: k of them, repeated: k for each repetition, one repetition behind the other. By time:
/// one for each part that is measured, in order. `test` is in no fold; only the winner ever sees it.
struct Split {
  std::vector<Fold> folds;
  RowList test;
  bool leave_one_out = false;  // all rows of the one fold train, and each measures the model of the others
  RowList refit = {};          // by time: the rows that the tuned model is trained on; else empty: those of any fold
  std::size_t repeats = 1;     // of the folds; each measures every row once that is no test row
};

/// What mean and scale of a feature are, over the training rows, each counting by its weight.
enum class Standardize {
  none,       // 0 and 1
  deviation,  // mean and population standard deviation
  max_abs,    // 0 and the largest |x|
  robust,     // median and the distance between the quartiles
};

/// What a regression is trained on in place of its target (target_transform.hpp).
enum class TargetKind { none, log, log1p, sqrt, standardize, box_cox };

/// z = (x − mean) / scale, per feature; a missing x (NaN) counts as `fill`. Of sparse data the mean is 0: zeros stay.
struct Scaling {
  std::vector<double> mean, scale, fill;  // [feature]
  double apply(std::size_t feature, double x) const {
    return ((x == x ? x : fill[feature]) - mean[feature]) / scale[feature];
  }
};

}  // namespace holdout::data
