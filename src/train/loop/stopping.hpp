// What ends a lane's training before its last epoch: a small gradient, numbers that explode, hold-out values that no
// longer improve. Each remembers of every lane what it compares with.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace holdout::train {

/// Gradient norms relative to the one where the model starts by itself, ‖∇J‖ / ‖∇J(0)‖.
class GradientNorms {
 public:
  explicit GradientNorms(std::size_t lanes) : first_(lanes, std::numeric_limits<double>::quiet_NaN()) {}

  bool knows_first(std::size_t lane) const { return !std::isnan(first_[lane]); }
  void set_first(std::size_t lane, double norm) { first_[lane] = norm; }
  double relative(std::size_t lane, double norm) const { return norm / scale(lane); }
  /// @param tolerance  of the relative norm; 0: never
  bool converged(std::size_t lane, double norm, double tolerance) const {
    return tolerance != 0 && norm <= tolerance * scale(lane);
  }

 private:
  static constexpr double kTiny = 1e-300;  // keeps a relative norm finite where ∇J(0) is 0
  double scale(std::size_t lane) const { return std::max(first_[lane], kTiny); }

  std::vector<double> first_;  // [lane]
};

/// Parameters or losses that are not finite, or a loss that has grown beyond return.
class Divergence {
 public:
  explicit Divergence(std::size_t lanes) : first_loss_(lanes, std::numeric_limits<double>::quiet_NaN()) {}

  /// @param loss           the last epoch's
  /// @param squared_norm   ‖θ‖²
  bool diverged(std::size_t lane, double loss, double squared_norm) {
    if (std::isnan(first_loss_[lane])) first_loss_[lane] = loss;
    const bool exploding = loss > kExploding * std::max(first_loss_[lane], 1.0);
    return !std::isfinite(squared_norm) || !std::isfinite(loss) || exploding;
  }

 private:
  static constexpr double kExploding = 1e8;  // a loss so many times its first value never comes back in time

  std::vector<double> first_loss_;  // [lane]
};

/// `stop.patience`: so many epochs without a better hold-out value.
class Patience {
 public:
  Patience(std::int64_t epochs, bool maximize, std::size_t lanes)
      : epochs_(epochs), maximize_(maximize), best_(lanes, std::numeric_limits<double>::quiet_NaN()) {}

  /// Whether the study asks for it.
  bool active() const { return epochs_ > 0; }
  /// Whether a value is the lane's best so far; it is then what the next ones are compared with.
  bool improves(std::size_t lane, double value) {
    double& best = best_[lane];
    const bool better = std::isnan(best) || (maximize_ ? value > best : value < best);
    if (better) best = value;
    return better;
  }
  bool exhausted(std::int64_t epochs_since_best) const { return active() && epochs_since_best >= epochs_; }
  bool has_best(std::size_t lane) const { return active() && !std::isnan(best_[lane]); }

 private:
  std::int64_t epochs_;
  bool maximize_;
  std::vector<double> best_;  // [lane]
};

}  // namespace holdout::train
