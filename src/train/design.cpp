#include <holdout/train/design.hpp>

#include <algorithm>
#include <cmath>

namespace holdout::train {
namespace {

// Largest eigenvalue of a symmetric matrix with non-negative eigenvalues, from below, by power iteration from a fixed
// start that no eigenvector of interest is orthogonal to in practice. automatic_rate adds 2 % for what is missing.
double power_iteration(const std::vector<double>& a, std::size_t n) {
  constexpr int kIterations = 100;
  std::vector<double> v(n), w(n);
  for (std::size_t i = 0; i < n; ++i) v[i] = 1 + 1 / (2.0 + static_cast<double>(i));
  double norm = 0;
  for (int k = 0; k < kIterations; ++k) {
    norm = 0;
    for (std::size_t i = 0; i < n; ++i) {
      w[i] = 0;
      for (std::size_t j = 0; j < n; ++j) w[i] += a[i * n + j] * v[j];
      norm += w[i] * w[i];
    }
    norm = std::sqrt(norm);
    if (!(norm > 0)) return 0;
    for (std::size_t i = 0; i < n; ++i) v[i] = w[i] / norm;
  }
  return norm;
}

template <class T>
Curvature measure(const Part<T>& part, std::size_t features) {
  const std::size_t n = features + 1;
  Curvature c;
  std::vector<double> gram(n * n), row(n, 1.0);
  for (std::size_t i = 0; i < part.n; ++i) {
    double length = 1;
    for (std::size_t j = 0; j < features; ++j) {
      row[j] = static_cast<double>(part.x[i * features + j]);
      length += row[j] * row[j];
    }
    c.largest_row = std::max(c.largest_row, length);
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t k = 0; k < n; ++k) gram[j * n + k] += row[j] * row[k];
  }
  c.largest_eigenvalue = power_iteration(gram, n) / static_cast<double>(part.n);
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
