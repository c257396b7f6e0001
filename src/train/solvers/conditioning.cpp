#include "conditioning.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "../moments.hpp"

namespace holdout::train {
namespace {

constexpr double kUsualSize = 64;       // columns between 1/64 and 64 make no condition that a solver feels
constexpr double kUsualMean = 16;       // deviations; beyond, a dense column is shifted
constexpr double kUsualSparseMean = 4;  // fewer than 1/17 of the rows have a 0 in a column with a larger mean
constexpr double kConstant = 1e-13;     // of the mean: a deviation that is rounding

// each(x, j, width) for every row and a few of its columns from j on: so many that vectors are used for them.
template <class Each>
void over_columns(const Part<double>& part, std::size_t d, const Each& each) {
  constexpr std::integral_constant<std::size_t, 8> kEight;
  constexpr std::integral_constant<std::size_t, 1> kOne;
  const double* x = part.x.data();
  for (std::size_t i = 0; i < part.n; ++i, x += d) {
    std::size_t j = 0;
    for (; j + kEight <= d; j += kEight) each(x + j, j, kEight);
    for (; j < d; ++j) each(x + j, j, kOne);
  }
}

}  // namespace

Conditioning::Conditioning(const Design<double>& design)
    : features_(design.features), sparse_(!design.train.start.empty()), shift_(features_), scale_(features_, 1.0) {
  if (design.train.n == 0) return;
  sparse_ ? measure_sparse(design.train) : measure_dense(design.train);
}

void Conditioning::measure_dense(const Part<double>& part) {
  const std::size_t d = features_;
  const double n = static_cast<double>(part.n);
  // Of large numbers sums of squares would overflow: everything is divided by the largest.
  std::vector<double> largest(d), mean(d), deviation(d);
  over_columns(part, d, [n, mean = mean.data(), largest = largest.data()](const double* x, std::size_t j, auto width) {
    double sum[width], most[width];
    for (std::size_t k = 0; k < width; ++k) sum[k] = mean[j + k] + x[k] / n;
    for (std::size_t k = 0; k < width; ++k) most[k] = std::max(largest[j + k], std::abs(x[k]));
    for (std::size_t k = 0; k < width; ++k) mean[j + k] = sum[k], largest[j + k] = most[k];
  });
  for (double& x : largest) x = x > 0 ? 1 / x : 0;
  over_columns(part, d,
               [mean = mean.data(), unit = largest.data(), deviation = deviation.data()](const double* x, std::size_t j,
                                                                                         auto width) {
                 double sum[width];
                 for (std::size_t k = 0; k < width; ++k) {
                   const double z = (x[k] - mean[j + k]) * unit[j + k];
                   sum[k] = deviation[j + k] + z * z;
                 }
                 for (std::size_t k = 0; k < width; ++k) deviation[j + k] = sum[k];
               });
  for (std::size_t j = 0; j < d; ++j) deviation[j] = largest[j] > 0 ? std::sqrt(deviation[j] / n) / largest[j] : 0;
  decide(mean, deviation, deviation);
}

// Zeros count for mean and deviation, but not for the size: a rare feature is as large as its entries are.
void Conditioning::measure_sparse(const Part<double>& part) {
  const std::size_t d = features_;
  const double n = static_cast<double>(part.n);
  std::vector<double> largest(d), count(d), mean(d), deviation(d), size(d);
  for (std::size_t k = 0; k < part.x.size(); ++k) {
    const std::size_t j = part.columns[k];
    mean[j] += part.x[k] / n, ++count[j], largest[j] = std::max(largest[j], std::abs(part.x[k]));
  }
  for (double& x : largest) x = x > 0 ? 1 / x : 0;
  for (std::size_t k = 0; k < part.x.size(); ++k) {
    const std::size_t j = part.columns[k];
    const double z = (part.x[k] - mean[j]) * largest[j], x = part.x[k] * largest[j];
    deviation[j] += z * z, size[j] += x * x;
  }
  for (std::size_t j = 0; j < d; ++j) {
    if (!(largest[j] > 0)) continue;
    const double m = mean[j] * largest[j];
    deviation[j] = std::sqrt((deviation[j] + (n - count[j]) * m * m) / n) / largest[j];
    size[j] =
        std::abs(mean[j]) > kUsualSparseMean * deviation[j] ? deviation[j] : std::sqrt(size[j] / count[j]) / largest[j];
  }
  decide(mean, deviation, size);
}

void Conditioning::decide(std::span<const double> mean, std::span<const double> deviation,
                          std::span<const double> size) {
  const double usual_mean = sparse_ ? kUsualSparseMean : kUsualMean;
  for (std::size_t j = 0; j < features_; ++j) {
    const bool finite = std::isfinite(mean[j]) && std::isfinite(deviation[j]) && std::isfinite(size[j]);
    const bool constant = !(deviation[j] > kConstant * std::abs(mean[j]));
    const bool far = std::abs(mean[j]) > usual_mean * deviation[j];
    const bool unusual = !constant && size[j] > 0 && !(size[j] <= kUsualSize && size[j] >= 1 / kUsualSize);
    if (!finite || (!far && !unusual)) continue;
    identity_ = false;
    if (far) shift_[j] = mean[j];
    if (unusual) scale_[j] = std::ldexp(1.0, -std::ilogb(size[j]));
  }
}

bool Conditioning::scales() const {
  return std::any_of(scale_.begin(), scale_.end(), [](double s) { return s != 1; });
}

Design<double> Conditioning::apply(const Design<double>& design) const {
  Design<double> out;
  out.features = design.features, out.classes = design.classes;
  out.train = apply(design.train), out.holdout = apply(design.holdout);
  if (design.moments) out.moments = moments_of(out.train, features_);
  return out;
}

Part<double> Conditioning::apply(const Part<double>& part) const {
  Part<double> out;
  out.n = part.n, out.y = part.y, out.target = part.target, out.weights = part.weights;
  out.transform = part.transform;
  const auto moved = [this](double x, std::size_t j) { return (x - shift_[j]) * scale_[j]; };
  if (part.start.empty()) {
    out.x = part.x;
    for (std::size_t k = 0; k < out.x.size(); ++k) out.x[k] = moved(out.x[k], k % features_);  // leave-one-out: no x
    return out;
  }
  std::vector<std::uint32_t> shifted;  // columns in which a 0 becomes an entry
  for (std::size_t j = 0; j < features_; ++j)
    if (shift_[j] != 0) shifted.push_back(static_cast<std::uint32_t>(j));
  out.start.push_back(0);
  for (std::size_t i = 0; i < part.n; ++i) {
    auto filled = shifted.begin();
    const auto add = [&](std::uint32_t j, double x) { out.columns.push_back(j), out.x.push_back(moved(x, j)); };
    for (std::size_t k = part.start[i]; k < part.start[i + 1]; ++k) {
      const std::uint32_t j = part.columns[k];
      for (; filled != shifted.end() && *filled < j; ++filled) add(*filled, 0);
      if (filled != shifted.end() && *filled == j) ++filled;
      add(j, part.x[k]);
    }
    for (; filled != shifted.end(); ++filled) add(*filled, 0);
    out.start.push_back(out.x.size());
  }
  return out;
}

void Conditioning::to_inner(std::span<double> theta) const {
  if (identity_) return;
  const std::size_t outputs = theta.size() / (features_ + 1);
  for (std::size_t k = 0; k < outputs; ++k)
    for (std::size_t j = 0; j < features_; ++j) {
      double& w = theta[k * features_ + j];
      theta[outputs * features_ + k] += w * shift_[j];
      w /= scale_[j];
    }
}

void Conditioning::to_outer(std::span<double> theta) const {
  if (identity_) return;
  const std::size_t outputs = theta.size() / (features_ + 1);
  for (std::size_t k = 0; k < outputs; ++k)
    for (std::size_t j = 0; j < features_; ++j) {
      double& w = theta[k * features_ + j];
      w *= scale_[j];
      theta[outputs * features_ + k] -= w * shift_[j];
    }
}

Ridges Conditioning::to_inner(const Ridges& l2) const {
  if (!scales()) return l2;
  Ridges out(features_ + 1);
  for (std::size_t j = 0; j < features_; ++j) out[j] = (l2.size() == 1 ? l2[0] : l2[j]) * scale_[j] * scale_[j];
  out[features_] = l2.back();  // of weights behind hidden layers: there are none
  return out;
}

}  // namespace holdout::train
