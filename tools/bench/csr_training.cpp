#include "csr_training.hpp"

#include <algorithm>
#include <cmath>

namespace holdout::bench {

std::vector<double> train_csr(const CsrRows& rows, bool adam, double l2, double rate) {
  const std::size_t d = rows.features;
  std::vector<double> theta(d + 1), g(d + 1), p(d + 1), s(d + 1);
  for (const std::vector<std::uint32_t>& order : rows.orders)
    for (std::size_t first = 0; first < order.size(); first += rows.batch) {
      const std::size_t n = std::min(rows.batch, order.size() - first);
      for (std::size_t i = first; i < first + n; ++i) {
        const std::size_t from = rows.start[order[i]], to = rows.start[order[i] + 1];
        double f = theta[d];
        for (std::size_t k = from; k < to; ++k) f += rows.x[k] * theta[rows.columns[k]];
        const double y = rows.y[order[i]], slope = -y / (1 + std::exp(y * f)) / static_cast<double>(n);
        for (std::size_t k = from; k < to; ++k) g[rows.columns[k]] += rows.x[k] * slope;
        g[d] += slope;
      }
      constexpr double kMu = 0.9, kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;
      const auto step = [&](std::size_t j, double decay) {
        const double gradient = g[j] + decay * theta[j];
        g[j] = 0;
        if (adam) {
          p[j] = kBeta1 * p[j] + (1 - kBeta1) * gradient;
          s[j] = kBeta2 * s[j] + (1 - kBeta2) * (gradient * gradient);
          theta[j] -= rate * p[j] / std::sqrt(s[j] + kEpsilon);
        } else {
          p[j] = kMu * p[j] + rate * gradient;
          theta[j] -= p[j];
        }
      };
      if (adam)
        for (std::size_t j = 0; j < d; ++j) step(j, l2);
      else
        for (std::size_t j = 0; j < d; ++j) step(j, l2);
      step(d, 0);
    }
  return theta;
}

}  // namespace holdout::bench
