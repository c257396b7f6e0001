// J of a cohort: loss and gradient over rows, scores and metrics.
#pragma once

#include <vector>

#include <holdout/train/design.hpp>
#include <holdout/train/metric.hpp>

#include "models.hpp"

namespace holdout::train {

/// Rows are summed in blocks of so many, in row order inside a block, and the blocks' sums are joined pairwise by index:
/// the same bits on any number of threads.
inline constexpr std::size_t kRowBlock = 1024;

/// Sums over rows of one part for all lanes of a table. Keeps scratch memory; one object per cohort.
template <class T>
class LossSum {
 public:
  LossSum(const Model<T>& model, LossKind loss, const Part<T>& part, std::size_t features)
      : model_(model), loss_(loss), part_(part), features_(features) {}

  /// gradient = (1/n) Σ ∂L/∂θ over the rows `order` (all rows in their order if null); losses [lane] = (1/n) Σ L if
  /// wanted (not null).
  void mean(const LaneTable<T>& theta, const std::uint32_t* order, std::size_t n, LaneTable<T>& gradient,
            std::vector<double>* losses);

 private:
  void blocks(const LaneTable<T>& theta, const std::uint32_t* order, std::size_t first, std::size_t n, T share,
              LaneTable<T>& gradient, double* losses, std::size_t depth);
  void block(const LaneTable<T>& theta, const std::uint32_t* order, std::size_t first, std::size_t n, T share,
             LaneTable<T>& gradient, double* losses);

  const Model<T>& model_;
  LossKind loss_;
  const Part<T>& part_;
  std::size_t features_;
  AlignedVector<T> scores_;
  struct Half {
    LaneTable<T> gradient;
    AlignedVector<double> losses;
  };
  std::vector<Half> halves_;  // right halves that wait to be added, by depth of the tree
};

/// [lane][row · outputs]: scores of every lane for all rows of a part.
template <class T>
std::vector<std::vector<double>> lane_scores(const Model<T>& model, const Part<T>& part, std::size_t features,
                                             const LaneTable<T>& theta);

}  // namespace holdout::train
