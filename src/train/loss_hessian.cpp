#include "loss_hessian.hpp"

#include <algorithm>

namespace holdout::train {
namespace {

// Rows that stay in the L2 cache, with their weighted copies; with too few, sums come and go for little. No bit depends
// on it.
std::size_t chunk_of(std::size_t features) {
  constexpr std::size_t kBytes = 128 * 1024, kMin = 48, kMax = 256;
  return std::clamp(kBytes / (features * sizeof(double) + 1), kMin, kMax);
}

Rows<double> rows_of(const Part<double>& part, std::size_t features) {
  const bool sparse = !part.start.empty();
  return {part.x.data(), features, nullptr, part.n, 0, sparse ? part.start.data() : nullptr, part.columns.data()};
}

Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

}  // namespace

// Σ_i c_i x̃_i x̃_iᵀ for every pair k ≤ l of outputs, x̃ = (x, 1), c = ∂²L/∂f_k∂f_l.
struct LossHessian::SecondMoments {
  std::vector<LaneTable<double>> pairs;
  AlignedVector<double> scores, tangents, weighted;
};

const Eigen::MatrixXd* LossHessian::at(const Eigen::VectorXd& theta, double coefficient,
                                       const std::atomic<bool>* interrupt) {
  const std::size_t outputs = model_.outputs(), d = design_.features;
  coefficients_.assign(lane_stride<double>(outputs), coefficient);
  const std::size_t stride = lane_stride<double>(outputs), wide = lane_stride<double>(d + 1);
  const std::size_t chunk = chunk_of(d);
  SecondMoments moments{std::vector<LaneTable<double>>(outputs * (outputs + 1) / 2, LaneTable<double>(d + 1, d + 1)),
                        AlignedVector<double>(chunk * outputs * stride),
                        AlignedVector<double>(chunk * outputs * stride), AlignedVector<double>(chunk * wide)};
  LaneTable<double> everywhere(model_.parameters(), outputs);
  for (std::size_t p = 0; p < everywhere.rows(); ++p)
    for (std::size_t k = 0; k < outputs; ++k) everywhere.at(p, k) = theta[index(p)];
  for (std::size_t first = 0; first < design_.train.n; first += chunk) {
    if (interrupt && interrupt->load(std::memory_order_relaxed)) return nullptr;
    add_moments(everywhere, first, std::min(chunk, design_.train.n - first), moments);
  }
  const auto row = [&](std::size_t k, std::size_t j) { return index(j < d ? k * d + j : outputs * d + k); };
  hessian_.resize(index(model_.parameters()), index(model_.parameters()));
  auto pair = moments.pairs.begin();
  for (std::size_t k = 0; k < outputs; ++k)
    for (std::size_t l = k; l < outputs; ++l, ++pair)
      for (std::size_t j = 0; j <= d; ++j)
        for (std::size_t m = 0; m <= j; ++m) {
          hessian_(row(l, m), row(k, j)) = hessian_(row(k, j), row(l, m)) = pair->at(j, m);
          hessian_(row(l, j), row(k, m)) = hessian_(row(k, m), row(l, j)) = pair->at(j, m);
        }
  return &hessian_;
}

void LossHessian::add_moments(const LaneTable<double>& theta, std::size_t first, std::size_t n, SecondMoments& m) {
  const std::size_t outputs = model_.outputs(), d = design_.features, stride = theta.stride();
  const Rows<double> rows = rows_of(design_.train, d).part(first, n);
  // A lane for each output: the tangent of its score alone is 1.
  model_.scores(rows, theta, m.scores.data(), {nullptr});
  std::fill(m.tangents.begin(), m.tangents.end(), 0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < outputs; ++k) m.tangents[(i * outputs + k) * stride + k] = 1;
  loss_tangent(loss_,
               LossPass<double>{m.scores.data(), n, outputs, stride, nullptr, design_.train.y.data() + first,
                                1 / static_cast<double>(design_.train.n), nullptr, coefficients_.data(),
                                weights_.empty() ? nullptr : weights_.data() + first},
               m.tangents.data());
  auto pair = m.pairs.begin();
  for (std::size_t k = 0; k < outputs; ++k)
    for (std::size_t l = k; l < outputs; ++l, ++pair) {
      const std::size_t wide = pair->stride();
      for (std::size_t i = 0; i < n; ++i) {
        const double c = m.tangents[(i * outputs + k) * stride + l];
        double* const to = m.weighted.data() + i * wide;
        if (rows.start) {
          std::fill_n(to, d, 0.0);
          for (std::size_t at = rows.start[i]; at < rows.start[i + 1]; ++at) to[rows.columns[at]] = c * rows.x[at];
        } else {
          const double* const from = rows[i];
          for (std::size_t j = 0; j < d; ++j) to[j] = c * from[j];
        }
        to[d] = c;
      }
      gradient(GradientPass<double>{rows, m.weighted.data(), wide, pair->row(0), pair->row(d), wide, first == 0, true});
    }
}

}  // namespace holdout::train
