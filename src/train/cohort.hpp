// The lane tables of a cohort in training, and who sits in which slot.
#pragma once

#include <vector>

#include <holdout/train/lanes.hpp>
#include <holdout/train/trainer.hpp>

#include "kernels.hpp"

namespace holdout::train {

/// Parameters and state of the lanes that are still in training. Slot s holds lane `lanes[s]`; a lane whose training
/// has ended may keep its slot for a while, and still takes part in the computation, its result ignored, until `keep`
/// drops it.
template <class T>
struct Cohort {
  std::vector<std::size_t> lanes;
  LaneTable<T> theta, gradient, state, factors;
  LaneTable<T> ahead;  // the point of the gradient; empty unless the rule looks ahead
  LaneTable<T> l2;     // as ridge_table makes it
  LaneTable<T> l1;     // one row
  LaneTable<T> loss;   // one row: the coefficient of the loss
  LaneTable<double> coefficients, memory, rate;
  LaneTable<T> average;  // of the iterates; empty unless they are averaged
  LaneTable<T> dropout;  // rows of Dropout; empty unless a lane leaves units out
  LaneTable<T> best;     // with patience: the best epoch's parameters; else empty

  /// Copies everything for the given slots only.
  void keep(const std::vector<std::size_t>& slots);

  UpdatePass<T> update_pass(std::size_t penalized) {
    return {theta.row(0),   gradient.row(0), state.row(0),        theta.rows(),  penalized,
            theta.stride(), rate.row(0),     coefficients.row(0), memory.row(0), factors.row(0)};
  }
};

/// A cohort of a model for so many features, at its start. Double tables get the stride of T's, so that slots agree.
template <class T>
Cohort<T> make_cohort(std::span<const LaneConfig> configs, std::size_t features, std::size_t parameters,
                      std::size_t rule, bool keep_best);

}  // namespace holdout::train
