// Metrics that look at all rows of two classes together.
#pragma once

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "classification.hpp"

namespace holdout::train {

struct Auc {
  static constexpr Info info{"auc", "area under the ROC curve: how often a positive row scores above a negative one",
                             "Hanley and McNeil, Radiology 143, 1982"};
  static constexpr Classes classes = Classes::two;
  static constexpr bool maximize = true;
  /// Rank sum (Mann and Whitney); equal scores share their mean rank. NaN if one class has no rows.
  static double value(const Predictions& p) {
    std::vector<std::size_t> order(p.y.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p.scores[a] < p.scores[b]; });
    double ranks = 0, positive = 0;
    for (std::size_t i = 0; i < order.size();) {
      std::size_t j = i;
      double here = 0;
      for (; j < order.size() && p.scores[order[j]] == p.scores[order[i]]; ++j) here += p.y[order[j]] > 0;
      ranks += here * static_cast<double>(i + j + 1) / 2;
      positive += here;
      i = j;
    }
    const double negative = static_cast<double>(order.size()) - positive;
    if (positive == 0 || negative == 0) return std::numeric_limits<double>::quiet_NaN();
    return (ranks - positive * (positive + 1) / 2) / (positive * negative);
  }
};

struct F1 {
  static constexpr Info info{"f1", "harmonic mean of precision and recall of the positive class"};
  static constexpr Classes classes = Classes::two;
  static constexpr bool maximize = true;
  static double value(const Predictions& p) {
    double hits = 0, said = 0, real = 0;
    for (std::size_t i = 0; i < p.y.size(); ++i) {
      const bool decided = decided_class(p, i) == 1, is = p.y[i] > 0;
      hits += decided && is, said += decided, real += is;
    }
    return said + real > 0 ? 2 * hits / (said + real) : 0;
  }
};

}  // namespace holdout::train
