#include <holdout/train/design.hpp>

#include <algorithm>
#include <cmath>

#include "kernels.hpp"

namespace holdout::train {
namespace {

// Largest eigenvalue of a symmetric matrix with non-negative eigenvalues, from below, by power iteration from a fixed
// start that no eigenvector of interest is orthogonal to in practice. automatic_rate adds 2 % for what is missing.
double power_iteration(const LaneTable<double>& a) {
  constexpr int kIterations = 100;
  const std::size_t n = a.rows();
  std::vector<double> v(n), w(n);
  for (std::size_t i = 0; i < n; ++i) v[i] = 1 + 1 / (2.0 + static_cast<double>(i));
  double norm = 0;
  for (int k = 0; k < kIterations; ++k) {
    norm = 0;
    for (std::size_t i = 0; i < n; ++i) {
      w[i] = 0;
      for (std::size_t j = 0; j < n; ++j) w[i] += a.at(i, j) * v[j];
      norm += w[i] * w[i];
    }
    norm = std::sqrt(norm);
    if (!(norm > 0)) return 0;
    for (std::size_t i = 0; i < n; ++i) v[i] = w[i] / norm;
  }
  return norm;
}

// The matrix [X 1]ᵀ[X 1] is a gradient pass whose slopes are the rows themselves, a feature a lane.
template <class T>
Curvature measure(const Part<T>& part, std::size_t features) {
  constexpr std::size_t kRows = 64;  // at a time: they stay in the cache
  const std::size_t n = features + 1;
  Curvature c;
  LaneTable<double> gram(n, n), rows(kRows, n);
  AlignedVector<double> x(kRows * features);
  for (std::size_t first = 0; first < part.n; first += kRows) {
    const std::size_t count = std::min(kRows, part.n - first);
    for (std::size_t i = 0; i < count; ++i) {
      double length = 1;
      for (std::size_t j = 0; j < features; ++j) {
        const double value = static_cast<double>(part.x[(first + i) * features + j]);
        x[i * features + j] = rows.at(i, j) = value;
        length += value * value;
      }
      rows.at(i, features) = 1;
      c.largest_row = std::max(c.largest_row, length);
    }
    const Rows<double> block{x.data(), features, nullptr, count};
    gradient(GradientPass<double>{block, rows.row(0), rows.stride(), gram.row(0), gram.row(features), gram.stride(),
                                  first == 0});
  }
  c.largest_eigenvalue = power_iteration(gram) / static_cast<double>(part.n);
  return c;
}

}  // namespace

template <class T>
Part<T> make_part(const data::Dataset& dataset, const data::Scaling& scaling, std::span<const std::uint32_t> rows) {
  Part<T> part;
  part.n = rows.size();
  part.x.resize(rows.size() * dataset.features);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto from = dataset.row(rows[i]);
    for (std::size_t j = 0; j < dataset.features; ++j)
      part.x[i * dataset.features + j] = static_cast<T>(scaling.apply(j, from[j]));
    const double y = dataset.y[rows[i]];
    part.target.push_back(y);
    part.y.push_back(static_cast<T>(dataset.classes.size() == 2 ? 2 * y - 1 : y));
  }
  return part;
}

template <class T>
Design<T> make_design(const data::Dataset& dataset, const data::Scaling& scaling, const data::Fold& fold) {
  Design<T> design;
  design.features = dataset.features;
  design.classes = dataset.classes.size();
  design.train = make_part<T>(dataset, scaling, fold.train);
  design.holdout = make_part<T>(dataset, scaling, fold.holdout);
  design.curvature = measure(design.train, design.features);
  return design;
}

template Part<float> make_part(const data::Dataset&, const data::Scaling&, std::span<const std::uint32_t>);
template Part<double> make_part(const data::Dataset&, const data::Scaling&, std::span<const std::uint32_t>);
template Design<float> make_design(const data::Dataset&, const data::Scaling&, const data::Fold&);
template Design<double> make_design(const data::Dataset&, const data::Scaling&, const data::Fold&);

}  // namespace holdout::train
