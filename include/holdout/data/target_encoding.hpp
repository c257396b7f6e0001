// Categories as what is known of their targets: one feature in place of one for each category.
//
// The value of a category c is the best linear predictor of its mean in the one-way random effects model,
//   (W_c ȳ_c + m ȳ) / (W_c + m),  m = σ² / τ²,
// W_c the weight of its rows (rows of mean weight 1), ȳ_c and ȳ the weighted means of its targets and of all, σ² the
// variance of targets within categories and τ² that between them, both estimated by analysis of variance (Searle,
// Casella and McCulloch, Variance Components, 1992, § 3.6; shrunken means in place of categories: Micci-Barreca, SIGKDD
// Explorations 3, 2001). Where τ² is not positive, or no category has two rows, all values are ȳ.
//
// It is fitted to training rows alone. These do not see their own targets: they are cut into kEncodingParts parts,
// drawn the same in every study, and the rows of a part have the values of the other parts, as in scikit-learn's
// TargetEncoder. All other rows have the values of all training rows; a category that none of them has is ȳ.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <holdout/data/dataset.hpp>
#include <holdout/data/target_transform.hpp>

namespace holdout::data {

inline constexpr std::size_t kEncodingParts = 5;

/// What the categories of a feature became.
struct TargetEncoding {
  std::vector<double> values;  // [category]
  double prior = 0;            // ȳ: of categories that are not among them
};

/// Of the encoded features of a dataset, in their order.
/// @param transform  of the targets: values are those of transformed ones
std::vector<TargetEncoding> fit_encodings(const Dataset& dataset, const RowList& rows,
                                          const TargetTransform& transform);

/// A dataset with the values of its encoded features in place of their categories, for one training part: a copy, but
/// where there are none the dataset itself.
class EncodedRows {
 public:
  /// @param dataset    must outlive this
  /// @param transform  of the targets of `train`
  EncodedRows(const Dataset& dataset, const RowList& train, const TargetTransform& transform);
  const Dataset& operator*() const { return encoded_ ? *encoded_ : dataset_; }

 private:
  const Dataset& dataset_;
  std::optional<Dataset> encoded_;
};

}  // namespace holdout::data
