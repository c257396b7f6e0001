#include "convex_bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Cholesky>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

#include "../weights.hpp"
#include "reference.hpp"

namespace holdout::train {
namespace {

using Index = Eigen::Index;

constexpr double kNear = 0.3;     // nats: nearer minima of a search are left out, each would cost a factorization
constexpr double kSpacing = 1.6;  // nats: a wider gap is filled
constexpr std::size_t kNodes = kTerms / 2;

std::size_t outputs_of(const Design<double>& design, const ModelSettings& model) {
  return model.type() == "softmax" ? design.classes : 1;
}

}  // namespace

ConvexBound::ConvexBound(const Design<double>& design, const ModelSettings& model, bool errors, double low, double high,
                         std::span<const CertificateAnchor> anchors)
    : train_(design.train, design.features, outputs_of(design, model),
             row_weights(design.train, design.classes, model)),
      holdout_(design.holdout, design.features, outputs_of(design, model),
               AlignedVector<double>(design.holdout.weights.begin(), design.holdout.weights.end())),
      errors_(errors) {
  std::vector<const CertificateAnchor*> known;
  for (const CertificateAnchor& anchor : anchors) known.push_back(&anchor);
  std::stable_sort(known.begin(), known.end(), [](const auto* a, const auto* b) { return a->l2 < b->l2; });
  constexpr double kSame = 1e-9;
  double last = -std::numeric_limits<double>::infinity();
  for (const CertificateAnchor* anchor : known) {
    double t = holdout::log(anchor->l2);
    if (t < low - kSame || t > high + kSame) continue;
    if (t < low + kSame) t = low;
    if (t > high - kSame) t = high;
    if (t - last < kNear && t != high) continue;
    last = t;
    const Eigen::MatrixXd v = train_.coordinates(anchor->theta);
    if (anchor->derivative.empty() || !is_near_minimum(t, v))
      add(minimum(t, v));
    else
      add({t, v, anchor->l2 * train_.coordinates(anchor->derivative)});
  }
  if (points_.empty()) add(minimum(high, Eigen::MatrixXd::Zero(train_.columns(), train_.directions())));
  if (points_.back().t < high) add(minimum(high, points_.back().value));
  while (points_.front().t > low) add(minimum(std::max(low, points_.front().t - kSpacing), start_at(low)));
  for (std::size_t i = 0; i + 1 < points_.size();)
    if (points_[i + 1].t - points_[i].t > kSpacing) {
      const double t = 0.5 * (points_[i].t + points_[i + 1].t);
      add(minimum(t, start_at(t)));
    } else {
      ++i;
    }
}

void ConvexBound::add(PathPoint point) {
  const auto at =
      std::lower_bound(points_.begin(), points_.end(), point.t, [](const PathPoint& p, double t) { return p.t < t; });
  if (at == points_.end() || at->t != point.t) points_.insert(at, std::move(point));
}

std::vector<double> ConvexBound::anchors() const {
  std::vector<double> out;
  for (const PathPoint& p : points_) out.push_back(p.t);
  return out;
}

std::vector<Eigen::MatrixXd> ConvexBound::path(double centre) const {
  const auto after =
      std::upper_bound(points_.begin(), points_.end(), centre, [](double t, const PathPoint& p) { return t < p.t; });
  const auto right = static_cast<std::size_t>(after - points_.begin());
  const std::size_t count = std::min(kNodes, points_.size());
  const std::size_t first = std::min(right > count / 2 ? right - count / 2 : 0, points_.size() - count);
  return hermite_path(std::span(points_).subspan(first, count), centre);
}

// A search may have solved loosely where it did not expect much.
bool ConvexBound::is_near_minimum(double t, const Eigen::MatrixXd& v) const {
  constexpr double kNearMinimum = 1e-6;  // ‖∇J‖ against √λ: of the norm of H₀⁻¹, on what is penalized
  const double l2 = std::exp(t);
  RowMajor residuals;
  train_.residuals(train_.scores(v), residuals);
  Eigen::MatrixXd gradient = train_.gradient(residuals);
  gradient.topRows(gradient.rows() - 1) += l2 * penalized(v);
  return gradient.norm() <= kNearMinimum * std::sqrt(l2);
}

// Inside the path's value, outside that of the nearest minimum.
Eigen::MatrixXd ConvexBound::start_at(double t) const {
  if (t <= points_.front().t) return points_.front().value;
  if (t >= points_.back().t) return points_.back().value;
  return path(t)[0];
}

// Newton's method with halved steps, until the decrement leaves nothing to be gained; one more full step after that.
PathPoint ConvexBound::minimum(double t, Eigen::MatrixXd v) const {
  constexpr int kMaxSteps = 200;
  constexpr double kDecrement = 1e-8, kSmallest = 1e-10;
  const double l2 = std::exp(t);
  const auto objective = [&](const Eigen::MatrixXd& at) {
    RowMajor ignored;
    return train_.residuals(train_.scores(at), ignored) + 0.5 * l2 * penalized(at).squaredNorm();
  };
  const auto penalty = [&](const Eigen::MatrixXd& at) {
    Eigen::MatrixXd g = l2 * at;
    g.row(g.rows() - 1).setZero();
    return g;
  };
  RowMajor residuals;
  bool last = false;
  for (int step = 0; step < kMaxSteps; ++step) {
    const double loss = train_.residuals(train_.scores(v), residuals);
    Eigen::MatrixXd h = train_.hessian(residuals);
    for (Index p = 0; p < h.rows(); ++p)
      if (p % train_.columns() + 1 < train_.columns()) h(p, p) += l2;
    const Eigen::LLT<Eigen::MatrixXd> cholesky(h);
    if (cholesky.info() != Eigen::Success) break;
    const auto solve = [&](const Eigen::MatrixXd& g) {
      const Eigen::VectorXd x = cholesky.solve(Eigen::Map<const Eigen::VectorXd>(g.data(), g.size()));
      return Eigen::MatrixXd(Eigen::Map<const Eigen::MatrixXd>(x.data(), g.rows(), g.cols()));
    };
    if (last) return {t, v, -solve(penalty(v))};
    const Eigen::MatrixXd gradient = train_.gradient(residuals) + penalty(v), way = solve(gradient);
    const double squares = gradient.cwiseProduct(way).sum();
    last = squares <= kDecrement * kDecrement;
    double size = 1;
    const double from = loss + 0.5 * l2 * penalized(v).squaredNorm();
    while (!last && size > kSmallest &&
           !(objective(v - size * way) <= from - 1e-4 * size * squares + 1e-14 * std::abs(from)))
      size /= 2;
    v -= size * way;
  }
  throw Error("no minimum of J was found at λ = " + to_text(std::exp(t), 6));
}

std::vector<double> ConvexBound::lower(double low, double high) const {
  const double centre = 0.5 * (low + high);
  const std::vector<Eigen::MatrixXd> terms = path(centre);
  const Reference reference(train_, holdout_, terms, centre);
  Reference::Bounds bounds = reference.bounds(low, high);
  return std::move(errors_ ? bounds.errors : bounds.log_loss);
}

double ConvexBound::evaluate(double at) {
  try {
    PathPoint point = minimum(at, start_at(at));
    const RowMajor scores = holdout_.scores(point.value);
    add(std::move(point));
    RowMajor ignored;
    return errors_ ? holdout_.errors(scores) : holdout_.residuals(scores, ignored);
  } catch (const Error&) {
    return std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace holdout::train
