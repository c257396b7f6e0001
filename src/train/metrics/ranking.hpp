// Metrics that look at all rows of two classes together.
#pragma once

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "classification.hpp"

namespace holdout::train {

/// How much a model of two classes speaks for the positive one.
inline double odds(const Predictions& p, std::size_t i) {
  return p.outputs == 1 ? p.scores[i] : p.scores[2 * i + 1] - p.scores[2 * i];
}

struct Auc {
  static constexpr Info info{"auc", "area under the ROC curve: how often a positive row scores above a negative one",
                             "Hanley and McNeil, Radiology 143, 1982"};
  static constexpr Classes classes = Classes::two;
  static constexpr bool maximize = true;
  /// Rank sum (Mann and Whitney); equal scores share their mean rank. NaN if one class has no rows.
  static double value(const Predictions& p) {
    std::vector<double> f(p.y.size());
    for (std::size_t i = 0; i < f.size(); ++i) {
      f[i] = odds(p, i);
      if (std::isnan(f[i])) return f[i];  // ∞ − ∞: there is no order
    }
    std::vector<std::size_t> order(f.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return f[a] < f[b]; });
    double ranks = 0, positive = 0;
    for (std::size_t i = 0; i < order.size();) {
      std::size_t j = i;
      double here = 0;
      for (; j < order.size() && f[order[j]] == f[order[i]]; ++j) here += p.y[order[j]] > 0;
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
