#include <holdout/data/target_transform.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

namespace holdout::data {
namespace {

// ln(1 + x) and e^x − 1 without loss of digits near 0, from logarithm and exponential alone (Kahan; Higham, Accuracy
// and Stability of Numerical Algorithms, 2nd ed., § 1.14.1 and problem 1.5).
double log1p(double x) {
  const double u = 1 + x;
  return u == 1 ? x : holdout::log(u) * (x / (u - 1));
}

double expm1(double x) {
  const double u = holdout::exp(x);
  if (u == 1) return x;
  if (u - 1 == -1) return -1;
  return std::isfinite(u) ? (u - 1) * (x / holdout::log(u)) : u;
}

// (e^{λx} − 1) / λ
double power_of(double log_y, double exponent) { return exponent == 0 ? log_y : expm1(exponent * log_y) / exponent; }

double inverse_power(double h, double exponent) {
  if (exponent == 0) return holdout::exp(h);
  if (exponent * h <= -1) return exponent > 0 ? 0 : std::numeric_limits<double>::infinity();
  return holdout::exp(log1p(exponent * h) / exponent);
}

struct Spread {
  double mean = 0, variance = 0;  // weighted; of the population
};

Spread spread_of(std::span<const double> values, std::span<const double> weights) {
  double all = 0, mean = 0, square = 0;
  for (std::size_t i = 0; i < values.size(); ++i) all += weights[i], mean += weights[i] * values[i];
  mean /= all;
  for (std::size_t i = 0; i < values.size(); ++i) square += weights[i] * (values[i] - mean) * (values[i] - mean);
  return {mean, square / all};
}

// The likelihood of λ is greatest where ((y/g)^λ − 1)/λ varies least, g the geometric mean of y (z^(λ) there): by a
// grid, and golden sections in the cells around its best point. Variances near the least differ by rounding alone: λ is
// exact to about 1e-7.
double likeliest_exponent(std::span<const double> logs, std::span<const double> weights) {
  constexpr double kFar = 5, kStep = 0.5, kClose = 1e-8, kGolden = 0.6180339887498949;
  const double center = spread_of(logs, weights).mean;
  std::vector<double> z(logs.size());
  const auto spread = [&](double exponent) {
    for (std::size_t i = 0; i < logs.size(); ++i) z[i] = power_of(logs[i] - center, exponent);
    const double variance = spread_of(z, weights).variance;
    return std::isnan(variance) ? std::numeric_limits<double>::infinity() : variance;
  };
  double best = 1, least = spread(1);
  for (double exponent = -kFar; exponent <= kFar; exponent += kStep)
    if (const double variance = spread(exponent); variance < least) best = exponent, least = variance;
  double low = std::max(-kFar, best - kStep), high = std::min(kFar, best + kStep);
  double left = high - kGolden * (high - low), right = low + kGolden * (high - low);
  double at_left = spread(left), at_right = spread(right);
  while (high - low > kClose) {
    if (at_left <= at_right) {
      high = right, right = left, at_right = at_left;
      left = high - kGolden * (high - low), at_left = spread(left);
    } else {
      low = left, left = right, at_left = at_right;
      right = low + kGolden * (high - low), at_right = spread(right);
    }
  }
  return (low + high) / 2;
}

}  // namespace

double TargetTransform::apply(double y) const {
  switch (kind) {
    case TargetKind::none:
      return y;
    case TargetKind::log:
      return holdout::log(y);
    case TargetKind::log1p:
      return log1p(y);
    case TargetKind::sqrt:
      return std::sqrt(y);
    case TargetKind::standardize:
      return (y - mean) / scale;
    case TargetKind::box_cox:
      break;
  }
  return (power_of(holdout::log(y), exponent) - mean) / scale;
}

double TargetTransform::invert(double f) const {
  switch (kind) {
    case TargetKind::none:
      return f;
    case TargetKind::log:
      return holdout::exp(f);
    case TargetKind::log1p:
      return expm1(f);
    case TargetKind::sqrt:
      return f > 0 ? f * f : f <= 0 ? 0 : f;  // NaN stays
    case TargetKind::standardize:
      return mean + scale * f;
    case TargetKind::box_cox:
      break;
  }
  return inverse_power(mean + scale * f, exponent);
}

void TargetTransform::invert(std::span<double> scores) const {
  if (kind == TargetKind::none) return;
  for (double& score : scores) score = invert(score);
}

TargetKind target_kind_of(const std::string& word) {
  const auto at = std::find(std::begin(kTargetTransforms), std::end(kTargetTransforms), word);
  return at == std::end(kTargetTransforms) ? TargetKind::none
                                           : static_cast<TargetKind>(at - std::begin(kTargetTransforms));
}

void target_transform_field(FieldVisitor& f, std::string& word) {
  f({"target_transform",
     "what a regression is trained on in place of its target: log, log1p, sqrt, standardize (mean 0, deviation 1), "
     "box_cox (a power by maximum likelihood, standardized); metrics and predictions are in the target's own units",
     Scope::cohort},
    word, kTargetTransforms);
}

std::string target_problem(TargetKind kind, double y) {
  const char* needed = kind == TargetKind::log || kind == TargetKind::box_cox ? (y > 0 ? nullptr : "> 0")
                       : kind == TargetKind::log1p                            ? (y > -1 ? nullptr : "> -1")
                       : kind == TargetKind::sqrt                             ? (y >= 0 ? nullptr : ">= 0")
                                                                              : nullptr;
  if (!needed) return {};
  return "data.target_transform: " + std::string(kTargetTransforms[static_cast<std::size_t>(kind)]) +
         " is for targets " + needed + ", and a row has " + to_text(y);
}

TargetTransform fit_target(const Dataset& dataset, const RowList& rows, TargetKind kind) {
  TargetTransform transform{kind};
  if (kind != TargetKind::standardize && kind != TargetKind::box_cox) return transform;
  std::vector<double> values, weights;
  for (const std::uint32_t i : rows) {
    if (!(dataset.weight(i) > 0)) continue;
    values.push_back(kind == TargetKind::box_cox ? holdout::log(dataset.y[i]) : dataset.y[i]);
    weights.push_back(dataset.weight(i));
  }
  if (values.empty()) return transform;
  const bool constant = std::all_of(values.begin(), values.end(), [&](double x) { return x == values[0]; });
  if (kind == TargetKind::box_cox && !constant) {
    transform.exponent = likeliest_exponent(values, weights);
    for (double& value : values) value = power_of(value, transform.exponent);
  }
  const Spread spread = spread_of(values, weights);
  transform.mean = constant ? values[0] : spread.mean;
  if (kind == TargetKind::box_cox && constant) transform.mean = power_of(values[0], transform.exponent);
  if (!constant && spread.variance > 0) transform.scale = std::sqrt(spread.variance);
  if (!std::isfinite(transform.mean) || !std::isfinite(transform.scale))
    throw Error("data.target_transform: " + std::string(kTargetTransforms[static_cast<std::size_t>(kind)]) +
                    " of the targets is beyond the numbers",
                "use log, or other units for the target");
  return transform;
}

}  // namespace holdout::data
