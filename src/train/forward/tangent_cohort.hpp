// A cohort in training with tangents beside its lanes.
#pragma once

#include <atomic>
#include <span>
#include <string>
#include <vector>

#include <holdout/base/random.hpp>
#include <holdout/train/trainer.hpp>

#include "../step_sizes.hpp"
#include "tangent_sum.hpp"

namespace holdout::train {

class TangentCohort {
 public:
  TangentCohort(const Design<double>& design, std::span<const LaneConfig> lanes, std::span<const std::string> wrt,
                Seed seed, std::size_t fold, std::span<const std::vector<double>> start);

  /// One more pass over the training rows: the steps of the trainer, with the same bits.
  /// @param interrupt  read before every step
  /// @return false if interrupted: then the cohort stands between two epochs, and is of no use any more
  [[nodiscard]] bool epoch(const std::atomic<bool>* interrupt = nullptr);
  double theta(std::size_t parameter, std::size_t lane) const { return theta_.at(parameter, lane); }
  /// dθ/dh of a lane.
  double tangent(std::size_t parameter, std::size_t h, std::size_t lane) const {
    return theta_.at(parameter, (h + 1) * tangents_.lanes + lane);
  }

 private:
  LaneTable<double> table(std::size_t rows) const;
  double& seed_of(LaneTable<double>& row, std::size_t r, std::size_t h, std::size_t lane) const;
  void fill(std::size_t lane, std::span<const std::string> wrt);
  void set_rates();
  void step(const Batch& batch);
  void add_penalty(const LaneTable<double>& point);

  const Design<double>& design_;
  std::vector<LaneConfig> configs_;
  Seed seed_;
  std::size_t fold_, rule_;
  bool full_batch_, shrinks_ = false;
  std::size_t batch_;
  StepSizes step_sizes_;
  std::unique_ptr<Model<double>> model_;
  Tangents tangents_;
  std::size_t blocks_;  // of a row: values, tangents, and none or one of nothing
  TangentSum sum_;
  RuleShape shape_;
  LaneTable<double> theta_, gradient_, state_, factors_, ahead_, l2_, l1_, coefficient_, coefficients_, memory_, rate_;
  std::vector<std::vector<double>> start_rate_slopes_;  // [lane][h]
  std::int64_t epoch_ = 0, steps_ = 0;
};

}  // namespace holdout::train
