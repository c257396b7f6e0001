#include <holdout/train/minimum.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include <Eigen/Core>

#include <holdout/base/number.hpp>

#include "minimum_bound.hpp"
#include "models.hpp"
#include "separation.hpp"
#include "solvers/problem.hpp"
#include "symmetric.hpp"
#include "weights.hpp"

namespace holdout::train {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Calls each(design, weights of its training rows, share of the rows): together they are the design's training rows.
template <class Each>
void for_each_piece(const Design<double>& design, const AlignedVector<double>& weights, const Each& each) {
  each(design, weights, 1.0);
}

// Doubled all at once, rows would take twice the room of the design.
template <class Each>
void for_each_piece(const Design<float>& design, const AlignedVector<float>& weights, const Each& each) {
  constexpr std::size_t kRows = 16 * kRowBlock;
  const Part<float>& from = design.train;
  const std::size_t d = design.features;
  for (std::size_t first = 0; first < from.n; first += kRows) {
    Design<double> piece;
    piece.features = d, piece.classes = design.classes;
    Part<double>& to = piece.train;
    to.n = std::min(kRows, from.n - first);
    const std::span<const float> x(from.x.data() + first * d, to.n * d), y(from.y.data() + first, to.n);
    to.x.assign(x.begin(), x.end()), to.y.assign(y.begin(), y.end());
    AlignedVector<double> own;
    if (!weights.empty()) own.assign(weights.data() + first, weights.data() + first + to.n);
    each(piece, own, static_cast<double>(to.n) / static_cast<double>(from.n));
  }
}

// J of one model in double, at points of one lane. J and its derivatives are the means of those of pieces of the rows.
template <class T>
class JOnRows {
 public:
  JOnRows(const Design<T>& design, const ModelSettings& settings)
      : design_(design),
        loss_(settings.loss_for(design.classes)),
        l1_(settings.lasso()),
        coefficient_(settings.loss.coefficient()),
        l2_(settings.ridges(design.features)),
        weights_(row_weights(design.train, design.classes, settings)),
        model_(make_model<double>(settings, design.features, design.classes)) {}

  std::size_t parameters() const { return model_->parameters(); }
  std::size_t penalized() const { return model_->penalized(); }

  Eigen::VectorXd subgradient(const Eigen::VectorXd& theta) const {
    LaneTable<double> at(parameters(), 1), gradient(parameters(), 1);
    std::vector<double> loss;
    for (std::size_t p = 0; p < parameters(); ++p) at.at(p, 0) = theta[static_cast<Eigen::Index>(p)];
    Eigen::VectorXd out = Eigen::VectorXd::Zero(theta.size());
    for_each_piece(design_, weights_, [&](const Design<double>& piece, const auto& weights, double share) {
      const Problem problem = problem_of(piece, weights, 1, l1_);
      Values(problem).gradient(at, gradient, loss);
      for (std::size_t p = 0; p < parameters(); ++p) out[static_cast<Eigen::Index>(p)] += share * gradient.at(p, 0);
    });
    for (std::size_t p = 0; p < parameters(); ++p) {
      const double g = out[static_cast<Eigen::Index>(p)], w = at.at(p, 0), l1 = p < penalized() ? l1_ : 0;
      const double held = g > l1 ? g - l1 : (g < -l1 ? g + l1 : 0);
      out[static_cast<Eigen::Index>(p)] = l1 == 0 ? g : (w > 0 ? g + l1 : (w < 0 ? g - l1 : held));
    }
    return out;
  }

  // Columns [from, parameters) of the Hessian without l1: a product with every unit vector, a lane each.
  Eigen::MatrixXd hessian(const Eigen::VectorXd& theta, std::size_t from) const {
    const std::size_t n = parameters(), lanes = n - from;
    LaneTable<double> at(n, lanes), unit(n, lanes), product(n, lanes);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      for (std::size_t p = 0; p < n; ++p) at.at(p, lane) = theta[static_cast<Eigen::Index>(p)];
      unit.at(from + lane, lane) = 1;
    }
    Eigen::MatrixXd out = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(lanes));
    for_each_piece(design_, weights_, [&](const Design<double>& piece, const auto& weights, double share) {
      const Problem problem = problem_of(piece, weights, lanes, 0);
      Values(problem).hessian(at, unit, product);
      for (std::size_t p = 0; p < n; ++p)
        for (std::size_t lane = 0; lane < lanes; ++lane)
          out(static_cast<Eigen::Index>(p), static_cast<Eigen::Index>(lane)) += share * product.at(p, lane);
    });
    return out;
  }

 private:
  Problem problem_of(const Design<double>& piece, const AlignedVector<double>& weights, std::size_t lanes,
                     double l1) const {
    return {piece,
            *model_,
            loss_,
            weights,
            std::vector<Ridges>(lanes, l2_),
            std::vector<double>(lanes, l1),
            std::vector<double>(lanes, coefficient_)};
  }

  const Design<T>& design_;
  std::size_t loss_;  // place in losses()
  double l1_, coefficient_;
  Ridges l2_;
  AlignedVector<T> weights_;
  std::unique_ptr<Model<double>> model_;
};

// Of the weights of features.
double least_ridge(const ModelSettings& model, std::size_t features) {
  const Ridges all = model.ridges(features);
  return all.size() == 1 ? all[0] : *std::min_element(all.begin(), all.end() - 1);
}

// What a lecture says about J, and what follows from it at this point.
template <class T>
void add_convexity(const Design<T>& design, const ModelSettings& model, std::span<const double> theta,
                   MinimumFacts& facts) {
  const LossInfo& loss = losses()[model.loss_for(design.classes)];
  const double ridge = least_ridge(model, design.features), noise = 1e-12 * facts.largest_eigenvalue;
  const MinimumBound bound = minimum_bound(design, model, theta);
  facts.convexity = Convexity::convex;
  facts.reason = "the " + std::string(loss.info.name) + " loss is convex in scores, which are linear in the parameters";
  if (loss.quadratic && facts.least_eigenvalue > noise) {
    facts.convexity = Convexity::strongly;
    facts.reason += "; its Hessian is the same everywhere, and positive definite";
  } else if (ridge > 0) {
    facts.convexity = Convexity::strongly;
    facts.reason += "; l2 makes J strongly convex in the weights";
  }
  facts.distance = bound.distance, facts.gap = bound.gap;
  // The eigenvalue, too, is only known to rounding.
  const double least = facts.least_eigenvalue - noise;
  if (loss.quadratic && model.lasso() == 0 && least > noise && std::isfinite(bound.gradient_norm)) {
    facts.distance = std::fmin(facts.distance, bound.gradient_norm / least);
    facts.gap = std::fmin(facts.gap, bound.gradient_norm * bound.gradient_norm / (2 * least));
  }
  if (loss.link != Link::odds || model.lasso() > 0 || ridge > 0) return;
  facts.no_minimum = bound.separated || separable(design, model);
}

template <class T>
MinimumFacts facts_of(const Design<T>& design, const ModelSettings& model, std::span<const double> theta) {
  const LossInfo& loss = losses()[model.loss_for(design.classes)];
  const JOnRows<T> objective(design, model);
  const Eigen::VectorXd at = Eigen::Map<const Eigen::VectorXd>(theta.data(), static_cast<Eigen::Index>(theta.size()));
  MinimumFacts facts;
  facts.least_eigenvalue = facts.largest_eigenvalue = facts.distance = facts.gap = kNaN;
  facts.gradient_norm = objective.subgradient(at).norm();
  if (model.has_layers()) {
    facts.reason = "scores go through hidden layers, whose units can change places without changing J";
    return facts;
  }
  const double parameters = static_cast<double>(theta.size()), rows = static_cast<double>(design.train.n);
  if (loss.smooth && theta.size() <= kHessianParameters && rows * parameters * parameters <= kHessianWork) {
    const Eigen::VectorXd eigenvalues = spectrum_of(objective.hessian(at, 0), false).values;
    facts.least_eigenvalue = eigenvalues.minCoeff(), facts.largest_eigenvalue = eigenvalues.maxCoeff();
  }
  add_convexity(design, model, theta, facts);
  return facts;
}

}  // namespace

MinimumFacts minimum_facts(const Design<double>& design, const ModelSettings& model, std::span<const double> theta) {
  return facts_of(design, model, theta);
}

MinimumFacts minimum_facts(const Design<float>& design, const ModelSettings& model, std::span<const double> theta) {
  assert(design.train.start.empty());
  return facts_of(design, model, theta);
}

}  // namespace holdout::train
