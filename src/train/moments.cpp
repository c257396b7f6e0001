#include "moments.hpp"

#include <algorithm>

#include "kernels.hpp"
#include "objective.hpp"
#include "symmetric.hpp"

namespace holdout::train {
namespace {

constexpr std::size_t kRows = 64;  // at a time: they stay in the cache

template <class T>
double weight(const Part<T>& part, std::size_t i) {
  return part.weights.empty() ? 1 : part.weights[i];
}

// Some rows of a part about the means: as data of a pass, and as lanes (z, y) of its slopes, times the rows' weights.
struct Block {
  std::size_t features, n = 0;
  AlignedVector<double> x;  // [row][feature]
  LaneTable<double> zy;     // [row][feature, 1, target]

  explicit Block(std::size_t d) : features(d), x(kRows * d), zy(kRows, d + 2) {}
  template <class T>
  void take(const Part<T>& part, std::size_t first, const std::vector<double>& mean) {
    n = std::min(kRows, part.n - first);
    for (std::size_t i = 0; i < n; ++i) {
      const T* const from = part.x.data() + (first + i) * features;
      double *const to = x.data() + i * features, *const lanes = zy.row(i);
      const double w = weight(part, first + i);
      for (std::size_t j = 0; j < features; ++j) {
        to[j] = static_cast<double>(from[j]) - mean[j];
        lanes[j] = w * to[j];
      }
      lanes[features] = w, lanes[features + 1] = w * static_cast<double>(part.y[first + i]);
    }
  }
  // out += Σ z slopesᵀ, or starts at 0.
  void add_products(const LaneTable<double>& slopes, LaneTable<double>& out, bool starts) const {
    gradient(GradientPass<double>{{x.data(), features, nullptr, n},
                                  slopes.row(0),
                                  slopes.stride(),
                                  out.row(0),
                                  out.row(features),
                                  out.stride(),
                                  starts});
  }
};

template <class T>
std::vector<double> means(const Part<T>& part, std::size_t features) {
  std::vector<double> sums(features);
  for (std::size_t i = 0; i < part.n; ++i) {
    const T* const x = part.x.data() + i * features;
    const double w = weight(part, i);
    for (std::size_t j = 0; j < features; ++j) sums[j] += w * static_cast<double>(x[j]);
  }
  for (double& sum : sums) sum /= static_cast<double>(part.n);
  return sums;
}

// out = the sum over all rows of what body(first row, table, whether it starts at 0) adds for kRows of them, in chains
// of kRowBlock rows.
template <class Body>
void sum_rows(std::size_t n, LaneTable<double>& out, const Body& body) {
  LaneTable<double> chain(out.rows(), out.lanes());
  for (std::size_t from = 0; from < n; from += kRowBlock) {
    const std::size_t to = std::min(n, from + kRowBlock);
    for (std::size_t first = from; first < to; first += kRows) body(first, chain, first == from);
    add(AddPass<double>{out.row(0), chain.row(0), out.rows() * out.stride()});
  }
}

}  // namespace

// Eight times as many rows as parameters: then even a training of one epoch gets back what residuals cost once more.
template <class T>
bool moments_pay(const Part<T>& part, std::size_t features) {
  return part.start.empty() && part.n > kRowBlock && part.n >= 8 * (features + 1);
}

template <class T>
Moments moments_of(const Part<T>& part, std::size_t features) {
  const std::size_t size = features + 1;
  const double n = static_cast<double>(part.n);
  Moments m;
  m.mean = means(part, features);
  Block block(features);
  LaneTable<double> products(size, size + 1);  // Σ z zᵀ | Σ z y
  sum_rows(part.n, products, [&](std::size_t first, LaneTable<double>& out, bool starts) {
    block.take(part, first, m.mean);
    block.add_products(block.zy, out, starts);
  });
  m.gram.resize(size * size);
  std::vector<double> right(size);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) m.gram[i * size + j] = products.at(i, j) / n;
    right[i] = products.at(i, size) / n;
  }
  m.centre = nearly_solved(m.gram, right);

  LaneTable<double> theta(size, 1), residuals(kRows, 1), slope(size, 1);
  for (std::size_t j = 0; j < size; ++j) theta.at(j, 0) = m.centre[j];
  sum_rows(part.n, slope, [&](std::size_t first, LaneTable<double>& out, bool starts) {
    block.take(part, first, m.mean);
    score(ScorePass<double>{{block.x.data(), features, nullptr, block.n},
                            theta.row(0),
                            theta.row(features),
                            residuals.row(0),
                            residuals.stride(),
                            theta.stride()});
    for (std::size_t i = 0; i < block.n; ++i) {
      const double w = weight(part, first + i);
      const double r = static_cast<double>(part.y[first + i]) - residuals.at(i, 0);
      residuals.at(i, 0) = w * r, m.loss += w * r * r / 2;
    }
    block.add_products(residuals, out, starts);
  });
  m.loss /= n;
  for (std::size_t j = 0; j < size; ++j) m.slope.push_back(slope.at(j, 0) / n);
  return m;
}

// (x, 1) is z with the means added.
LaneTable<double> hessian_of(const Moments& m) {
  const std::size_t d = m.mean.size(), n = d + 1;
  const auto gram = [&](std::size_t i, std::size_t j) { return m.gram[i * n + j]; };
  const auto mean = [&](std::size_t j) { return j < d ? m.mean[j] : 0; };
  LaneTable<double> out(n, n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      out.at(i, j) = out.at(j, i) =
          gram(i, j) + mean(i) * gram(d, j) + gram(i, d) * mean(j) + mean(i) * mean(j) * gram(d, d);
  return out;
}

// δ of (w, b), and of a direction the same without θ₀.
template <class T>
void MomentSum::take_delta(const LaneTable<T>& theta, std::size_t values) {
  const std::size_t d = m_.mean.size(), stride = theta.stride();
  if (delta_.stride() != stride)
    delta_ = LaneTable<double>(d + 1, theta.lanes(), stride), product_ = delta_,
    zeros_ = LaneTable<double>(1, theta.lanes(), stride);
  double* const last = delta_.row(d);
  for (std::size_t lane = 0; lane < stride; ++lane) last[lane] = static_cast<double>(theta.row(d)[lane]);
  for (std::size_t j = 0; j < d; ++j) {
    const T* const w = theta.row(j);
    double* const delta = delta_.row(j);
    for (std::size_t lane = 0; lane < stride; ++lane) {
      delta[lane] = static_cast<double>(w[lane]);
      last[lane] += m_.mean[j] * delta[lane];
    }
  }
  for (std::size_t j = 0; j <= d; ++j)
    for (std::size_t lane = 0; lane < values; ++lane) delta_.row(j)[lane] -= m_.centre[j];
}

// From the gradient in (w, b + m · w) to that in (w, b).
template <class T>
void MomentSum::uncentre(LaneTable<T>& gradient) const {
  const std::size_t d = m_.mean.size(), stride = gradient.stride();
  const double* const last = product_.row(d);
  for (std::size_t j = 0; j <= d; ++j) {
    const double* const product = product_.row(j);
    T* const g = gradient.row(j);
    for (std::size_t lane = 0; lane < stride; ++lane)
      g[lane] = static_cast<T>(j < d ? product[lane] + m_.mean[j] * last[lane] : last[lane]);
  }
}

template <class T>
void MomentSum::mean(const LaneTable<T>& theta, std::size_t values, LaneTable<T>& gradient,
                     std::vector<double>* losses) {
  take_delta(theta, values);
  const std::size_t size = delta_.rows(), stride = theta.stride();
  score(ScorePass<double>{
      {m_.gram.data(), size, nullptr, size}, delta_.row(0), zeros_.row(0), product_.row(0), stride, stride});
  if (losses) losses->assign(theta.lanes(), m_.loss);
  for (std::size_t r = 0; r < size; ++r) {
    double *const g = product_.row(r), *const delta = delta_.row(r);
    for (std::size_t lane = 0; losses && lane < theta.lanes(); ++lane)
      (*losses)[lane] += delta[lane] * (g[lane] / 2 - m_.slope[r]);
    for (std::size_t lane = 0; lane < values; ++lane) g[lane] -= m_.slope[r];
  }
  // Where the model fits without error, rounding would go below 0. What is not a number stays visible.
  for (std::size_t lane = 0; losses && lane < theta.lanes(); ++lane) (*losses)[lane] = std::max((*losses)[lane], 0.0);
  uncentre(gradient);
}

template bool moments_pay(const Part<float>&, std::size_t);
template bool moments_pay(const Part<double>&, std::size_t);
template Moments moments_of(const Part<float>&, std::size_t);
template Moments moments_of(const Part<double>&, std::size_t);
template void MomentSum::mean(const LaneTable<float>&, std::size_t, LaneTable<float>&, std::vector<double>*);
template void MomentSum::mean(const LaneTable<double>&, std::size_t, LaneTable<double>&, std::vector<double>*);

}  // namespace holdout::train
