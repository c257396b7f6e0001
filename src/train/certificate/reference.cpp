#include "reference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <holdout/train/certificate.hpp>

namespace holdout::train {
namespace {

using Index = Eigen::Index;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kMaxChange = 300;  // of scores: e to it is finite, and no bound is left long before

// √Var_p of a row's coefficients.
double deviation(const double* c, const double* p, Index classes) {
  double mean = 0, squares = 0;
  for (Index k = 0; k < classes; ++k) mean += p[k] * c[k];
  for (Index k = 0; k < classes; ++k) squares += p[k] * (c[k] - mean) * (c[k] - mean);
  return std::sqrt(squares);
}

}  // namespace

Reference::Reference(const ClassRows& train, const ClassRows& holdout, const std::vector<Eigen::MatrixXd>& path,
                     double centre)
    : path_(path), centre_(centre), l2_(std::exp(centre)) {
  RowMajor residuals;
  train.residuals(train.scores(path[0]), residuals);
  Eigen::MatrixXd h = train.hessian(residuals);
  for (Index p = 0; p < h.rows(); ++p)
    if (p % train.columns() + 1 < train.columns()) h(p, p) += l2_;
  cholesky_.compute(h);
  RowNorms norms = row_norms(cholesky_, train, &residuals);
  leverage_ = std::move(norms.leverage);
  probabilities_ = residuals;
  for (Index i = 0; i < train.rows(); ++i) probabilities_(i, train.label[static_cast<std::size_t>(i)]) += 1;
  train_ = rows_of(train), train_.kappa = std::move(norms.kappa);
  holdout_ = rows_of(holdout), holdout_.kappa = row_norms(cholesky_, holdout, nullptr).kappa;
}

Reference::Rows Reference::rows_of(const ClassRows& rows) const {
  const Index k = rows.classes();
  Rows out{&rows, {}, RowMajor(rows.rows(), static_cast<Index>(kTerms) * k)};
  for (std::size_t j = 0; j < kTerms; ++j) out.terms.middleCols(static_cast<Index>(j) * k, k) = rows.scores(path_[j]);
  return out;
}

double Reference::norm(const Eigen::MatrixXd& v) const {
  const Eigen::Map<const Eigen::VectorXd> flat(v.data(), v.size());
  return (cholesky_.matrixU() * flat).norm();
}

double Reference::dual_norm(const Eigen::MatrixXd& v) const {
  const Eigen::Map<const Eigen::VectorXd> flat(v.data(), v.size());
  return cholesky_.matrixL().solve(flat).norm();
}

Reference::Samples Reference::samples(const Rows& rows, const std::vector<double>& at) const {
  const ClassRows& data = *rows.rows;
  const Index n = data.rows(), classes = data.classes(), count = static_cast<Index>(at.size());
  Samples out{Eigen::MatrixXd(data.columns() * data.directions(), count),
              {},
              RowMajor(n, count),
              std::vector<double>(at.size())};
  RowMajor scores(n, classes), residuals;
  for (Index s = 0; s < count; ++s) {
    const double u = at[static_cast<std::size_t>(s)];
    scores = rows.terms.rightCols(classes);
    for (Index j = static_cast<Index>(kTerms) - 1; j-- > 0;)
      scores = u * scores + rows.terms.middleCols(j * classes, classes);
    out.loss.push_back(data.residuals(scores, residuals));
    const Eigen::MatrixXd gradient = data.gradient(residuals);
    out.gradients.col(s) = Eigen::Map<const Eigen::VectorXd>(gradient.data(), gradient.size());
    for (Index i = 0; i < n; ++i) {
      out.wrong(i, s) = -residuals(i, data.label[static_cast<std::size_t>(i)]);
      out.rounding[static_cast<std::size_t>(s)] += data.weight[i] * out.wrong(i, s) * rows.kappa[i];
    }
  }
  return out;
}

// For every c the inequality holds: the best one is where the leverages of the rows above it sum to 1.
double Reference::curvature_left(double s, const Eigen::ArrayXd& changes, double shrink) const {
  const Eigen::ArrayXd a = -(-(changes + train_.kappa.array() * s)).unaryExpr([](double x) { return std::expm1(x); });
  double low = 1 - shrink, high = 1;
  constexpr int kHalvings = 20;
  for (int i = 0; i < kHalvings; ++i) {
    const double c = 0.5 * (low + high);
    if ((a > c).select(leverage_, 0.0).sum() >= 1)
      low = c;
    else
      high = c;
  }
  const auto at = [&](double c) { return 1 - c - (leverage_ * (a - c).max(0.0)).sum(); };
  return std::max(at(1 - shrink), at(high));
}

double Reference::radius_of(double residual, const Eigen::ArrayXd& changes, double shrink) const {
  for (const double share : {1.05, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0}) {
    const double s = share * residual, left = curvature_left(s, changes, shrink);
    if (left * share > 1) return std::min(s, residual / left) * (1 + kRadiusInflation);
  }
  return kInfinity;
}

// sup ‖λP(θ̃ + 2θ̃′ + θ̃″)‖ over a part but for its λ/√λ₀: the norm of H₀⁻¹ is no more than 1/λ₀ on what is penalized.
double Reference::penalty_change(double middle, double half) const {
  std::vector<Eigen::MatrixXd> c = path_;
  for (std::size_t j = 0; j + 1 < kTerms; ++j)
    for (std::size_t i = kTerms - 1; i-- > j;) c[i] += middle * c[i + 1];
  double sum = 0, power = 1;
  for (std::size_t j = 0; j < kTerms; ++j, power *= half) {
    const double n = static_cast<double>(j);
    Eigen::MatrixXd v = c[j];
    if (j + 1 < kTerms) v += 2 * (n + 1) * c[j + 1];
    if (j + 2 < kTerms) v += (n + 1) * (n + 2) * c[j + 2];
    sum += penalized(v).norm() * power;
  }
  return sum;
}

// ‖r‖* at the samples.
std::vector<double> Reference::residual_norms(Samples inner, const std::vector<double>& at) const {
  constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
  const double rounding = (64 + std::sqrt(static_cast<double>(train_.rows->rows()))) * kEpsilon;
  std::vector<double> norms;
  for (std::size_t s = 0; s < at.size(); ++s) {
    Eigen::MatrixXd v = path_.back();
    for (std::size_t j = kTerms - 1; j-- > 0;) v = at[s] * v + path_[j];
    v.row(v.rows() - 1).setZero();
    const double l2 = l2_ * std::exp(at[s]);
    const auto column = static_cast<Index>(s);
    inner.gradients.col(column) += l2 * Eigen::Map<const Eigen::VectorXd>(v.data(), v.size());
    norms.push_back(dual_norm(inner.gradients.col(column)) +
                    rounding * (inner.rounding[s] + l2 / std::sqrt(l2_) * v.norm()));
  }
  return norms;
}

// What the rows add to sup ‖r″‖* over a part, and how far the range of each row's scores is from the centre's.
double Reference::second_derivative(double middle, double half, Eigen::ArrayXd& changes) const {
  const ClassRows& rows = *train_.rows;
  const Index classes = rows.classes();
  const auto width = static_cast<std::size_t>(classes);
  std::vector<double> c(kTerms * width);
  double squares = 0;
  for (Index i = 0; i < rows.rows(); ++i) {
    std::copy_n(train_.terms.row(i).data(), c.size(), c.begin());
    shift(c.data(), width, middle);
    for (std::size_t k = 0; k < width; ++k) c[k] -= train_.terms(i, static_cast<Index>(k));
    double ranges[kTerms], deviations[kTerms];
    for (std::size_t j = 0; j < kTerms; ++j) {
      ranges[j] = range_of(&c[j * width], width);
      deviations[j] = deviation(&c[j * width], probabilities_.row(i).data(), classes);
    }
    const PolynomialBound range = bound_within(ranges, half), sigma = bound_within(deviations, half);
    changes[i] = ranges[0] + range.value;
    const double each = std::exp(std::min(changes[i], kMaxChange)) * (sigma.second + range.first * sigma.first);
    squares += rows.weight[i] * each * each;
  }
  return std::sqrt(squares);
}

// sup E″, half the way times sup ‖d∇E/du‖*, and the rows that are certainly wrong, over a part.
Reference::HoldoutPart Reference::holdout_part(const Samples& outer, std::size_t part, double middle, double half,
                                               double radius) const {
  const ClassRows& rows = *holdout_.rows;
  const auto width = static_cast<std::size_t>(rows.classes());
  const auto s = static_cast<Index>(part);
  std::vector<double> c(kTerms * width);
  HoldoutPart out;
  for (Index i = 0; i < rows.rows(); ++i) {
    std::copy_n(holdout_.terms.row(i).data(), c.size(), c.begin());
    shift(c.data(), width, middle);
    double norms[kTerms];
    for (std::size_t j = 0; j < kTerms; ++j) norms[j] = range_of(&c[j * width], width);
    const PolynomialBound range = bound_within(norms, half);
    const double grown = std::exp(std::min(kMaxChange, half * range.first));
    const double off = std::min(1.0, std::max(outer.wrong(i, s), outer.wrong(i, s + 1)) * grown);  // 1 − p_y
    out.second += rows.weight[i] * (std::min(0.25, off) * range.first * range.first + off * range.second);
    out.turned += rows.weight[i] * 0.25 * range.first * holdout_.kappa[i] * half;
    const auto y = static_cast<std::size_t>(rows.label[static_cast<std::size_t>(i)]);
    bool certainly = false;
    for (std::size_t k = 0; k < width && !certainly; ++k) {
      for (std::size_t j = 0; j < kTerms; ++j) norms[j] = std::abs(c[j * width + k] - c[j * width + y]);
      certainly = k != y && c[k] - c[y] - bound_within(norms, half).value > holdout_.kappa[i] * radius;
    }
    if (certainly) out.wrong += rows.weight[i];
  }
  return out;
}

Reference::Bounds Reference::bounds(double low, double high) const {
  Bounds out{std::vector<double>(kParts, kInfinity), std::vector<double>(kParts), std::vector<double>(kParts)};
  if (cholesky_.info() != Eigen::Success) return out;
  const double eta = (high - low) / static_cast<double>(kParts), half = 0.5 * eta;
  std::vector<double> at;
  for (std::size_t s = 0; s <= kParts; ++s) at.push_back(low - centre_ + eta * static_cast<double>(s));
  const std::vector<double> residual = residual_norms(samples(train_, at), at);
  const Samples outer = samples(holdout_, at);
  std::vector<double> slope;  // ‖∇E‖*
  for (Index s = 0; s < outer.gradients.cols(); ++s) slope.push_back(dual_norm(outer.gradients.col(s)));
  Eigen::ArrayXd changes(train_.rows->rows());
  for (std::size_t p = 0; p < kParts; ++p) {
    const double middle = at[p] + half, rows = second_derivative(middle, half, changes);
    const double bend = rows + std::sqrt(l2_) * std::exp(at[p + 1]) * penalty_change(middle, half);
    const double most = std::max(residual[p], residual[p + 1]) + eta * eta / 8 * bend;
    const double radius = out.radius[p] = radius_of(most, changes, std::min(1.0, std::exp(at[p])));
    if (!std::isfinite(radius)) continue;
    const HoldoutPart part = holdout_part(outer, p, middle, half, radius);
    const double value = std::min(outer.loss[p], outer.loss[p + 1]) - eta * eta / 8 * part.second;
    const double lost = (std::max(slope[p], slope[p + 1]) + part.turned) * radius * (1 + kRadiusInflation);
    out.log_loss[p] = std::max(0.0, value * (1 - kValueInflation) - lost);
    out.errors[p] = part.wrong * (1 - kValueInflation);
  }
  return out;
}

}  // namespace holdout::train
