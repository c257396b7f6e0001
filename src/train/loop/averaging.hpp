// The averages of the iterates of a cohort's lanes (average.hpp has their definition), kept in its table.
#pragma once

#include <span>
#include <vector>

#include <holdout/train/trainer.hpp>

#include "average_pass.hpp"
#include "cohort.hpp"

namespace holdout::train {

class Averaging {
 public:
  explicit Averaging(std::span<const LaneConfig> configs) : weights_(configs.size()) {
    for (const LaneConfig& config : configs) averages_.push_back(config.training.average);
  }

  /// Takes θ after a step into the average.
  /// @param epoch  epochs that are complete
  template <class T>
  void add(Cohort<T>& cohort, std::int64_t epoch) {
    std::vector<T> keep(cohort.theta.stride()), share(cohort.theta.stride());
    for (std::size_t slot = 0; slot < cohort.lanes.size(); ++slot) {
      const std::size_t lane = cohort.lanes[slot];
      const double weight = weights_[lane].next(averages_[lane], epoch);
      keep[slot] = static_cast<T>(1 - weight), share[slot] = static_cast<T>(weight);
    }
    average(AveragePass<T>{cohort.average.row(0), cohort.theta.row(0), cohort.theta.rows(), cohort.theta.stride(),
                           keep.data(), share.data()});
  }

 private:
  std::vector<AverageChoice> averages_;  // [lane]
  std::vector<AverageWeight> weights_;   // [lane]
};

}  // namespace holdout::train
