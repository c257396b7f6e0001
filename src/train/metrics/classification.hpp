// Metrics of classification. Two classes have one score f, the log odds of the positive class; more have one a class.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <holdout/train/metric.hpp>

#include "../kernels.hpp"

namespace holdout::train {

/// The class a model decides for; the first of equals.
inline std::size_t decided_class(const Predictions& p, std::size_t i) {
  if (p.outputs == 1) return p.scores[i] > 0 ? 1 : 0;
  const auto row = p.scores.subspan(i * p.outputs, p.outputs);
  return static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
}

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
};

struct Accuracy {
  static constexpr Info info{"accuracy", "share of rows that are classified right"};
  static constexpr Classes classes = Classes::any;
  static constexpr bool maximize = true;
  static double term(const Predictions& p, std::size_t i) {
    return decided_class(p, i) == static_cast<std::size_t>(p.y[i]);
  }
};

}  // namespace holdout::train
