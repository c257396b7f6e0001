// What the best configuration says of rows that it was not trained on, made small enough to be stored.
#pragma once

#include <holdout/study/run_facts.hpp>
#include <holdout/train/metric.hpp>

namespace holdout::study {

/// Takes the predictions of one fold after another.
class PredictionSummary {
 public:
  /// @param classes  0: regression
  explicit PredictionSummary(std::size_t classes) : classes_(classes), confusion_(classes * classes) {}

  void add(const train::Predictions& predictions);
  /// Of all rows that were added. Rows whose prediction is not finite are left out.
  HoldoutPredictions result() const;

 private:
  std::size_t classes_;
  std::vector<double> target_, predicted_;  // regression: both; two classes: 0 or 1, and the log odds
  std::vector<std::int64_t> confusion_;     // [true class][decided class]
};

}  // namespace holdout::study
