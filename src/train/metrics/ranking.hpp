// Metrics that look at all rows of two classes together.
#pragma once

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "classification.hpp"
#include "standard_errors.hpp"

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
    for (std::size_t i = 0; i < p.y.size(); ++i)
      if (const double f = odds(p, i); std::isnan(f)) return f;  // ∞ − ∞: there is no order
    if (!p.weights.empty()) return weighted(p);
    std::vector<double> positive, negative;
    for (std::size_t i = 0; i < p.y.size(); ++i) (p.y[i] > 0 ? positive : negative).push_back(odds(p, i));
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

  /// A row's component is the share of the other class's rows that it wins against. The standard errors of their means,
  /// over positives and over negatives, add up: DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988. Hanley and
  /// McNeil's of 1982 is the same with Q1, Q2 from the data, but for the terms in 1/(n − 1).
  static double standard_error(const Predictions& p) {
    if (const double area = value(p); std::isnan(area)) return area;
    const std::vector<std::size_t> order = by_score(p);
    std::vector<double> won(p.y.size());
    double below[2] = {0, 0}, all[2] = {0, 0};  // weights: negative, positive
    for (std::size_t i = 0; i < p.y.size(); ++i) all[p.y[i] > 0] += p.weight(i);
    for (std::size_t first = 0; first < order.size();) {
      double here[2] = {0, 0};
      std::size_t next = first;
      for (; next < order.size() && odds(p, order[next]) == odds(p, order[first]); ++next)
        here[p.y[order[next]] > 0] += p.weight(order[next]);
      for (; first < next; ++first) {
        const bool positive = p.y[order[first]] > 0;
        const double lower = (below[!positive] + here[!positive] / 2) / all[!positive];
        won[order[first]] = positive ? lower : 1 - lower;
      }
      below[0] += here[0], below[1] += here[1];
    }
    std::vector<double> components[2], weights[2];
    for (std::size_t i = 0; i < p.y.size(); ++i) {
      components[p.y[i] > 0].push_back(won[i]);
      weights[p.y[i] > 0].push_back(p.weight(i));
    }
    return std::hypot(standard_error_of_mean(components[0], weights[0]),
                      standard_error_of_mean(components[1], weights[1]));
  }

 private:
  static std::vector<std::size_t> by_score(const Predictions& p) {
    std::vector<std::size_t> order(p.y.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return odds(p, a) < odds(p, b); });
    return order;
  }
  /// A pair counts by the product of its weights.
  static double weighted(const Predictions& p) {
    const std::vector<std::size_t> order = by_score(p);
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
  /// f1 is the ratio of two means: twice the hits, and the rows that are or are said to be positive.
  static double standard_error(const Predictions& p) {
    std::vector<double> hits, rows;
    for (std::size_t i = 0; i < p.y.size(); ++i) {
      const double said = decided_class(p, i) == 1, real = p.y[i] > 0;
      hits.push_back(2 * said * real), rows.push_back(said + real);
    }
    return standard_error_of_ratio(hits, rows, p.weights);
  }
};

}  // namespace holdout::train
