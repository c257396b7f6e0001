// Bootstrap samples of the hold-out rows, the same for every configuration: its errors on the rows that a sample holds
// (in the bag) and on those that it lacks (out of the bag). Efron and Tibshirani, An Introduction to the Bootstrap,
// 1993.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <holdout/base/random.hpp>
#include <holdout/train/lanes.hpp>

namespace holdout::train {

/// What is drawn are units: sets of rows that come or stay away together. A unit is one row of the data (which k folds
/// hold out once, repeated folds several times), or a group of rows that belong together. A sample holds as many units
/// as there are, drawn with replacement; sample b is drawn from the stream (seed, "bootstrap", b), and from nothing
/// else.
///
/// Errors of kLanes models are computed side by side; sums run over the units in their order, a unit that was drawn
/// twice twice: the bits depend neither on the other models nor on the processor. const: safe from many threads.
class Bootstrap {
 public:
  /// Models whose errors are computed together.
  static constexpr std::size_t kLanes = 8;
  static constexpr std::size_t kMaxUnits = 65536;

  /// @param unit     [row] of the hold-out rows of all folds, one fold after the other: the unit of each, numbered from
  ///                 0 without gaps, at most kMaxUnits
  /// @param weights  [row], finite, >= 0; empty: all rows count the same
  /// @param samples  at least 1
  Bootstrap(std::vector<std::uint32_t> unit, std::span<const double> weights, std::size_t samples, Seed seed);

  std::size_t samples() const { return in_weight_.size(); }
  std::size_t units() const { return units_; }
  std::size_t rows() const { return unit_.size(); }
  /// The units that a sample holds, ascending: one that was drawn twice is there twice.
  std::span<const std::uint16_t> drawn(std::size_t sample) const { return {drawn_.data() + sample * units_, units_}; }
  /// Whether rows of positive weight are both in and out of the bag. Samples of which that is not true have no errors.
  bool is_usable(std::size_t sample) const { return in_weight_[sample] > 0 && out_weight_[sample] > 0; }

  /// Weighted losses of up to kLanes models, summed over the rows of each unit.
  class Sums {
   public:
    explicit Sums(const Bootstrap& bootstrap);
    /// @param first   place of the first of these rows among the rows of all folds
    /// @param losses  of these rows, in order, by the model
    void add(std::size_t model, std::size_t first, std::span<const double> losses);

   private:
    friend class Bootstrap;
    const Bootstrap& bootstrap_;
    AlignedVector<double> sums_;  // [unit][kLanes]
  };

  /// [sample][kLanes] weighted mean losses in the bag. Those of samples that are not usable mean nothing.
  AlignedVector<double> in_bag(const Sums& sums) const;
  /// Weighted mean loss of one model out of the bag. @param sample  usable
  double out_of_bag(const Sums& sums, std::size_t sample, std::size_t model) const;

 private:
  std::size_t units_ = 0;
  std::vector<std::uint32_t> unit_;             // [row]
  std::vector<double> weights_;                 // [row]; empty: 1
  std::vector<std::uint16_t> drawn_;            // [sample][draw]
  std::vector<double> in_weight_, out_weight_;  // [sample] of the rows in and out of the bag
};

}  // namespace holdout::train
