#include <holdout/train/minimum.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Core>

#include <holdout/base/number.hpp>

#include "models.hpp"
#include "solvers/problem.hpp"
#include "symmetric.hpp"
#include "weights.hpp"

namespace holdout::train {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// J of one model, at points of one lane.
class Landscape {
 public:
  Landscape(const Design<double>& design, const ModelSettings& settings)
      : l1_(settings.lasso()),
        model_(make_model<double>(settings, design.features, design.classes)),
        problem_{design,
                 *model_,
                 settings.loss_for(design.classes),
                 row_weights(design.train, design.classes, settings.class_weight),
                 {settings.ridges(design.features)},
                 {l1_},
                 {settings.loss.coefficient()}} {}

  std::size_t parameters() const { return model_->parameters(); }
  std::size_t penalized() const { return model_->penalized(); }

  Eigen::VectorXd subgradient(const Eigen::VectorXd& theta) const {
    Values values(problem_);
    LaneTable<double> at(parameters(), 1), gradient(parameters(), 1);
    std::vector<double> loss;
    for (std::size_t p = 0; p < parameters(); ++p) at.at(p, 0) = theta[static_cast<Eigen::Index>(p)];
    values.gradient(at, gradient, loss);
    Eigen::VectorXd out(theta.size());
    for (std::size_t p = 0; p < parameters(); ++p) {
      const double g = gradient.at(p, 0), w = at.at(p, 0), l1 = p < penalized() ? l1_ : 0;
      const double held = g > l1 ? g - l1 : (g < -l1 ? g + l1 : 0);
      out[static_cast<Eigen::Index>(p)] = l1 == 0 ? g : (w > 0 ? g + l1 : (w < 0 ? g - l1 : held));
    }
    return out;
  }

  // Columns [from, parameters) of the Hessian without l1: a product with every unit vector, a lane each.
  Eigen::MatrixXd hessian(const Eigen::VectorXd& theta, std::size_t from) const {
    const std::size_t n = parameters(), lanes = n - from;
    Problem wide{problem_.design, problem_.model, problem_.loss, problem_.weights, {}, {}, {}};
    wide.l2.assign(lanes, problem_.l2[0]), wide.l1.assign(lanes, 0),
        wide.coefficient.assign(lanes, problem_.coefficient[0]);
    Values values(wide);
    LaneTable<double> at(n, lanes), unit(n, lanes), product(n, lanes);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      for (std::size_t p = 0; p < n; ++p) at.at(p, lane) = theta[static_cast<Eigen::Index>(p)];
      unit.at(from + lane, lane) = 1;
    }
    values.hessian(at, unit, product);
    Eigen::MatrixXd out(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(lanes));
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t lane = 0; lane < lanes; ++lane)
        out(static_cast<Eigen::Index>(p), static_cast<Eigen::Index>(lane)) = product.at(p, lane);
    return out;
  }

  // The same weights with the intercepts at their best. Of softmax only differences of intercepts count.
  Eigen::VectorXd with_best_intercepts(Eigen::VectorXd theta) const {
    constexpr int kMostSteps = 20;
    const auto count = static_cast<Eigen::Index>(parameters() - penalized());
    for (int step = 0; step < kMostSteps; ++step) {
      const Eigen::VectorXd g = subgradient(theta).tail(count);
      if (g.norm() <= 1e-15) break;
      const Eigen::MatrixXd h = hessian(theta, penalized()).bottomRows(count);
      theta.tail(count) -= least_norm_solution(h, g);
    }
    return theta;
  }

 private:
  double l1_;
  std::unique_ptr<Model<double>> model_;
  Problem problem_;
};

// Of the weights of features.
double least_ridge(const ModelSettings& model, std::size_t features) {
  const Ridges all = model.ridges(features);
  return all.size() == 1 ? all[0] : *std::min_element(all.begin(), all.end() - 1);
}

}  // namespace

MinimumFacts minimum_facts(const Design<double>& design, const ModelSettings& model, std::span<const double> theta) {
  const LossInfo& loss = losses()[model.loss_for(design.classes)];
  const Landscape landscape(design, model);
  const Eigen::VectorXd at = Eigen::Map<const Eigen::VectorXd>(theta.data(), static_cast<Eigen::Index>(theta.size()));
  MinimumFacts facts;
  facts.least_eigenvalue = facts.largest_eigenvalue = facts.distance = kNaN;
  facts.gradient_norm = landscape.subgradient(at).norm();
  if (model.has_layers()) {
    facts.reason = "scores go through hidden layers, whose units can change places without changing J";
    return facts;
  }
  const double parameters = static_cast<double>(theta.size()), rows = static_cast<double>(design.train.n);
  if (loss.smooth && theta.size() <= kHessianParameters && rows * parameters * parameters <= kHessianWork) {
    const Eigen::VectorXd eigenvalues = spectrum_of(landscape.hessian(at, 0), false).values;
    facts.least_eigenvalue = eigenvalues.minCoeff(), facts.largest_eigenvalue = eigenvalues.maxCoeff();
  }
  facts.convexity = Convexity::convex;
  facts.reason = "the " + std::string(loss.info.name) + " loss is convex in scores, which are linear in the parameters";
  const double noise = 1e-12 * facts.largest_eigenvalue;
  if (loss.quadratic && facts.least_eigenvalue > noise) {
    facts.convexity = Convexity::strongly;
    facts.reason += "; its Hessian is the same everywhere, and positive definite";
    facts.distance = facts.gradient_norm / facts.least_eigenvalue;
  } else if (const double ridge = least_ridge(model, design.features); ridge > 0) {
    facts.convexity = Convexity::strongly;
    facts.reason += "; l2 makes J strongly convex in the weights";
    if (loss.smooth) {
      const Eigen::VectorXd best = landscape.with_best_intercepts(at);
      facts.distance =
          landscape.subgradient(best).head(static_cast<Eigen::Index>(landscape.penalized())).norm() / ridge;
    }
  }
  return facts;
}

}  // namespace holdout::train
