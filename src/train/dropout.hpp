// Dropout: every step leaves some hidden units out, others for every row. Srivastava, Hinton, Krizhevsky, Sutskever and
// Salakhutdinov, Dropout: a simple way to prevent neural networks from overfitting, JMLR 15, 2014; units that stay are
// scaled by 1/(1 − rate), as PyTorch and Keras do, so that a trained model needs nothing of it.
#pragma once

#include <cstdint>
#include <span>

#include <holdout/base/random.hpp>
#include <holdout/train/lanes.hpp>
#include <holdout/train/trainer.hpp>

namespace holdout::train {

/// What Dropout needs of the lanes: rows of the rate, of 1/(1 − rate) and of 1 − rate; none if all rates are 0.
template <class T>
LaneTable<T> dropout_table(std::span<const LaneConfig> configs);

/// Which units take part, step by step. A unit of a row has one draw for all lanes, whatever their rates: it follows
/// from seed, fold, step, the row's place in the batch and the unit alone.
template <class T>
class Dropout {
 public:
  /// @param lanes  as dropout_table made it; must stay until the next step
  void begin_step(const LaneTable<T>& lanes, Seed seed, std::size_t fold, std::uint64_t step);
  /// Makes the draws of rows first … first + n of the batch, for so many hidden units.
  void draw(std::size_t first, std::size_t n, std::size_t units);
  /// table [row][unit][lane], of the rows drawn for and of `count` units from `unit` on: units that take part are
  /// scaled, the others become 0.
  void apply(T* table, std::size_t unit, std::size_t count) const;
  /// Takes the scale of `count` units a row back; those that are 0 stay so.
  void unscale(T* table, std::size_t count) const;

 private:
  const LaneTable<T>* lanes_ = nullptr;
  std::uint64_t key_ = 0;
  std::size_t rows_ = 0;
  std::size_t units_ = 0;
  AlignedVector<T> draws_;  // [row][unit]
};

}  // namespace holdout::train
