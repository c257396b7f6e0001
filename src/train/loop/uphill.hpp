// Steps that went uphill: with a full batch J falls in every step as long as the step size γ is below 2/L.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace holdout::train {

/// Counts the steps of each lane after which J is higher than before, by more than rounding.
class UphillSteps {
 public:
  explicit UphillSteps(std::size_t lanes) : last_(lanes, std::numeric_limits<double>::quiet_NaN()) {}

  /// @param objective  J before this step
  /// @param epsilon    of the numbers that J was computed in
  /// @param count      the lane's; below 0 until the first
  void see(std::size_t lane, double objective, double epsilon, std::int64_t& count) {
    constexpr double kRounding = 64;  // ulps of a sum
    count = std::max<std::int64_t>(count, 0);
    if (objective > last_[lane] * (1 + kRounding * epsilon)) ++count;
    last_[lane] = objective;
  }

 private:
  std::vector<double> last_;  // [lane] J before the last step
};

}  // namespace holdout::train
