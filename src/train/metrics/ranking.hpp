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
  /// Pairs won and half of those tied, of all pairs (Mann and Whitney). NaN if one class has no rows.
  static double value(const Predictions& p) {
    if (!p.weights.empty()) return weighted(p);
    std::vector<double> positive, negative;
    for (std::size_t i = 0; i < p.y.size(); ++i) {
      const double f = odds(p, i);
      if (std::isnan(f)) return f;  // ∞ − ∞: there is no order
      (p.y[i] > 0 ? positive : negative).push_back(f);
    }
    sort_ascending(positive), sort_ascending(negative);
    double won = 0;
    std::size_t below = 0, up_to = 0;  // negatives below a positive's score, and up to it
    for (const double f : positive) {
      while (below < negative.size() && negative[below] < f) ++below;
      while (up_to < negative.size() && negative[up_to] <= f) ++up_to;
      won += (static_cast<double>(below) + static_cast<double>(up_to)) / 2;
    }
    const double pairs = static_cast<double>(positive.size()) * static_cast<double>(negative.size());
    return pairs > 0 ? won / pairs : std::numeric_limits<double>::quiet_NaN();
  }

 private:
  /// A pair counts by the product of its weights.
  static double weighted(const Predictions& p) {
    std::vector<std::size_t> order(p.y.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return odds(p, a) < odds(p, b); });
    double won = 0, positive = 0, negative = 0;  // weights so far
    for (std::size_t first = 0; first < order.size();) {
      double here[2] = {0, 0};  // of one score: negative, positive
      std::size_t next = first;
      for (; next < order.size() && odds(p, order[next]) == odds(p, order[first]); ++next)
        here[p.y[order[next]] > 0] += p.weight(order[next]);
      won += here[1] * (negative + here[0] / 2);
      negative += here[0], positive += here[1];
      first = next;
    }
    const double pairs = positive * negative;
    return pairs > 0 ? won / pairs : std::numeric_limits<double>::quiet_NaN();
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
      const double w = p.weight(i);
      hits += w * (decided && is), said += w * decided, real += w * is;
    }
    return said + real > 0 ? 2 * hits / (said + real) : 0;
  }
};

}  // namespace holdout::train
