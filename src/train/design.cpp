#include <holdout/train/design.hpp>

#include <algorithm>
#include <cmath>

#include "curvature.hpp"
#include "kernels.hpp"
#include "moments.hpp"

namespace holdout::train {
namespace {

constexpr int kIterations = 100;

// A fixed start of the power iteration, that no eigenvector of interest is orthogonal to in practice.
std::vector<double> first_vector(std::size_t n) {
  std::vector<double> v(n);
  for (std::size_t i = 0; i < n; ++i) v[i] = 1 + 1 / (2.0 + static_cast<double>(i));
  return v;
}

// Largest eigenvalue of a symmetric matrix with non-negative eigenvalues, from below. automatic_rate adds 2 % for what
// is missing.
double power_iteration(const LaneTable<double>& a) {
  const std::size_t n = a.rows();
  std::vector<double> v = first_vector(n), w(n);
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

// The matrix [X 1]ᵀW[X 1] is a gradient pass whose slopes are the weighted rows themselves, a feature a lane.
template <class T>
Curvature measure_dense(const Part<T>& part, std::size_t features, std::span<const double> weights) {
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
      if (!weights.empty()) {
        const double weight = weights[first + i];
        for (std::size_t j = 0; j <= features; ++j) rows.at(i, j) *= weight;
        length *= weight;
      }
      c.largest_row = std::max(c.largest_row, length);
    }
    const Rows<double> block{x.data(), features, nullptr, count};
    gradient(GradientPass<double>{block, rows.row(0), rows.stride(), gram.row(0), gram.row(features), gram.stride(),
                                  first == 0});
  }
  c.largest_eigenvalue = power_iteration(gram) / static_cast<double>(part.n);
  return c;
}

// The same where moments are known.
template <class T>
Curvature measure_moments(const Part<T>& part, const Moments& moments) {
  const std::size_t d = moments.mean.size();
  Curvature c;
  c.largest_eigenvalue = power_iteration(hessian_of(moments));
  for (std::size_t i = 0; i < part.n; ++i) {
    double length = 1;
    for (std::size_t j = 0; j < d; ++j) {
      const double x = static_cast<double>(part.x[i * d + j]);
      length += x * x;
    }
    c.largest_row = std::max(c.largest_row, part.weights.empty() ? length : length * part.weights[i]);
  }
  return c;
}

// Of sparse data the matrix would be features × features: the power iteration goes through products with X and Xᵀ.
template <class T>
Curvature measure_sparse(const Part<T>& part, std::size_t features, std::span<const double> weights) {
  Curvature c;
  std::vector<double> v = first_vector(features + 1), w(features + 1);
  constexpr double kStill = 1e-14;  // of the norm: once v has length 1, it rises from step to step, up to rounding
  double norm = 0, before = 0;
  for (int k = 0; k < kIterations && (k < 3 || norm - before > kStill * norm); ++k) {
    before = norm;
    std::fill(w.begin(), w.end(), 0);
    for (std::size_t i = 0; i < part.n; ++i) {
      double product = v[features], length = 1;
      for (std::size_t at = part.start[i]; at < part.start[i + 1]; ++at) {
        const double x = static_cast<double>(part.x[at]);
        product += x * v[part.columns[at]], length += x * x;
      }
      if (!weights.empty()) product *= weights[i], length *= weights[i];
      for (std::size_t at = part.start[i]; at < part.start[i + 1]; ++at)
        w[part.columns[at]] += static_cast<double>(part.x[at]) * product;
      w[features] += product;
      c.largest_row = std::max(c.largest_row, length);
    }
    norm = 0;
    for (const double x : w) norm += x * x;
    norm = std::sqrt(norm);
    if (!(norm > 0)) break;
    for (std::size_t j = 0; j <= features; ++j) v[j] = w[j] / norm;
  }
  c.largest_eigenvalue = norm / static_cast<double>(part.n);
  return c;
}

template <class T>
void take_sparse(Part<T>& part, const data::Dataset& dataset, const data::Scaling& scaling,
                 std::span<const std::uint32_t> rows) {
  const data::SparseRows& from = dataset.sparse;
  std::size_t nonzeros = 0;
  for (const std::uint32_t i : rows) nonzeros += from.start[i + 1] - from.start[i];
  part.x.reserve(nonzeros), part.columns.reserve(nonzeros), part.start.reserve(rows.size() + 1);
  part.start.push_back(0);
  for (const std::uint32_t i : rows) {
    for (std::size_t k = from.start[i]; k < from.start[i + 1]; ++k) {
      part.x.push_back(static_cast<T>(scaling.apply(from.columns[k], from.values[k])));
      part.columns.push_back(from.columns[k]);
    }
    part.start.push_back(part.x.size());
  }
}

// A row as Scaling::apply has it, some features at a time: divisions are then made side by side.
template <class T>
void standardize(const data::Scaling& scaling, std::span<const double> row, T* out) {
  constexpr std::size_t kWidth = 8;
  const double *const x = row.data(), *const fill = scaling.fill.data(), *const mean = scaling.mean.data(),
                      *const scale = scaling.scale.data();
  std::size_t j = 0;
  for (; j + kWidth <= row.size(); j += kWidth) {
    double z[kWidth];
    for (std::size_t k = 0; k < kWidth; ++k) z[k] = x[j + k] == x[j + k] ? x[j + k] : fill[j + k];
    for (std::size_t k = 0; k < kWidth; ++k) z[k] = (z[k] - mean[j + k]) / scale[j + k];
    for (std::size_t k = 0; k < kWidth; ++k) out[j + k] = static_cast<T>(z[k]);
  }
  for (; j < row.size(); ++j) out[j] = static_cast<T>(scaling.apply(j, x[j]));
}

}  // namespace

template <class T>
Part<T> make_part(const data::Dataset& dataset, const data::Scaling& scaling, std::span<const std::uint32_t> rows,
                  const data::TargetTransform& transform) {
  Part<T> part;
  part.n = rows.size(), part.transform = transform;
  if (dataset.is_sparse())
    take_sparse(part, dataset, scaling, rows);
  else
    part.x.reserve(rows.size() * dataset.features);
  std::vector<T> scaled(dataset.features);
  part.target.reserve(rows.size()), part.y.reserve(rows.size());
  data::DenseRows dense(dataset);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!dataset.is_sparse()) {
      standardize(scaling, dense.row(rows[i]), scaled.data());
      part.x.insert(part.x.end(), scaled.begin(), scaled.end());
    }
    const double y = dataset.y[rows[i]];
    part.target.push_back(y);
    part.y.push_back(static_cast<T>(dataset.classes.size() == 2 ? 2 * y - 1 : transform.apply(y)));
  }
  if (!dataset.weights.empty()) {
    double sum = 0;
    for (const std::uint32_t i : rows) sum += dataset.weights[i];
    for (const std::uint32_t i : rows)
      part.weights.push_back(dataset.weights[i] / sum * static_cast<double>(rows.size()));
  }
  return part;
}

template <class T>
Curvature measure_curvature(const Part<T>& part, std::size_t features, std::span<const double> weights) {
  return part.start.empty() ? measure_dense(part, features, weights) : measure_sparse(part, features, weights);
}

template <class T>
Design<T> make_design(const data::Dataset& dataset, const data::Scaling& scaling, const data::Fold& fold,
                      const data::TargetTransform& transform) {
  Design<T> design;
  design.features = dataset.features;
  design.classes = dataset.classes.size();
  design.train = make_part<T>(dataset, scaling, fold.train, transform);
  design.holdout = make_part<T>(dataset, scaling, fold.holdout, transform);
  if (design.classes == 0 && moments_pay(design.train, design.features))
    design.moments = moments_of(design.train, design.features);
  return design;
}

template <class T>
Curvature measure_curvature(const Design<T>& design) {
  return design.moments ? measure_moments(design.train, *design.moments)
                        : measure_curvature(design.train, design.features, design.train.weights);
}

template Part<float> make_part(const data::Dataset&, const data::Scaling&, std::span<const std::uint32_t>,
                               const data::TargetTransform&);
template Part<double> make_part(const data::Dataset&, const data::Scaling&, std::span<const std::uint32_t>,
                                const data::TargetTransform&);
template Curvature measure_curvature(const Part<float>&, std::size_t, std::span<const double>);
template Curvature measure_curvature(const Part<double>&, std::size_t, std::span<const double>);
template Curvature measure_curvature(const Design<float>&);
template Curvature measure_curvature(const Design<double>&);
template Design<float> make_design(const data::Dataset&, const data::Scaling&, const data::Fold&,
                                   const data::TargetTransform&);
template Design<double> make_design(const data::Dataset&, const data::Scaling&, const data::Fold&,
                                    const data::TargetTransform&);

}  // namespace holdout::train
