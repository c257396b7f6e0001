// Metrics of classification. Two classes have one score f, the log odds of the positive class; more have one a class.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <holdout/train/metric.hpp>

#include "../kernels.hpp"
#include "class_table.hpp"

namespace holdout::train {

struct LogLoss {
  static constexpr Info info{"log_loss", "mean negative log-likelihood, natural logarithm"};
  static constexpr Classes classes = Classes::any;
  static constexpr bool of_odds = true;
  static constexpr bool maximize = false;
  /// All rows at once: exp and log of arrays are many times faster than one by one.
  static std::vector<double> terms(const Predictions& p) {
    const std::size_t n = p.y.size(), k = p.outputs;
    std::vector<double> out(n);
    if (k == 1) {
      for (std::size_t i = 0; i < n; ++i)
        out[i] = p.scores[i] * (1 - 2 * p.y[i]);  // −margin: exact, no branch to guess
      softplus_in_place(out);
      return out;
    }
    std::vector<double> sums(n), shifted(n * k);
    for (std::size_t i = 0; i < n; ++i) {
      const auto row = p.scores.subspan(i * k, k);
      const double most = *std::max_element(row.begin(), row.end());
      for (std::size_t j = 0; j < k; ++j) shifted[i * k + j] = row[j] - most;
      out[i] = most - row[static_cast<std::size_t>(p.y[i])];
    }
    exp_in_place(shifted);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < k; ++j) sums[i] += shifted[i * k + j];
    log_in_place(sums);
    for (std::size_t i = 0; i < n; ++i) out[i] += sums[i];
    return out;
  }
  static std::string_view loss(std::size_t outputs) { return outputs == 1 ? "logistic" : "softmax"; }
  static OfMean of_mean(double mean, const Predictions&) { return {mean, 1, 0}; }
};

struct Error01 {
  static constexpr Info info{"error", "share of rows that are misclassified"};
  static constexpr Classes classes = Classes::any;
  static constexpr bool maximize = false;
  static double term(const Predictions& p, std::size_t i) {
    return decided_class(p, i) != static_cast<std::size_t>(p.y[i]);
  }
  static double of_table(const ClassTable& t, const MetricOptions&) {
    double wrong = 0;
    for (std::size_t c = 0; c < t.classes; ++c) wrong += t.real(c) - t.at(c, c);
    return wrong / t.total();
  }
};

struct Accuracy {
  static constexpr Info info{"accuracy", "share of rows that are classified right"};
  static constexpr Classes classes = Classes::any;
  static constexpr bool maximize = true;
  static double term(const Predictions& p, std::size_t i) {
    return decided_class(p, i) == static_cast<std::size_t>(p.y[i]);
  }
  static double of_table(const ClassTable& t, const MetricOptions& o) { return 1 - Error01::of_table(t, o); }
};

struct Brier {
  static constexpr Info info{"brier",
                             "mean squared error of probabilities: (p − y)² of two classes, Σ (p − y)² over more",
                             "Brier, Monthly Weather Review 78, 1950"};
  static constexpr Classes classes = Classes::any;
  static constexpr bool of_odds = true;
  static constexpr bool maximize = false;
  static std::vector<double> terms(const Predictions& p) {
    const std::size_t n = p.y.size();
    return p.outputs <= 2 ? of_two(p, n) : of_many(p, n);
  }

 private:
  static std::vector<double> of_two(const Predictions& p, std::size_t n) {
    std::vector<double> out(n);
    for (std::size_t i = 0; i < n; ++i) out[i] = -std::abs(odds(p, i));
    exp_in_place(out);
    for (std::size_t i = 0; i < n; ++i) {  // p of the less likely class is e^−|f| / (1 + e^−|f|)
      const double missed = ((odds(p, i) > 0) == (p.y[i] > 0) ? out[i] : 1) / (1 + out[i]);
      out[i] = missed * missed;
    }
    return out;
  }
  static std::vector<double> of_many(const Predictions& p, std::size_t n) {
    const std::size_t k = p.outputs;
    std::vector<double> out(n), e(n * k);
    for (std::size_t i = 0; i < n; ++i) {
      const auto row = p.scores.subspan(i * k, k);
      const double most = *std::max_element(row.begin(), row.end());
      for (std::size_t j = 0; j < k; ++j) e[i * k + j] = row[j] - most;
    }
    exp_in_place(e);
    for (std::size_t i = 0; i < n; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < k; ++j) sum += e[i * k + j];
      for (std::size_t j = 0; j < k; ++j) {
        const double off = e[i * k + j] / sum - (static_cast<double>(j) == p.y[i]);
        out[i] += off * off;
      }
    }
    return out;
  }
};

/// The squared hinge loss, of scores that say no probabilities. In no list: it stands in where a search on λ needs a
/// gradient.
struct MeanSquaredHinge {
  static constexpr Info info{"squared_hinge", "mean of max(0, 1 − y f)², y = ±1"};
  static constexpr Classes classes = Classes::two;
  static constexpr bool maximize = false;
  static double term(const Predictions& p, std::size_t i) {
    const double gap = std::max(0.0, p.y[i] > 0 ? 1 - p.scores[i] : 1 + p.scores[i]);
    return gap * gap;
  }
  static std::string_view loss(std::size_t) { return "squared_hinge"; }
  static OfMean of_mean(double mean, const Predictions&) { return {mean, 1, 0}; }
};

struct CostMatrix {
  static constexpr Info info{"cost_matrix", "mean cost of the decisions, by true and decided class",
                             "Elkan, The Foundations of Cost-Sensitive Learning, IJCAI 2001"};
  static constexpr Classes classes = Classes::any;
  static constexpr bool maximize = false;
  static constexpr MetricTakes takes = MetricTakes::costs;
  static double cost(std::size_t real, std::size_t decided, std::size_t k, const MetricOptions& o) {
    return o.costs.empty() ? real != decided : o.costs[real * k + decided];
  }
  static double term(const Predictions& p, std::size_t i, const MetricOptions& o) {
    return cost(static_cast<std::size_t>(p.y[i]), decided_class(p, i), classes_of(p), o);
  }
  static double of_table(const ClassTable& t, const MetricOptions& o) {
    double sum = 0;
    for (std::size_t c = 0; c < t.classes; ++c)
      for (std::size_t d = 0; d < t.classes; ++d) sum += t.at(c, d) * cost(c, d, t.classes, o);
    return sum / t.total();
  }
};

}  // namespace holdout::train
