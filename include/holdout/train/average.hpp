// Averages of iterates: steps that are noisy around a minimum have a mean that is nearer to it.
#pragma once

#include <cstdint>
#include <span>

#include <holdout/base/settings.hpp>

namespace holdout::train {

/// `training.average:` what a training gives and is measured by. Steps go on from their own iterates θ.
/// none: the last θ. polyak: the mean of the iterates of all epochs after `from`. exponential: Σ_i β^(t−i) θ_i over the
/// same sum of weights, β the decay.
class AverageChoice final : public Choice {
 public:
  enum Kind : std::size_t { none, polyak, exponential };
  std::span<const Info> alternatives() const override;
  std::size_t selected() const override { return kind_; }
  void select(std::size_t alternative) override;
  void fields(FieldVisitor& f) override;

  std::int64_t from = 0;  // polyak: epochs that do not count
  double decay = 0.99;    // exponential: what an older iterate's weight is multiplied by in every step

 private:
  std::size_t kind_ = none;
};

/// How much the newest iterate counts in the average: θ̄ ← (1 − w) θ̄ + w θ. Never a power: recurrences.
class AverageWeight {
 public:
  /// w of the next step. polyak: 1/t of the t-th iterate that counts, 1 before. exponential: (1 − β)/(1 − β^t).
  /// @param epoch  epochs that are complete
  double next(const AverageChoice& average, std::int64_t epoch);

 private:
  double count_ = 0, power_ = 1;
};

}  // namespace holdout::train
