// How much too good the best value is for having been chosen: bootstrap bias-corrected cross-validation, BBC-CV.
// Tsamardinos, Greasidou and Borboudakis, Bootstrapping the out-of-sample predictions for efficient and accurate
// cross-validation, Machine Learning 107, 2018, algorithm 3.
//
// Every bootstrap sample b of the hold-out rows (train/bootstrap.hpp) repeats the choice: trial t_b has the least error
// on the rows in the bag, of equals the first. Its error on the rows out of the bag had no part in the choice. Their
// mean over the samples is the corrected value, their 2.5th and 97.5th percentiles the ends of a 95 % interval (there,
// section 3.3).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace holdout::study {

/// What the samples have chosen among the trials so far: all that is stored of it. What trials add, they add in any
/// order, and once more without changing anything.
struct ChoiceBiasState {
  static constexpr int kNone = -1;
  struct Sample {
    double in_bag = 0, out_of_bag = 0;  // weighted mean row losses (train/row_losses.hpp) of the trial
    int trial = kNone;                  // none yet, or there are no rows out of the bag
  };
  std::vector<Sample> samples;
  std::vector<std::pair<int, int>> seen;  // trials, first and last of a run without gaps; ascending

  bool has_seen(int trial) const;
  void see(int trial);
};

/// The best value, corrected for having been chosen.
struct CorrectedValue {
  double value = 0;             // of the objective's metric; NaN, as the three below, where there is a reason
  double standard_error = 0;    // standard deviation over the samples: of rows out of the bag, so rather too large
  double low = 0, high = 0;     // 95 % interval
  std::int64_t samples = 0;     // that have rows out of the bag
  std::int64_t candidates = 0;  // trials, and the study's defaults, that could have been chosen
  std::string reason;           // why it is not computed
};

}  // namespace holdout::study
