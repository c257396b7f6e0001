#include "iterative.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "../hyperparameters.hpp"
#include "../measure.hpp"
#include "../solvers/newton.hpp"
#include "../weights.hpp"

namespace holdout::train {
namespace {

constexpr double kLevels[] = {1e-3, 1e-5, 1e-7, 1e-10};  // relative gradient norms, one after the other
constexpr double kTight = kLevels[3];
constexpr double kExact = 1e-8;  // tolerances of E below are for values that are compared with each other
// For these: the last step of the first level mostly brings what is left of the digits.
constexpr std::array kExactLevels = {1e-8, kTight};
constexpr std::span<const double> kOfExact(kExactLevels);
constexpr double kOfIntercepts = 1e-4;  // the curvature of J in them, at least, but for saturated models

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

IterativeHyperSolver::IterativeHyperSolver(const Design<double>& design, const Metric& metric,
                                           const ModelSettings& settings, Conditioning conditioning,
                                           const Design<double>& conditioned)
    : design_(design),
      metric_(metric),
      settings_(settings),
      conditioning_(std::move(conditioning)),
      inner_(conditioned),
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
  const std::span<const double> levels = request.tolerance == 0        ? kOfExact.last(1)
                                         : request.tolerance <= kExact ? kOfExact
                                                                       : std::span<const double>(kLevels);
  for (const double level : levels) {
    if (open.empty()) break;
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
    const std::size_t n = d.result.theta.size();
    for (std::size_t first = 0; first < d.state.size(); first += n)  // a tangent
      conditioning_.to_outer(std::span(d.state).subspan(first, n));
    d.state.insert(d.state.begin(), d.result.theta.begin(), d.result.theta.end());
    d.result.steps = d.work.passes, d.result.best_epoch = d.result.epochs;
    results.push_back(std::move(d.result));
  }
  measure(*model_, losses()[settings_.loss_for(design_.classes)].link, design_, metric_, results);
  for (std::size_t lane = 0; lane < out.size(); ++lane) out[lane].result = std::move(results[lane]);
  return out;
}

Problem IterativeHyperSolver::problem_of(const HyperRequest& request, const std::vector<std::size_t>& lanes) {
  Problem problem{inner_,
                  *model_,
                  settings_.loss_for(design_.classes),
                  row_weights(design_.train, design_.classes, settings_),
                  {},
                  {},
                  {},
                  conditioning_.scale(),
                  &at_zero_};
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
  const std::size_t n = lanes.size();
  const Problem problem = problem_of(request, lanes);
  std::vector<LaneResult> results(n);
  for (std::size_t i = 0; i < n; ++i) results[i].theta = std::move(out[lanes[i]].result.theta);
  NewtonSolver newton(problem);
  newton.run(tolerance, results, request.interrupt);
  // The end of an answer is that of all its passes, from here to the adjoint.
  const auto interrupted = [&] {
    for (std::size_t i = 0; i < n; ++i) {
      out[lanes[i]].result = std::move(results[i]);
      out[lanes[i]].result.end = LaneEnd::interrupted;
    }
  };
  if (request.interrupt && request.interrupt->load()) return interrupted();
  Level level = level_at(problem, newton, results);
  const std::vector<double> value = error_.at(level.theta, level.up);
  for (std::size_t p = 0; p < level.held.rows(); ++p)
    for (std::size_t i = 0; i < n; ++i)
      if (level.held.at(p, i) != 0) level.up.at(p, i) = 0;
  level.tangents = request.tolerance > 0 && request.tolerance <= kExact && request.wrt.size() == 1;
  level.solved = solve_systems(level, newton, request, lanes);
  if (request.interrupt && request.interrupt->load()) return interrupted();
  for (std::size_t i = 0; i < n; ++i) {
    HyperDerivatives& d = out[lanes[i]];
    results[i].epochs += d.result.epochs;
    d.result = std::move(results[i]);
    d.work.passes += d.result.steps + 1;
    d.work.products += level.solved.products[i] + (level.tangents ? level.solved.products[n + i] : 0);
    d.value = value[i];
    derive(level, problem, request, lanes[i], i, d);
  }
}

// The solver ends where its results are, unless an earlier point of a lane was better.
IterativeHyperSolver::Level IterativeHyperSolver::level_at(const Problem& problem, NewtonSolver& newton,
                                                           std::span<const LaneResult> results) {
  const std::size_t parameters = model_->parameters(), n = results.size();
  Level level{LaneTable<double>(parameters, n), {}, LaneTable<double>(parameters, n),
              LaneTable<double>(parameters, n), {}, {}};
  bool any_held = false, same = true;
  for (std::size_t p = 0; p < parameters; ++p)
    for (std::size_t i = 0; i < n; ++i) {
      const double theta = results[i].theta[p];
      level.theta.at(p, i) = theta, same = same && theta == newton.theta().at(p, i);
      const bool held = p < model_->penalized() && problem.l1[i] > 0 && theta == 0;
      level.held.at(p, i) = held, any_held = any_held || held;
    }
  if (!any_held) level.held = {};
  if (same) {
    level.slope = newton.gradient(), level.scores = newton.scores();
    return level;
  }
  level.slope = LaneTable<double>(parameters, n);
  std::vector<double> loss;
  Values(problem).gradient(level.theta, level.slope, loss, &level.scores);
  return level;
}

// H q = ∇E and H t = −∂∇J/∂h in the same passes over the rows.
HessianSystem::Solution IterativeHyperSolver::solve_systems(const Level& level, NewtonSolver& newton,
                                                            const HyperRequest& request,
                                                            const std::vector<std::size_t>& lanes) const {
  constexpr double kLoose = 1e-6;  // of what both residuals are 1e-6, their product is 1e-12
  const double share = request.tolerance <= kExact && !level.tangents ? kTight : kLoose;
  const std::size_t n = lanes.size(), columns = level.tangents ? 2 * n : n;
  LaneTable<double> sides = level.up;
  if (level.tangents) {
    const LaneTable<double> changes = this->changes(level.theta, request, lanes);
    sides = LaneTable<double>(level.up.rows(), columns);
    for (std::size_t p = 0; p < sides.rows(); ++p)
      for (std::size_t i = 0; i < n; ++i) sides.at(p, i) = level.up.at(p, i), sides.at(p, n + i) = changes.at(p, i);
  }
  std::vector<double> target = Values::dot(sides, sides);
  for (double& x : target) x *= share * share;
  return newton.system().solve(
      {level.theta, sides, level.held, {}, target, std::vector<char>(columns, 1), request.interrupt, &level.scores});
}

// −∂∇J/∂h of the one hyperparameter.
LaneTable<double> IterativeHyperSolver::changes(const LaneTable<double>& theta, const HyperRequest& request,
                                                const std::vector<std::size_t>& lanes) const {
  LaneTable<double> out(theta.rows(), theta.lanes());
  const std::span<const double> scale = conditioning_.scale();
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const ModelSettings& model = request.lanes[lanes[i]].model;
    const PenaltySlope slope = *penalty_slope(model, request.wrt[0]);
    const Ridges l2 = conditioning_.to_inner(ridge_slopes(model, slope, design_.features));
    for (std::size_t p = 0; p < model_->penalized(); ++p) {
      const double w = theta.at(p, i), sign = w > 0 ? 1 : (w < 0 ? -1 : 0);
      const double of_l2 = l2.size() == 1 ? l2[0] : l2[p % design_.features];
      out.at(p, i) = -(of_l2 * w + slope.l1 * scale[p % scale.size()] * sign);
    }
  }
  return out;
}

// @param column  of the level, for the lane of the request
void IterativeHyperSolver::derive(const Level& level, const Problem& problem, const HyperRequest& request,
                                  std::size_t lane, std::size_t column, HyperDerivatives& d) const {
  const std::size_t penalized = model_->penalized(), i = column, tangent = level.theta.lanes() + column;
  const std::span<const double> scale = conditioning_.scale();
  const LaneTable<double>& q = level.solved.x;
  // By features first: there may be thousands of h.
  std::vector<double> by_feature(design_.features);
  double correction = 0, by_sign = 0, left = 0, residual = 0, least = kOfIntercepts;
  for (std::size_t p = 0; p < q.rows(); ++p) {
    const double w = level.theta.at(p, i), sign = w > 0 ? 1 : (w < 0 ? -1 : 0), unit = scale[p % scale.size()];
    const double l1 = p < penalized ? std::copysign(problem.l1[i] * unit, w) : 0;
    const double slope = level.slope.at(p, i) + l1;
    correction -= q.at(p, i) * slope;  // q is 0 where l1 holds a weight
    if (q.at(p, i) != 0) residual += slope * slope;
    left += level.solved.residual.at(p, i) * level.solved.residual.at(p, i);
    if (p < penalized)
      by_feature[p % design_.features] -= unit * unit * q.at(p, i) * w, by_sign -= unit * q.at(p, i) * sign;
  }
  const ModelSettings& model = request.lanes[lane].model;
  d.gradient.clear(), d.state.clear();
  for (const PenaltySlope& penalty : penalty_slopes(model, request.wrt))
    d.gradient.push_back(along(model, penalty, by_feature, by_sign));
  if (level.tangents) {
    const double* const l2 = problem.l2[i].data();
    least = std::min(least, *std::min_element(l2, l2 + problem.l2[i].size()));
    for (std::size_t p = 0; p < q.rows(); ++p) {
      d.gradient[0] += level.solved.residual.at(p, i) * level.solved.x.at(p, tangent);
      d.state.push_back(level.solved.x.at(p, tangent));
    }
  }
  d.value += correction;
  // What q's own residual leaves of the correction is at most ‖ρ‖ ‖∇J‖ by the least eigenvalue.
  d.error_bound = std::abs(correction) + (level.tangents ? std::sqrt(left * residual) / least : 0);
}

}  // namespace holdout::train
