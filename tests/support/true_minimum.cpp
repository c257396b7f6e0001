#include "support/true_minimum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace holdout::testing {
namespace {

using Numbers = std::vector<long double>;

// x with a x = b, by elimination with pivots; a [n][n] is used up.
Numbers eliminate(Numbers a, Numbers b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t most = i;
    for (std::size_t r = i + 1; r < n; ++r)
      if (std::abs(a[r * n + i]) > std::abs(a[most * n + i])) most = r;
    for (std::size_t c = 0; c < n; ++c) std::swap(a[i * n + c], a[most * n + c]);
    std::swap(b[i], b[most]);
    if (a[i * n + i] == 0) a[i * n + i] = std::numeric_limits<long double>::infinity();
    for (std::size_t r = i + 1; r < n; ++r) {
      const long double f = a[r * n + i] / a[i * n + i];
      for (std::size_t c = i; c < n; ++c) a[r * n + c] -= f * a[i * n + c];
      b[r] -= f * b[i];
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t c = i + 1; c < n; ++c) b[i] -= a[i * n + c] * b[c];
    b[i] /= a[i * n + i];
  }
  return b;
}

long double norm(const Numbers& x) {
  long double sum = 0;
  for (const long double v : x) sum += v * v;
  return std::sqrt(sum);
}

// L of one row; slopes [output], and curvature [output][output].
long double row_loss(std::string_view loss, long double delta, const Numbers& f, double target, Numbers& slopes,
                     Numbers& curvature) {
  const long double y = target, r = f[0] - y, m = y * f[0];
  if (loss == "squared") {
    slopes[0] = r, curvature[0] = 1;
    return r * r / 2;
  }
  if (loss == "huber") {
    const bool inside = std::abs(r) <= delta;
    slopes[0] = inside ? r : (r > 0 ? delta : -delta), curvature[0] = inside;
    return inside ? r * r / 2 : delta * (std::abs(r) - delta / 2);
  }
  if (loss == "poisson") {
    const long double e = std::exp(f[0]);
    slopes[0] = e - y, curvature[0] = e;
    return e - y * f[0];
  }
  if (loss == "squared_hinge") {
    const long double gap = m < 1 ? 1 - m : 0;
    slopes[0] = -2 * y * gap, curvature[0] = m < 1 ? 2 : 0;
    return gap * gap;
  }
  if (loss == "logistic") {
    const long double p = m > 0 ? std::exp(-m) / (1 + std::exp(-m)) : 1 / (1 + std::exp(m));
    slopes[0] = -y * p, curvature[0] = p * (1 - p);
    return m > 0 ? std::log1p(std::exp(-m)) : -m + std::log1p(std::exp(m));
  }
  if (loss != "softmax") throw std::invalid_argument(std::string(loss));
  const std::size_t count = f.size();
  const long double most = *std::max_element(f.begin(), f.end());
  long double sum = 0;
  for (std::size_t k = 0; k < count; ++k) slopes[k] = std::exp(f[k] - most), sum += slopes[k];
  for (long double& p : slopes) p /= sum;
  for (std::size_t k = 0; k < count; ++k)
    for (std::size_t l = 0; l < count; ++l) curvature[k * count + l] = (k == l ? slopes[k] : 0) - slopes[k] * slopes[l];
  slopes[static_cast<std::size_t>(target)] -= 1;
  return std::log(sum) + most - f[static_cast<std::size_t>(target)];
}

}  // namespace

TrueObjective::TrueObjective(const train::Design<double>& design, const train::ModelSettings& model)
    : n_(design.train.n),
      d_(design.features),
      outputs_(design.classes > 2 ? design.classes : 1),
      parameters_(outputs_ * (d_ + 1)),
      loss_(train::losses()[model.loss_for(design.classes)].info.name),
      delta_(model.loss.coefficient()),
      l2_(model.ridge()),
      z_(n_ * (d_ + 1)),
      mean_(d_),
      scale_(d_),
      y_(design.train.y.begin(), design.train.y.end()),
      weights_(design.train.weights) {
  const train::Part<double>& part = design.train;
  for (std::size_t i = 0; i < n_; ++i) {
    long double* const z = z_.data() + i * (d_ + 1);
    z[d_] = 1;
    if (part.start.empty())
      for (std::size_t j = 0; j < d_; ++j) z[j] = part.x[i * d_ + j];
    else
      for (std::size_t at = part.start[i]; at < part.start[i + 1]; ++at) z[part.columns[at]] = part.x[at];
    for (std::size_t j = 0; j < d_; ++j) mean_[j] += z[j] / static_cast<long double>(n_);
  }
  for (std::size_t j = 0; j < d_; ++j) {
    for (std::size_t i = 0; i < n_; ++i) {
      long double& z = z_[i * (d_ + 1) + j];
      z -= mean_[j], scale_[j] += z * z / static_cast<long double>(n_);
    }
    scale_[j] = scale_[j] > 0 ? std::sqrt(scale_[j]) : 1;
    for (std::size_t i = 0; i < n_; ++i) z_[i * (d_ + 1) + j] /= scale_[j];
  }
}

Numbers TrueObjective::to_standard(std::span<const double> theta) const {
  Numbers out(theta.begin(), theta.end());
  for (std::size_t k = 0; k < outputs_; ++k)
    for (std::size_t j = 0; j < d_; ++j) {
      out[outputs_ * d_ + k] += out[k * d_ + j] * mean_[j];
      out[k * d_ + j] *= scale_[j];
    }
  return out;
}

long double TrueObjective::value(std::span<const double> theta) const {
  return evaluate(to_standard(theta), nullptr, nullptr);
}

long double TrueObjective::evaluate(const Numbers& theta, Numbers* gradient, Numbers* hessian) const {
  const auto place = [&](std::size_t k, std::size_t j) { return j < d_ ? k * d_ + j : outputs_ * d_ + k; };
  Numbers f(outputs_), slopes(outputs_), curvature(outputs_ * outputs_);
  if (gradient) gradient->assign(parameters_, 0);
  if (hessian) hessian->assign(parameters_ * parameters_, 0);
  long double sum = 0;
  for (std::size_t i = 0; i < n_; ++i) {
    const long double* const z = z_.data() + i * (d_ + 1);
    for (std::size_t k = 0; k < outputs_; ++k) {
      f[k] = 0;
      for (std::size_t j = 0; j <= d_; ++j) f[k] += theta[place(k, j)] * z[j];
    }
    const long double share = (weights_.empty() ? 1.0L : weights_[i]) / static_cast<long double>(n_);
    sum += share * row_loss(loss_, delta_, f, y_[i], slopes, curvature);
    for (std::size_t k = 0; k < outputs_; ++k)
      for (std::size_t j = 0; j <= d_; ++j) {
        if (gradient) (*gradient)[place(k, j)] += share * slopes[k] * z[j];
        if (!hessian) continue;
        for (std::size_t l = 0; l < outputs_; ++l) {
          const long double c = share * curvature[k * outputs_ + l] * z[j];
          if (c == 0) continue;
          for (std::size_t m = 0; m <= d_; ++m) (*hessian)[place(k, j) * parameters_ + place(l, m)] += c * z[m];
        }
      }
  }
  for (std::size_t p = 0; p < outputs_ * d_; ++p) {
    const long double l2 = l2_ / (scale_[p % d_] * scale_[p % d_]);
    sum += l2 / 2 * theta[p] * theta[p];
    if (gradient) (*gradient)[p] += l2 * theta[p];
    if (hessian) (*hessian)[p * parameters_ + p] += l2;
  }
  return sum;
}

TrueObjective::Minimum TrueObjective::minimum() const {
  constexpr int kMaxSteps = 3000, kMaxStalled = 60;
  Numbers theta(parameters_), gradient, hessian;
  // Damping is relative to what a loss of curvature one has: the columns are standardized.
  long double mu = 1, value = evaluate(theta, &gradient, &hessian);
  for (int step = 0, stalled = 0; step < kMaxSteps && stalled < kMaxStalled; ++step) {
    Numbers a = hessian;
    for (std::size_t p = 0; p < parameters_; ++p)
      a[p * parameters_ + p] += mu * (1 + (p < outputs_ * d_ ? l2_ / (scale_[p % d_] * scale_[p % d_]) : 0));
    const Numbers way = eliminate(std::move(a), gradient);
    Numbers next = theta;
    for (std::size_t p = 0; p < parameters_; ++p) next[p] -= way[p];
    // Where J is level to its last digits, the gradient tells.
    Numbers there;
    const long double at = evaluate(next, &there, nullptr);
    const bool level = std::abs(at - value) <= 64 * std::numeric_limits<long double>::epsilon() * std::abs(value);
    if (!(level ? norm(there) < norm(gradient) : at <= value)) {
      mu = std::max(mu * 4, 1e-16L);
      ++stalled;
      continue;
    }
    stalled = 0;
    theta = std::move(next), mu = mu < 1e-15L ? 1e-19L : mu / 8;
    value = evaluate(theta, &gradient, &hessian);
  }
  Minimum out{theta, value, 0};
  long double squares = 0;
  for (std::size_t p = 0; p < outputs_ * d_; ++p) squares += std::pow(gradient[p] / scale_[p % d_], 2.0L);
  for (std::size_t k = 0; k < outputs_; ++k)
    for (std::size_t j = 0; j < d_; ++j) {
      long double& w = out.theta[k * d_ + j];
      w /= scale_[j];
      out.theta[outputs_ * d_ + k] -= w * mean_[j];
    }
  // An intercept that is off moves the weights, by a share of the loss's curvature.
  const Numbers intercepts(gradient.end() - static_cast<std::ptrdiff_t>(outputs_), gradient.end());
  const long double smallest = *std::min_element(scale_.begin(), scale_.end());
  out.error = l2_ > 0 ? (std::sqrt(squares) + 100 * norm(intercepts) / smallest) / l2_
                      : std::numeric_limits<long double>::infinity();
  return out;
}

}  // namespace holdout::testing
