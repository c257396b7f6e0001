// The step sizes γ of a cohort's lanes, over a training.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <holdout/train/trainer.hpp>

namespace holdout::train {

class StepSizes {
 public:
  /// @param full_batch  whether every step takes all rows
  /// @param batch       rows of a step
  /// @throws Error where learning_rate auto suits a lane's rule or model not
  template <class T>
  StepSizes(const Design<T>& design, std::span<const LaneConfig> lanes, bool full_batch, std::size_t batch);

  /// Whether those of any lane change.
  bool change() const { return change_; }
  /// What a lane's schedule starts from; after a warm-up, if there is one.
  double start(std::size_t lane) const { return start_[lane]; }
  /// What that is multiplied by in a step, the first of which is step 0.
  double share(std::size_t lane, std::int64_t step) const;
  double at(std::size_t lane, std::int64_t step) const { return start_[lane] * share(lane, step); }

 private:
  std::vector<LearningRate> rates_;  // [lane]
  std::vector<double> start_;        // [lane]
  double steps_, epochs_;            // of an epoch, of the training
  bool change_ = false;
};

}  // namespace holdout::train
