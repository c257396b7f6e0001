#include "iterative.hpp"

#include <cmath>

#include "../hyperparameters.hpp"
#include "../measure.hpp"
#include "../solvers/hessian_system.hpp"
#include "../solvers/newton.hpp"
#include "../weights.hpp"

namespace holdout::train {
namespace {

constexpr double kLevels[] = {1e-3, 1e-5, 1e-7, 1e-10};  // relative gradient norms, one after the other
constexpr double kTight = kLevels[3];

}  // namespace

IterativeHyperSolver::IterativeHyperSolver(const Design<double>& design, const Metric& metric,
                                           const ModelSettings& settings)
    : design_(design),
      metric_(metric),
      settings_(settings),
      conditioning_(design),
      conditioned_(conditioning_.identity() ? std::nullopt : std::optional(conditioning_.apply(design))),
      inner_(conditioned_ ? *conditioned_ : design),
      model_(make_model<double>(settings, design.features, design.classes)),
      error_(inner_, metric, *model_) {}

std::vector<HyperDerivatives> IterativeHyperSolver::solve(const HyperRequest& request) {
  std::vector<HyperDerivatives> out(request.lanes.size());
  std::vector<std::size_t> open;
  for (std::size_t lane = 0; lane < out.size(); ++lane) {
    const bool warm = !request.starts.empty() && !request.starts[lane].state.empty();
    out[lane].result.theta = warm ? request.starts[lane].state : std::vector<double>();
    out[lane].result.theta.resize(model_->parameters());
    conditioning_.to_inner(out[lane].result.theta);
    open.push_back(lane);
  }
  for (const double level : kLevels) {
    if (open.empty() || (request.tolerance == 0 && level != kTight)) continue;
    solve_to(level, request, open, out);
    std::erase_if(open, [&](std::size_t lane) {
      const HyperDerivatives& d = out[lane];
      const bool going = d.result.end == LaneEnd::converged && request.tolerance > 0;
      return !going || d.error_bound <= request.tolerance * std::abs(d.value);
    });
  }
  std::vector<LaneResult> results;
  for (HyperDerivatives& d : out) {
    conditioning_.to_outer(d.result.theta);
    d.state = d.result.theta;
    d.result.steps = d.work.passes, d.result.best_epoch = d.result.epochs;
    results.push_back(std::move(d.result));
  }
  measure(*model_, losses()[settings_.loss_for(design_.classes)].link, design_, metric_, results);
  for (std::size_t lane = 0; lane < out.size(); ++lane) out[lane].result = std::move(results[lane]);
  return out;
}

Problem IterativeHyperSolver::problem_of(const HyperRequest& request, const std::vector<std::size_t>& lanes) const {
  Problem problem{inner_,
                  *model_,
                  settings_.loss_for(design_.classes),
                  row_weights(design_.train, design_.classes, settings_.class_weight),
                  {},
                  {},
                  {},
                  conditioning_.scale()};
  for (const std::size_t lane : lanes) {
    const ModelSettings& model = request.lanes[lane].model;
    problem.l2.push_back(conditioning_.to_inner(model.ridges(design_.features)));
    problem.l1.push_back(model.lasso());
    problem.coefficient.push_back(model.loss.coefficient());
  }
  return problem;
}

void IterativeHyperSolver::solve_to(double tolerance, const HyperRequest& request,
                                    const std::vector<std::size_t>& lanes, std::vector<HyperDerivatives>& out) {
  const std::size_t parameters = model_->parameters(), penalized = model_->penalized(), n = lanes.size();
  const Problem problem = problem_of(request, lanes);
  const std::span<const double> scale = conditioning_.scale();
  std::vector<LaneResult> results(n);
  for (std::size_t i = 0; i < n; ++i) results[i].theta = std::move(out[lanes[i]].result.theta);
  NewtonSolver(problem).run(tolerance, results, request.interrupt);
  // The end of an answer is that of all its passes, from here to the adjoint.
  const auto interrupted = [&] {
    for (std::size_t i = 0; i < n; ++i) {
      out[lanes[i]].result = std::move(results[i]);
      out[lanes[i]].result.end = LaneEnd::interrupted;
    }
  };
  if (request.interrupt && request.interrupt->load()) return interrupted();
  LaneTable<double> theta(parameters, n), slope(parameters, n), held(parameters, n), up(parameters, n);
  for (std::size_t p = 0; p < parameters; ++p)
    for (std::size_t i = 0; i < n; ++i) {
      theta.at(p, i) = results[i].theta[p];
      held.at(p, i) = p < penalized && problem.l1[i] > 0 && theta.at(p, i) == 0;
    }
  Values values(problem);
  std::vector<double> loss;
  values.gradient(theta, slope, loss);
  const std::vector<double> value = error_.at(theta, up);
  constexpr double kLoose = 1e-6, kExact = 1e-8;  // of the adjoint, where values of that tolerance are not compared
  const double share = request.tolerance > kExact ? kLoose : kTight;
  for (std::size_t p = 0; p < parameters; ++p)
    for (std::size_t i = 0; i < n; ++i)
      if (held.at(p, i) != 0) up.at(p, i) = 0;
  std::vector<double> target = Values::dot(up, up);
  for (double& x : target) x *= share * share;
  const auto [q, reached, products] =
      HessianSystem(problem, values).solve({theta, up, held, {}, target, std::vector<char>(n, 1), request.interrupt});
  if (request.interrupt && request.interrupt->load()) return interrupted();
  for (std::size_t i = 0; i < n; ++i) {
    HyperDerivatives& d = out[lanes[i]];
    results[i].epochs += d.result.epochs;
    d.result = std::move(results[i]);
    d.work.passes += d.result.steps + 1, d.work.products += products[i];
    double correction = 0;
    for (std::size_t p = 0; p < parameters; ++p) {
      const double w = theta.at(p, i);
      const double l1 = p < penalized ? std::copysign(problem.l1[i] * scale[p % scale.size()], w) : 0;
      correction -= q.at(p, i) * (slope.at(p, i) + l1);  // q is 0 where l1 holds a weight
    }
    d.value = value[i] + correction, d.error_bound = std::abs(correction);
    d.gradient.clear();
    // −q·∂(∇J)/∂h, summed by features first: there may be thousands of h.
    std::vector<double> by_feature(design_.features);
    double by_sign = 0;
    for (std::size_t p = 0; p < penalized; ++p) {
      const double w = theta.at(p, i), sign = w > 0 ? 1 : (w < 0 ? -1 : 0);
      const double unit = scale[p % scale.size()];
      by_feature[p % design_.features] -= unit * unit * q.at(p, i) * w, by_sign -= unit * q.at(p, i) * sign;
    }
    const ModelSettings& model = request.lanes[lanes[i]].model;
    for (const PenaltySlope& penalty : penalty_slopes(model, request.wrt))
      d.gradient.push_back(along(model, penalty, by_feature, by_sign));
  }
}

}  // namespace holdout::train
