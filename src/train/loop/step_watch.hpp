// Who is told where the lanes stand after certain steps of a training.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <holdout/train/trainer.hpp>

namespace holdout::train {

class StepWatch {
 public:
  StepWatch() = default;
  /// @param steps  ascending; those up to `taken` are over
  StepWatch(std::vector<std::int64_t> steps, StepWatcher watcher, std::int64_t taken)
      : steps_(std::move(steps)), watcher_(std::move(watcher)) {
    steps_.erase(steps_.begin(), std::upper_bound(steps_.begin(), steps_.end(), taken));
    std::reverse(steps_.begin(), steps_.end());
  }

  /// Whether the watcher wants this step; asked once after every step.
  bool wants(std::int64_t step) {
    if (steps_.empty() || steps_.back() != step) return false;
    steps_.pop_back();
    return true;
  }
  void tell(std::int64_t step, std::size_t lane, std::span<const double> theta) const { watcher_(step, lane, theta); }

 private:
  std::vector<std::int64_t> steps_;  // to come, the next one last
  StepWatcher watcher_;
};

}  // namespace holdout::train
