// Which class a model decides for.
#pragma once

#include <algorithm>

#include <holdout/train/metric.hpp>

namespace holdout::train {

/// How much a model of two classes speaks for the positive one.
inline double odds(const Predictions& p, std::size_t row) {
  return p.outputs == 1 ? p.scores[row] : p.scores[2 * row + 1] - p.scores[2 * row];
}

/// The class a model decides for. Two classes: the positive one where its score is above the threshold, 0 if there is
/// none. Else the class of the highest score; the first of equals.
inline std::size_t decided_class(const Predictions& p, std::size_t row) {
  if (p.outputs == 1) return p.scores[row] > p.threshold.value_or(0) ? 1 : 0;
  if (p.outputs == 2 && p.threshold) return odds(p, row) > *p.threshold ? 1 : 0;
  const auto scores = p.scores.subspan(row * p.outputs, p.outputs);
  return static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

}  // namespace holdout::train
