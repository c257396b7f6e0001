// λ₂ of the lanes of a cohort, and what it adds to J.
#pragma once

#include <span>
#include <vector>

#include <holdout/train/settings.hpp>

#include "models.hpp"

namespace holdout::train {

/// [1][lane] where every lane has one λ for all weights; else [features + 1][lane], as Ridges are.
/// @param lanes  of each lane; more than one long they are equally long
template <class T>
LaneTable<T> ridge_table(std::span<const Ridges> lanes);

/// The row of such a table that a penalized parameter has its λ in.
template <class T>
std::size_t ridge_row(const Model<T>& model, const LaneTable<T>& l2, std::size_t parameter) {
  if (l2.rows() == 1) return 0;
  return parameter < model.input_weights() ? parameter % (l2.rows() - 1) : l2.rows() - 1;
}

/// gradient += λ · theta for the penalized parameters.
template <class T>
void add_ridge_gradient(const Model<T>& model, const LaneTable<T>& l2, const LaneTable<T>& theta,
                        LaneTable<T>& gradient);

/// Σ_p (λ_p/2) θ_p² of every lane, in double, in the order of parameters.
template <class T>
std::vector<double> ridge_values(const Model<T>& model, const LaneTable<T>& l2, const LaneTable<T>& theta);

}  // namespace holdout::train
