// Gradient clipping: each lane's gradient is scaled down to a norm of at most its clip_norm c,
//
//   g ← g · min(1, c / ‖g‖)
//
// Pascanu, Mikolov, Bengio, On the difficulty of training recurrent neural networks, ICML 2013, algorithm 1.
#pragma once

#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include <holdout/train/trainer.hpp>

#include "kernels.hpp"

namespace holdout::train {

class Clipping {
 public:
  explicit Clipping(std::span<const LaneConfig> configs) {
    for (const LaneConfig& config : configs) {
      limits_.push_back(config.training.clip_norm);
      active_ = active_ || limits_.back() > 0;
    }
  }

  /// Whether any lane clips.
  bool active() const { return active_; }
  /// @param lanes          [slot] the lane that sits there
  /// @param squared_norms  [slot] ‖g‖². One that is not finite stays visible: 0 would hide that the lane diverged
  template <class T>
  void apply(std::span<const std::size_t> lanes, std::span<const double> squared_norms, LaneTable<T>& gradient) const {
    std::vector<T> factors(gradient.stride(), T{1});
    for (std::size_t slot = 0; slot < lanes.size(); ++slot) {
      const double limit = limits_[lanes[slot]], norm = std::sqrt(squared_norms[slot]);
      if (limit > 0 && !(norm <= limit))
        factors[slot] = static_cast<T>(std::isfinite(norm) ? limit / norm : std::numeric_limits<double>::quiet_NaN());
    }
    scale(ScalePass<T>{gradient.row(0), gradient.rows(), gradient.stride(), factors.data()});
  }

 private:
  std::vector<double> limits_;  // [lane] 0: not clipped
  bool active_ = false;
};

}  // namespace holdout::train
