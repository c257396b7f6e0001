// Metrics of classification. Two classes have one score f, the log odds of the positive class; more have one a class.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <holdout/base/number.hpp>
#include <holdout/train/metric.hpp>

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
  static constexpr bool maximize = false;
  static double term(const Predictions& p, std::size_t i) {
    if (p.outputs == 1) {
      const double margin = p.y[i] > 0 ? p.scores[i] : -p.scores[i];
      return holdout::log(1 + holdout::exp(-std::abs(margin))) + std::max(-margin, 0.0);
    }
    const auto row = p.scores.subspan(i * p.outputs, p.outputs);
    const double most = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (const double f : row) sum += holdout::exp(f - most);
    return holdout::log(sum) + most - row[static_cast<std::size_t>(p.y[i])];
  }
};

struct Error01 {
  static constexpr Info info{"error", "share of rows that are misclassified"};
  static constexpr Classes classes = Classes::any;
  static constexpr bool maximize = false;
  static double term(const Predictions& p, std::size_t i) { return decided_class(p, i) != static_cast<std::size_t>(p.y[i]); }
};

struct Accuracy {
  static constexpr Info info{"accuracy", "share of rows that are classified right"};
  static constexpr Classes classes = Classes::any;
  static constexpr bool maximize = true;
  static double term(const Predictions& p, std::size_t i) { return decided_class(p, i) == static_cast<std::size_t>(p.y[i]); }
};

}  // namespace holdout::train
