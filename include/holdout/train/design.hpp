// Rows made ready for training: standardized, in the precision of the training, targets as the loss wants them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <holdout/data/dataset.hpp>
#include <holdout/data/target_transform.hpp>
#include <holdout/train/lanes.hpp>
#include <holdout/train/leave_one_out.hpp>
#include <holdout/train/moments.hpp>
#include <holdout/train/ridge_basis.hpp>

namespace holdout::train {

/// Some rows of a dataset. T: float or double.
template <class T>
struct Part {
  std::size_t n = 0;
  AlignedVector<T> x;                    // [n][features], standardized; of sparse data the nonzeros, row by row
  std::vector<std::size_t> start;        // of sparse data: [n + 1], where in x each row begins; else empty
  AlignedVector<std::uint32_t> columns;  // of sparse data: the feature of each nonzero, ascending in a row
  std::vector<T> y;                      // for the loss: transformed target; two classes: ±1; more: index of the class
  std::vector<double> target;            // for metrics: target, or index of the class
  data::TargetTransform transform;       // of the targets: scores become predictions by its inverse
  std::vector<double> weights;           // of mean 1; empty: all rows count the same
};

/// Bounds of the curvature of the data, from the training rows: what `learning_rate: auto` is made of.
struct Curvature {
  double largest_eigenvalue = 0;  // of [X 1]ᵀW[X 1]/N, W the rows' weights
  double largest_row = 0;         // max_i w_i ‖(x_i, 1)‖²
};

/// One fold's training and hold-out rows. Immutable, shared by all cohorts.
template <class T>
struct Design {
  std::size_t features = 0, classes = 0;  // classes 0: regression
  Part<T> train, holdout;
  std::optional<Curvature> curvature;  // of training rows, where measure_curvature was asked for it
  std::optional<RidgeBasis> ridge;     // of training rows, where ridge_basis_of was asked for it
  std::optional<Moments> moments;      // of training rows: dense ones of regression, many more than features
  // Where the training rows measure, each by the model without it: make_leave_one_out_design made it.
  std::optional<LeaveOneOut> leave_one_out;
};

/// @param rows       indices of the dataset's rows, in the order they get here
/// @param transform  of the targets of a regression, fitted to the training rows
template <class T>
Part<T> make_part(const data::Dataset& dataset, const data::Scaling& scaling, std::span<const std::uint32_t> rows,
                  const data::TargetTransform& transform = {});

template <class T>
Design<T> make_design(const data::Dataset& dataset, const data::Scaling& scaling, const data::Fold& fold,
                      const data::TargetTransform& transform = {});

/// What `learning_rate: auto` knows of the training rows. It costs as much as a matrix XᵀX: a design may keep it.
template <class T>
Curvature measure_curvature(const Design<T>& design);

}  // namespace holdout::train
