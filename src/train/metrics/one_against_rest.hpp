// Several classes measured as one against the rest: of one class, or averaged over all.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include <holdout/base/number.hpp>
#include <holdout/train/metric.hpp>

#include "class_table.hpp"

namespace holdout::train {

/// The class that is measured; none: an average over all.
inline std::optional<std::size_t> measured_class(const MetricOptions& o) {
  if (!o.one_class.empty()) return o.class_index;
  if (o.average == "none") return 1;  // the positive one
  return {};
}

/// How much rows speak for one class, and whether they are of it.
struct OneAgainstRest {
  std::vector<double> scores, y;
  std::span<const double> weights;
  Predictions predictions() const { return {scores, 1, y, weights}; }
};

/// Scores grow with the probability of the class. Of more than two classes they are log probabilities: of a class that
/// is all but certain, 1 − p is rounded away in p.
inline OneAgainstRest one_against_rest(const Predictions& p, std::size_t c) {
  const std::size_t n = p.y.size(), k = p.outputs;
  OneAgainstRest out{std::vector<double>(n), std::vector<double>(n), p.weights};
  for (std::size_t i = 0; i < n; ++i) {
    out.y[i] = p.y[i] == static_cast<double>(c);
    if (k <= 2) {
      out.scores[i] = c == 1 ? odds(p, i) : -odds(p, i);
      continue;
    }
    // log p = −log(1 + Σ e^(f_j − f_c)) over the other classes falls with log Σ e^(f_j − f_c), which keeps all digits.
    const auto row = p.scores.subspan(i * k, k);
    double most = -std::numeric_limits<double>::infinity(), sum = 0;
    for (std::size_t j = 0; j < k; ++j)
      if (j != c) most = std::max(most, row[j]);
    for (std::size_t j = 0; j < k; ++j)
      if (j != c) sum += holdout::exp(row[j] - most);
    out.scores[i] = row[c] - most - holdout::log(sum);
  }
  return out;
}

/// Weight of each class among the rows, of all.
inline std::vector<double> class_shares(const Predictions& p) {
  std::vector<double> share(classes_of(p));
  double all = 0;
  for (std::size_t i = 0; i < p.y.size(); ++i)
    share[static_cast<std::size_t>(p.y[i])] += p.weight(i), all += p.weight(i);
  for (double& s : share) s /= all;
  return share;
}

/// Adds what a class's value adds to the influence of each row on the weighted average of all: its value counts by the
/// class's share, which rows change as well.
inline void add_share_influence(const Predictions& p, std::size_t c, double share, double value,
                                std::vector<double>& influence) {
  for (std::size_t i = 0; i < influence.size(); ++i)
    influence[i] += value * ((p.y[i] == static_cast<double>(c)) - share);
}

}  // namespace holdout::train
