// What a certificate says of a search on one λ: that no λ of the range is better than what was found by more than a
// tolerance, or how far that could be shown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <holdout/search/searcher.hpp>

namespace holdout::study {

/// Of the hold-out error, which is minimized. Errors of new data are another thing.
struct Certificate {
  std::string metric;
  std::size_t parameter = 0;  // index in the search space
  double min = 0, max = 0;    // the range of λ
  double tolerance = 0;       // relative, of the best value
  double best = 0;            // the value of the best configuration
  double lower_bound = 0;     // no λ of the range has a lower value
  double share = 0;  // of the range, in ln λ, where the value is proved to be at least best · (1 − tolerance)
  std::vector<double> anchors;  // λ at which minima of J were computed, or the error itself, ascending
  std::int64_t added = 0;       // so many of them after the search
  std::int64_t intervals = 0;   // so many were bounded: factorizations of each fold, or passes over the measured rows
  // The band: on [at_k, at_k+1] no λ has a lower value than bound_k.
  std::vector<double> at, bound;
  std::string reason;                   // where share < 1: why, a clause
  std::vector<search::OpenRange> open;  // where it is not proved, with what may be there

  bool proved() const { return share == 1; }
};

}  // namespace holdout::study
