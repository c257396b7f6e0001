// Which configurations are trained together.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <holdout/train/trainer.hpp>

namespace holdout::study {

/// What the machine and the data say about the size of cohorts.
struct CohortSizes {
  std::size_t features = 0, classes = 0;
  std::size_t folds = 1;
  int threads = 1;
  std::size_t cache = 0;  // bytes of a core's L2 cache; 0: ask the system
  bool sparse = false;    // whether the rows of data are
};

/// Cuts configurations into cohorts: those with equal cohort fields together, whole vectors of lanes, a working set
/// that stays in the L2 cache, and enough cohorts (times folds) that every thread is fed. Nobody can see the cut in
/// the results.
/// @param keys  [config] what else configurations of a cohort must have in common; none: nothing
/// @return positions in `configs`, each once; inside a cohort in ascending order
std::vector<std::vector<std::size_t>> cut_into_cohorts(std::span<const train::LaneConfig> configs,
                                                       const CohortSizes& sizes,
                                                       std::span<const std::string> keys = {});

}  // namespace holdout::study
