// Metrics of the order of rows: by how much a model speaks for a class.
#pragma once

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "class_table.hpp"
#include "one_against_rest.hpp"
#include "standard_errors.hpp"

namespace holdout::train {

/// Rows from the lowest score to the highest.
inline std::vector<std::size_t> rows_by_score(const Predictions& p) {
  std::vector<std::size_t> order(p.y.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return odds(p, a) < odds(p, b); });
  return order;
}

/// A metric of the order of two classes, for one class against the rest, or averaged over all of them. Binary:
/// value(Predictions) and standard_error(Predictions) of two classes, and influence(Predictions, value).
template <class Binary>
struct RankingOfClass {
  static constexpr Classes classes = Classes::two;
  static constexpr bool maximize = true;
  static constexpr MetricTakes takes = MetricTakes::average;

  static double value(const Predictions& p, const MetricOptions& o) {
    if (is_plain(p, o)) return Binary::value(p);
    if (const auto c = measured_class(o)) return Binary::value(one_against_rest(p, *c).predictions());
    const std::vector<double> share = shares(p, o);
    double sum = 0;
    for (std::size_t c = 0; c < share.size(); ++c)
      sum += share[c] * Binary::value(one_against_rest(p, c).predictions());
    return sum;
  }

  static double standard_error(const Predictions& p, const MetricOptions& o) {
    if (is_plain(p, o)) return Binary::standard_error(p);
    if (const auto c = measured_class(o)) return Binary::standard_error(one_against_rest(p, *c).predictions());
    const std::vector<double> share = shares(p, o);
    std::vector<double> influence(p.y.size());
    for (std::size_t c = 0; c < share.size(); ++c) {
      const OneAgainstRest rows = one_against_rest(p, c);
      const double value = Binary::value(rows.predictions());
      const std::vector<double> own = Binary::influence(rows.predictions(), value);
      for (std::size_t i = 0; i < own.size(); ++i) influence[i] += share[c] * own[i];
      if (o.average == "weighted") add_share_influence(p, c, share[c], value, influence);
    }
    return standard_error_of_influence(influence, p.weights);
  }

 private:
  static bool is_plain(const Predictions& p, const MetricOptions& o) {
    return p.outputs <= 2 && measured_class(o) == std::size_t{1};
  }
  static std::vector<double> shares(const Predictions& p, const MetricOptions& o) {
    if (o.average == "weighted") return class_shares(p);
    return std::vector<double>(classes_of(p), 1 / static_cast<double>(classes_of(p)));
  }
};

/// The area under the ROC curve of two classes.
struct OfAuc {
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
    const std::vector<double> won = wins(p);
    std::vector<double> components[2], weights[2];
    for (std::size_t i = 0; i < p.y.size(); ++i) {
      components[p.y[i] > 0].push_back(won[i]);
      weights[p.y[i] > 0].push_back(p.weight(i));
    }
    return std::hypot(standard_error_of_mean(components[0], weights[0]),
                      standard_error_of_mean(components[1], weights[1]));
  }

  static std::vector<double> influence(const Predictions& p, double area) {
    const std::vector<double> share = class_shares(p);
    std::vector<double> all = std::isnan(area) ? std::vector<double>(p.y.size(), area) : wins(p);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = (all[i] - area) / share[p.y[i] > 0];
    return all;
  }

 private:
  static std::vector<double> wins(const Predictions& p) {
    const std::vector<std::size_t> order = rows_by_score(p);
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
    return won;
  }
  /// A pair counts by the product of its weights.
  static double weighted(const Predictions& p) {
    const std::vector<std::size_t> order = rows_by_score(p);
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

struct Auc : RankingOfClass<OfAuc> {
  static constexpr Info info{"auc", "area under the ROC curve: how often a positive row scores above a negative one",
                             "Hanley and McNeil, Radiology 143, 1982"};
};

/// Σ (R_k − R_k−1) P_k over the scores, from the highest down: precision and recall of deciding for all rows up to
/// there.
struct OfAveragePrecision {
  static double value(const Predictions& p) { return Curve(p).value(); }
  static double standard_error(const Predictions& p) {
    return standard_error_of_influence(influence(p, value(p)), p.weights);
  }
  /// With shares π of positive rows, N of rows at or above a score and TP of positive ones, P = TP / N there:
  /// AP = E[y P(f)] / π, whose derivative in a row's weight is y (P − AP) / π of its own, and (y − P) / N / π at the
  /// score of each positive row at or below.
  static std::vector<double> influence(const Predictions& p, double average) {
    const Curve curve(p);
    std::vector<double> all(p.y.size(), average);
    if (std::isnan(average)) return all;
    double ones = 0, precisions = 0;  // Σ y / N and Σ y P / N over the positive rows up to here
    for (std::size_t k = curve.steps.size(); k-- > 0;) {
      const auto& step = curve.steps[k];
      ones += step.positive / step.above, precisions += step.positive * step.precision() / step.above;
      for (std::size_t r = step.first; r < step.last; ++r) {
        const std::size_t i = curve.order[r];
        const double y = p.y[i] > 0;
        all[i] = curve.rows * (y * (step.precision() - average + ones) - precisions) / curve.positive;
      }
    }
    return all;
  }

 private:
  struct Curve {
    struct Step {               // of one score
      std::size_t first, last;  // of `order`
      double positive;          // weight of its positive rows
      double above, hits;       // weights of all and of positive rows with this score or a higher one
      double precision() const { return hits / above; }
    };
    explicit Curve(const Predictions& p) : order(rows_by_score(p)) {
      for (std::size_t i = 0; i < p.y.size(); ++i)
        if (const double f = odds(p, i); std::isnan(f)) positive = f;  // ∞ − ∞: there is no order
      if (std::isnan(positive)) return;
      std::reverse(order.begin(), order.end());
      for (std::size_t first = 0; first < order.size();) {
        std::size_t next = first;
        double here = 0;
        for (; next < order.size() && odds(p, order[next]) == odds(p, order[first]); ++next) {
          const double w = p.weight(order[next]);
          rows += w, here += w * (p.y[order[next]] > 0);
        }
        positive += here;
        if (rows > 0) steps.push_back({first, next, here, rows, positive});
        first = next;
      }
    }
    double value() const {
      if (!(positive > 0)) return std::numeric_limits<double>::quiet_NaN();
      double sum = 0;
      for (const Step& step : steps) sum += step.positive * step.precision();
      return sum / positive;
    }
    std::vector<std::size_t> order;  // of rows, from the highest score
    std::vector<Step> steps;
    double rows = 0, positive = 0;  // weights of all
  };
};

struct AveragePrecision : RankingOfClass<OfAveragePrecision> {
  static constexpr Info info{"average_precision", "mean of the precision at each positive row's score",
                             "Davis and Goadrich, ICML 2006, as scikit-learn sums it"};
};

}  // namespace holdout::train
