// The pass that averages losses over the units of bootstrap samples.
#pragma once

#include <cstddef>
#include <cstdint>

namespace holdout::train {

/// out[sample][lane] = Σ sums[unit][lane] / weight[sample] over the units that the sample drew, in the order of its
/// draws.
struct BootstrapPass {
  static constexpr std::size_t kLanes = 8;  // in a row of sums and of out; tables are aligned as an AlignedVector is
  const std::uint16_t* drawn;               // [sample][draw]
  const double* sums;                       // [unit][lane]
  const double* weight;
  std::size_t samples, draws;
  double* out;
};

void mean_in_bag(const BootstrapPass& pass);

}  // namespace holdout::train
