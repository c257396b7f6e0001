// The passes of a training step with tangents, in double: what kernels.hpp has, for rows that hold the values of some
// lanes and behind them as many tangents for each of some hyperparameters. `stride` of a pass is that of a whole row.
// Passes that are linear in theta (scores, gradients of linear models, sums) take such rows as they are.
//
// Values get the same bits as without tangents.
#pragma once

#include "kernels.hpp"

namespace holdout::train {

/// Lanes of a row: `lanes` values, then `count` blocks of their tangents.
struct Tangents {
  std::size_t lanes, count;
};

/// @param scratch  2 · outputs · lanes numbers
void loss(std::size_t which, const LossPass<double>& pass, const Tangents& tangents, double* scratch);
void activate(std::size_t activation, const ActivationPass<double>& pass, const Tangents& tangents);
void activation_slopes(std::size_t activation, const ActivationPass<double>& pass, const Tangents& tangents);
void penalty(const PenaltyPass<double>& pass, const Tangents& tangents);
void begin_step(std::size_t rule, const UpdatePass<double>& pass, const Tangents& tangents);
void update(std::size_t rule, const UpdatePass<double>& pass, const Tangents& tangents);
void look_ahead(std::size_t rule, const UpdatePass<double>& pass, const Tangents& tangents, double* out);
void shrink(std::size_t rule, const UpdatePass<double>& pass, const double* l1, const Tangents& tangents);

}  // namespace holdout::train
