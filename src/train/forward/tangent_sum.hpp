// Gradients over rows, with their tangents.
#pragma once

#include <optional>

#include <holdout/train/design.hpp>

#include "../models.hpp"
#include "../moments.hpp"
#include "../objective.hpp"
#include "../tangents.hpp"

namespace holdout::train {

/// What LossSum is for rows without tangents: values get the same bits.
class TangentSum {
 public:
  /// @param weights  of the part's rows, of mean 1; empty: all count the same
  /// @param moments  what sums over all rows are taken from, if not null
  TangentSum(const Model<double>& model, std::size_t loss, const Part<double>& part, std::size_t features,
             AlignedVector<double> weights, const Tangents& tangents, const Moments* moments);

  /// gradient = (1/n) Σ ∂L/∂θ over the batch, and its tangents.
  /// @param theta         [parameter][lane, then the lanes' tangents]
  /// @param coefficients  of the loss, a row like theta's
  void mean(const LaneTable<double>& theta, const double* coefficients, const Batch& batch,
            LaneTable<double>& gradient);

 private:
  void blocks(const LaneTable<double>& theta, const Batch& batch, std::size_t first, std::size_t n,
              LaneTable<double>& out);
  void block(const LaneTable<double>& theta, const Batch& batch, std::size_t first, std::size_t n,
             LaneTable<double>& out);

  const Model<double>& model_;
  std::size_t loss_;
  const Part<double>& part_;
  std::size_t features_;
  AlignedVector<double> weights_;
  Tangents tangents_;
  std::optional<MomentSum> moments_;
  const double* coefficients_ = nullptr;
  AlignedVector<double> scores_, tape_, scratch_;
};

}  // namespace holdout::train
