#include "ridge_bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "../ridge_basis.hpp"
#include "../weights.hpp"

namespace holdout::train {
namespace {

using Index = Eigen::Index;

constexpr double kFirstWidth = 1;  // nats: wider intervals are never proved (measured), narrower ones are often enough

Eigen::VectorXd weights_of(const Part<double>& rows) {
  const auto n = static_cast<Index>(rows.n);
  if (rows.weights.empty()) return Eigen::VectorXd::Ones(n);
  return Eigen::Map<const Eigen::VectorXd>(rows.weights.data(), n);
}

}  // namespace

RidgeBound::RidgeBound(const Design<double>& design, bool root, double low, double high) : root_(root) {
  const RidgeBasis basis = design.ridge ? *design.ridge : ridge_basis_of(design);
  const Part<double>& train = design.train;
  const auto n = static_cast<Index>(train.n), d = static_cast<Index>(design.features);
  const Eigen::VectorXd mean = Eigen::Map<const Eigen::VectorXd>(basis.mean.data(), d);
  const Eigen::MatrixXd vectors = Eigen::Map<const Eigen::MatrixXd>(basis.vectors.data(), d, d);
  spectrum_ = Eigen::Map<const Eigen::VectorXd>(basis.spectrum.data(), d).cwiseMax(0);
  const Eigen::Map<const Rows> x(train.x.data(), n, d);
  const Eigen::Map<const Eigen::VectorXd> y(train.target.data(), n);
  const Eigen::VectorXd w = weights_of(train) / weights_of(train).sum();
  const double target_mean = w.dot(y);
  const Eigen::VectorXd wy = w.array() * (y.array() - target_mean);
  slopes_ = vectors.transpose() * (x.transpose() * wy - mean * wy.sum());
  project(design.leave_one_out ? train : design.holdout, mean, vectors, target_mean);
  if (design.leave_one_out) leave_out(train);
  const auto pieces = std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil((high - low) / kFirstWidth)));
  for (std::size_t i = 0; i <= pieces; ++i)
    anchors_.push_back(i == pieces ? high : std::lerp(low, high, static_cast<double>(i) / static_cast<double>(pieces)));
}

void RidgeBound::project(const Part<double>& rows, const Eigen::VectorXd& mean, const Eigen::MatrixXd& vectors,
                         double target_mean) {
  const auto n = static_cast<Index>(rows.n), d = mean.size();
  const Eigen::Map<const Rows> x(rows.x.data(), n, d);
  const Rows z = x.rowwise() - mean.transpose();
  length_ = z.rowwise().norm();
  b_ = z * vectors;
  target_ = Eigen::Map<const Eigen::VectorXd>(rows.target.data(), n).array() - target_mean;
  weight_ = weights_of(rows) / weights_of(rows).sum();
}

// b holds the projections still: they give the leverages.
void RidgeBound::leave_out(const Part<double>& rows) {
  own_ = weights_of(rows) / static_cast<double>(rows.n);
  c_ = b_.cwiseAbs2();
  c_.array().colwise() *= own_.array();
}

RidgeBound::Sums RidgeBound::sums(double low, double high) const {
  constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
  const double middle = 0.5 * (low + high), half = 0.5 * (high - low);
  const Index d = spectrum_.size();
  Sums out;
  double own = -1;  // of the row that these were made for
  Eigen::ArrayXd at, change, largest_change, at_low;
  double solve_error = 0, norm = 0;
  for (Index i = 0; i < b_.rows(); ++i) {
    if (weight_[i] == 0) continue;
    const double part = own_.size() > 0 ? own_[i] : 0;
    if (part != own) {
      own = part;
      const double left = std::exp(low) * (1 - own), right = std::exp(high) * (1 - own),
                   mu = std::exp(middle) * (1 - own);
      at = (spectrum_.array() + mu).inverse();
      change = mu * at.square();
      at_low = (spectrum_.array() + left).inverse();
      largest_change = right * (spectrum_.array() + right).inverse() * at_low;
      // A backward stable decomposition: the covariance is off by that share of its norm, the weights by as much times
      // the condition.
      solve_error = 16 * static_cast<double>(d + 16) * kEpsilon * (1 + spectrum_[d - 1] / (spectrum_[0] + left));
      norm = (slopes_.array() * at_low).matrix().norm();
      at *= slopes_.array(), change *= slopes_.array(), largest_change *= slopes_.array().abs();
    }
    const auto b = b_.row(i).transpose().array();
    const double e = target_[i] - (b * at).sum(), e1 = (b * change).sum(), a = (b.abs() * largest_change).sum();
    double rest = 1, rest1 = 0, least = 1, most1 = 0;  // 1 − h and its derivative in the middle; their bounds
    if (own_.size() > 0) {
      const double left = std::exp(low) * (1 - own), right = std::exp(high) * (1 - own),
                   mu = std::exp(middle) * (1 - own);
      const auto c = c_.row(i).transpose().array();
      const auto s = spectrum_.array();
      rest = 1 - own - (c / (s + mu)).sum(), rest1 = (c * mu / (s + mu).square()).sum();
      least = 1 - own - (c / (s + left)).sum(), most1 = (c * right / ((s + right) * (s + left))).sum();
    }
    if (!(least > 1e3 * solve_error)) {  // the row's own model is rounding: it is left out, since squares are ≥ 0
      continue;
    }
    const double r = e / rest, r1 = (e1 - r * rest1) / rest;
    const double most = (std::abs(e) + half * a) / least, slope = (a + most * most1) / least;
    const double bend = (a + 2 * slope * most1 + most * most1) / least;
    out.value += weight_[i] * r * r;
    out.first += weight_[i] * 2 * r * r1;
    out.largest_second += weight_[i] * 2 * (slope * slope + most * bend);
    const double off = (length_[i] * norm + std::abs(r)) * solve_error / least;
    out.rounding += weight_[i] * off * (2 * std::abs(r) + off);
  }
  return out;
}

double RidgeBound::metric(double mean_square) const { return root_ ? std::sqrt(mean_square) : mean_square; }

std::vector<double> RidgeBound::lower(double low, double high) const {
  const double half = 0.5 * (high - low);
  const Sums at = sums(low, high);
  const double bound = at.value * (1 - kValueInflation) - std::abs(at.first) * half -
                       0.5 * at.largest_second * half * half - at.rounding;
  return {metric(std::max(0.0, bound))};
}

double RidgeBound::evaluate(double at) { return metric(sums(at, at).value); }

}  // namespace holdout::train
