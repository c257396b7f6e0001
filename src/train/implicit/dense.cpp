#include "dense.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "../measure.hpp"
#include "../solvers/newton.hpp"
#include "../weights.hpp"
#include "factored_newton.hpp"

namespace holdout::train {
namespace {

constexpr double kTight = 1e-10;         // ‖∇J‖ relative to ‖∇J(0)‖, where no tolerance of E is given
constexpr double kExact = 1e-8;          // tolerances of E below are for values that are compared with each other
constexpr std::size_t kMaxTangents = 8;  // more hyperparameters: dθ/dh would cost more than it saves

Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }
bool interrupted(const HyperRequest& request) { return request.interrupt && request.interrupt->load(); }
std::vector<double> to_vector(const Eigen::VectorXd& x) { return {x.begin(), x.end()}; }

}  // namespace

DenseHyperSolver::DenseHyperSolver(const Design<double>& design, const Metric& metric, const ModelSettings& settings)
    : design_(design),
      metric_(metric),
      settings_(settings),
      conditioning_(design),
      conditioned_(conditioning_.identity() ? std::nullopt : std::optional(conditioning_.apply(design))),
      inner_(conditioned_ ? *conditioned_ : design),
      model_(make_model<double>(settings, design.features, design.classes)),
      loss_place_(settings.loss_for(design.classes)),
      loss_(inner_, *model_, loss_place_, settings),
      error_(inner_, *model_, metric),
      scale_(by_weight({conditioning_.scale().begin(), conditioning_.scale().end()})) {}

std::vector<HyperDerivatives> DenseHyperSolver::solve(const HyperRequest& request) {
  std::vector<HyperDerivatives> out(request.lanes.size());
  std::vector<std::size_t> together, one_by_one;
  for (std::size_t lane = 0; lane < out.size(); ++lane)
    (goes_side_by_side(request, lane) ? together : one_by_one).push_back(lane);
  if (!together.empty()) solve_side_by_side(request, together, out);
  if (one_by_one.empty()) return out;
  std::vector<Lane> lanes;
  for (const std::size_t lane : one_by_one) {
    lanes.push_back(make_lane(request.lanes[lane]));
    lanes.back().theta = start_of(lanes.back(), request, request.starts.empty() ? nullptr : &request.starts[lane]);
  }
  minimize_with_l1(request, one_by_one, lanes, out);
  for (std::size_t i = 0; i < lanes.size(); ++i) solve_lane(request, lanes[i], out[one_by_one[i]]);
  std::vector<LaneResult> results;
  results.reserve(one_by_one.size());
  for (const std::size_t lane : one_by_one) results.push_back(std::move(out[lane].result));
  measure(*model_, losses()[loss_place_].link, design_, metric_, results);
  for (std::size_t i = 0; i < results.size(); ++i) out[one_by_one[i]].result = std::move(results[i]);
  return out;
}

// Exact values and slopes of a smooth J with one λ: passes over the rows that all lanes share cost less than a Hessian
// for each step of each lane. Which way a lane goes follows from what is asked of it alone.
bool DenseHyperSolver::goes_side_by_side(const HyperRequest& request, std::size_t lane) const {
  const ModelSettings& model = request.lanes[lane].model;
  return request.want != HyperWant::curvature && request.tolerance > 0 && request.tolerance <= kExact &&
         request.wrt.size() == 1 && !losses()[loss_place_].quadratic && model.lasso() == 0 && model.l2_groups.empty() &&
         model.ridge() > 0 && model_->parameters() <= kMaxFactoredParameters;
}

void DenseHyperSolver::solve_side_by_side(const HyperRequest& request, const std::vector<std::size_t>& lanes,
                                          std::vector<HyperDerivatives>& out) {
  if (!side_by_side_) side_by_side_.emplace(design_, metric_, settings_, conditioning_, inner_);
  std::vector<LaneConfig> configs;
  std::vector<HyperStart> starts;
  for (const std::size_t lane : lanes) {
    configs.push_back(request.lanes[lane]);
    if (request.starts.empty()) continue;
    std::vector<double> theta = to_vector(start_of(make_lane(request.lanes[lane]), request, &request.starts[lane]));
    conditioning_.to_outer(theta);
    starts.push_back({std::move(theta), {}});
  }
  HyperRequest part = request;
  part.lanes = configs, part.starts = starts;
  std::vector<HyperDerivatives> solved = side_by_side_->solve(part);
  for (std::size_t i = 0; i < lanes.size(); ++i) out[lanes[i]] = std::move(solved[i]);
}

DenseHyperSolver::Lane DenseHyperSolver::make_lane(const LaneConfig& config) const {
  Lane lane{&config, Eigen::VectorXd::Zero(index(model_->parameters())), {}, {}, 0, 0, {}};
  lane.l2.head(index(model_->penalized())) = by_weight(conditioning_.to_inner(config.model.ridges(design_.features)));
  for (std::size_t p = 0; p < model_->parameters(); ++p) lane.support.push_back(index(p));
  return lane;
}

// [penalized parameter], of a table [output][feature].
Eigen::VectorXd DenseHyperSolver::by_weight(const Ridges& ridges) const {
  const Eigen::Index n = index(model_->penalized()), d = index(design_.features);
  if (ridges.size() == 1 && d != 1) return Eigen::VectorXd::Constant(n, ridges[0]);
  return Eigen::Map<const Eigen::VectorXd>(ridges.data(), d).replicate(n / std::max<Eigen::Index>(d, 1), 1);
}

// Along the tangent, in log h where h is positive: there θ bends least. No farther than θ is long.
Eigen::VectorXd DenseHyperSolver::start_of(const Lane& lane, const HyperRequest& request,
                                           const HyperStart* start) const {
  const Eigen::Index n = index(model_->parameters());
  if (!start || start->state.empty()) return Eigen::VectorXd::Zero(n);
  Eigen::MatrixXd state = Eigen::Map<const Eigen::MatrixXd>(start->state.data(), n, index(start->state.size()) / n);
  for (auto column : state.colwise()) conditioning_.to_inner({column.data(), static_cast<std::size_t>(n)});
  Eigen::VectorXd way = Eigen::VectorXd::Zero(n);
  for (std::size_t i = 0; i < start->at.size() && index(i) + 1 < state.cols(); ++i) {
    const double from = start->at[i], to = penalty_slope(lane.config->model, request.wrt[i])->value;
    way += (from > 0 && to > 0 ? from * std::log(to / from) : to - from) * state.col(index(i) + 1);
  }
  const double most = state.col(0).norm(), length = way.norm();
  return state.col(0) + (length > most ? most / length : 1) * way;
}

void DenseHyperSolver::evaluate(Lane& lane, HyperWork& work) {
  lane.loss = loss_.value(lane.theta, lane.slope);
  ++work.passes;
  lane.slope += lane.l2.cwiseProduct(lane.theta);
  if (const double l1 = lane.config->model.lasso(); l1 > 0) {
    const Eigen::Index n = index(model_->penalized());
    lane.slope.head(n) += l1 * scale_.cwiseProduct(lane.theta.head(n).cwiseSign());
    lane.slope.head(n) = (lane.theta.head(n).array() != 0).select(lane.slope.head(n), 0);
  }
  lane.objective = lane.loss + lane.theta.dot(lane.l2.cwiseProduct(lane.theta)) / 2;
}

// (∇²E − D³[q]) · directions: what the curvature of E and of J makes of them.
Eigen::MatrixXd DenseHyperSolver::curved(const Lane& lane, const Eigen::VectorXd& q,
                                         const Eigen::MatrixXd& directions) {
  return error_.product(directions) - loss_.third(lane.theta, q, directions);
}

bool DenseHyperSolver::factor(const Lane& lane, const HyperRequest& request, Adjoint& adjoint, HyperWork& work) {
  const bool quadratic = losses()[loss_place_].quadratic;
  if (adjoint.factor && quadratic) return true;
  const ModelSettings& model = lane.config->model;
  if (quadratic && model.lasso() == 0 && model.l2_groups.empty() && inner_.train.start.empty() &&
      !conditioning_.scales()) {
    adjoint.factor.emplace(basis(), model.ridge());
    return true;
  }
  const Eigen::MatrixXd* const of_loss = loss_.hessian(lane.theta, request.interrupt);
  if (!of_loss) return false;
  Eigen::MatrixXd hessian = *of_loss;
  ++work.factorizations;
  hessian.diagonal() += lane.l2;
  // Softmax does not change with what all intercepts share: in that direction H is 0, and its own size will do as well.
  if (const Eigen::Index k = index(model_->outputs()); k > 1) {
    auto intercepts = hessian.bottomRightCorner(k, k);
    intercepts.array() += intercepts.diagonal().mean();
  }
  if (interrupted(request)) return false;
  adjoint.factor.emplace(hessian, lane.support);
  return true;
}

// Deterministic: wherever it comes from, it is the same.
const RidgeBasis& DenseHyperSolver::basis() {
  if (inner_.ridge) return *inner_.ridge;
  if (!basis_) basis_ = ridge_basis_of(inner_);
  return *basis_;
}

void DenseHyperSolver::adjoin(const Lane& lane, const HyperRequest& request, Adjoint& a) {
  constexpr double kClose = 0.3;  // of E: farther away a Taylor series is worth nothing
  error_.move(lane.theta);
  const Eigen::MatrixXd changes = this->changes(lane, request);
  Eigen::MatrixXd sides(lane.theta.size(), 2 + changes.cols());
  sides << error_.gradient(), -lane.slope, -changes;
  const Eigen::MatrixXd solved = a.factor->solve(sides);
  a.q = solved.col(0), a.step = solved.col(1), a.tangents = solved.rightCols(changes.cols());
  // One pass over the rows for all directions.
  const Eigen::Index bent = request.want == HyperWant::curvature ? changes.cols() : 0;
  const Eigen::MatrixXd curved = this->curved(lane, a.q, solved.middleCols(1, 1 + bent));
  a.bend = curved.col(0), a.bent = curved.rightCols(bent);
  a.first = error_.gradient().dot(a.step), a.second = a.step.dot(a.bend) / 2;
  const double size = std::abs(error_.value());
  a.close = std::abs(a.first) <= kClose * size && std::abs(a.second) <= kClose * size;
  // The next term of the series, if it falls on by the same ratio; measured, that is many times too much.
  constexpr double kSafety = 4;
  const double ratio = std::abs(a.second) / std::max(std::abs(a.first), std::numeric_limits<double>::min());
  a.error = std::abs(a.second) * std::min(1.0, kSafety * ratio);
}

// Newton's method with factored Hessians. With a tolerance of E it ends as soon as the corrections of E are known well
// enough; else at the minimum.
void DenseHyperSolver::minimize(Lane& lane, const HyperRequest& request, Adjoint& at, HyperDerivatives& out) {
  constexpr double kCorrection = 1e-6;
  const ModelSettings& model = lane.config->model;
  const Problem problem{inner_,
                        *model_,
                        loss_place_,
                        row_weights(inner_.train, inner_.classes, settings_),
                        {conditioning_.to_inner(model.ridges(design_.features))},
                        {0.0},
                        {model.loss.coefficient()}};
  bool adjoined = false;  // E and its adjoint are known at lane.theta
  const auto direction = [&](const Eigen::VectorXd& theta, const Eigen::VectorXd& gradient, double objective) {
    adjoined = false;
    lane.theta = theta, lane.slope = gradient, lane.objective = objective;
    if (!factor(lane, request, at, out.work))
      return FactoredNewton::Direction{Eigen::VectorXd::Zero(theta.size()), true, false};
    // E and its adjoint are of use where a lane may end, and cost a third of the work elsewhere.
    const bool exact = request.tolerance <= kExact;
    if (exact) at.step = at.factor->solve(-lane.slope);
    adjoined = !exact || (request.tolerance > 0 && is_near_minimum(lane, at.step));
    if (adjoined) adjoin(lane, request, at);
    const double size = std::abs(error_.value());
    const bool accurate = adjoined && at.close && at.error <= request.tolerance * size &&
                          (!exact || std::abs(at.first) <= kCorrection * size);
    return FactoredNewton::Direction{at.step, solves(lane, at), accurate};
  };
  const auto damped = [&](const Eigen::VectorXd& damping) {
    Eigen::MatrixXd hessian = *loss_.hessian(lane.theta);
    ++out.work.factorizations;
    hessian.diagonal() += lane.l2 + damping;
    return Eigen::VectorXd(Factor(hessian, lane.support).solve(-lane.slope));
  };
  FactoredNewton newton(problem, direction, damped);
  std::vector<LaneResult> results(1);
  results[0].theta = to_vector(lane.theta);
  newton.run(request.tolerance > 0 ? 0 : kTight, results, request.interrupt);
  out.result = std::move(results[0]);
  out.work.passes += out.result.steps;
  const Eigen::VectorXd last = lane.theta;
  lane.theta = Eigen::Map<const Eigen::VectorXd>(out.result.theta.data(), lane.l2.size());
  if (out.result.end == LaneEnd::interrupted) return;
  lane.loss = out.result.train_loss;
  if (adjoined && lane.theta == last) return;
  evaluate(lane, out.work);
  bool done = factor(lane, request, at, out.work);
  if (done) adjoin(lane, request, at);
  if (done && request.tolerance == 0 && out.result.end == LaneEnd::converged) done = polish(lane, request, at, out);
  if (!done) out.result.end = LaneEnd::interrupted;
}

// Whether the corrections of E can be those of a quadratic model: the Newton decrement √(δᵀHδ) is small against J. An
// estimate of the error alone may be small by chance, far from the minimum.
bool DenseHyperSolver::is_near_minimum(const Lane& lane, const Eigen::VectorXd& step) {
  constexpr double kDecrement = 1e-6;
  return -lane.slope.dot(step) <= kDecrement * kDecrement * std::abs(lane.objective);
}

// Whether the step solves H step = −∇J: of a singular H the solution of least norm leaves out where H is 0.
bool DenseHyperSolver::solves(const Lane& lane, const Adjoint& at) {
  constexpr double kClose = 1e-3;
  if (!at.factor->singular()) return true;
  const Eigen::MatrixXd& h = *loss_.hessian(lane.theta);
  const Eigen::VectorXd left = h.selfadjointView<Eigen::Lower>() * at.step + lane.l2.cwiseProduct(at.step) + lane.slope;
  return left.norm() <= kClose * lane.slope.norm();
}

// Steps that cost a pass each, until what is left of the residual is nothing for E.
// @return false if interrupted
bool DenseHyperSolver::polish(Lane& lane, const HyperRequest& request, Adjoint& at, HyperDerivatives& out) {
  constexpr double kNothing = 1e-10;
  constexpr int kMaxSteps = 3;
  for (int step = 0; step < kMaxSteps && std::abs(at.first) > kNothing * std::abs(error_.value()); ++step) {
    const Lane before = lane;
    const double left = std::abs(at.first);
    lane.theta += at.step;
    evaluate(lane, out.work);
    if (!factor(lane, request, at, out.work)) return false;
    adjoin(lane, request, at);
    if (std::abs(at.first) < left) continue;
    lane = before;  // rounding is all that is left
    if (!factor(lane, request, at, out.work)) return false;
    adjoin(lane, request, at);
    break;
  }
  return true;
}

// Which weights are 0 Newton's method of `exact` finds, all such lanes side by side; among the others J is smooth.
// @param numbers  of the lanes in the request
void DenseHyperSolver::minimize_with_l1(const HyperRequest& request, const std::vector<std::size_t>& numbers,
                                        std::vector<Lane>& lanes, std::vector<HyperDerivatives>& out) {
  constexpr double kLoose = 1e-7;
  Problem problem{inner_, *model_, loss_place_, row_weights(inner_.train, inner_.classes, settings_), {}, {}, {}};
  problem.at_zero = &at_zero_;
  if (conditioned_) problem.scale = conditioning_.scale();
  std::vector<std::size_t> with_l1;
  std::vector<LaneResult> results;
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const ModelSettings& model = lanes[i].config->model;
    if (!(model.lasso() > 0)) continue;
    with_l1.push_back(i);
    results.emplace_back().theta = to_vector(lanes[i].theta);
    problem.l2.push_back(conditioning_.to_inner(model.ridges(design_.features)));
    problem.l1.push_back(model.lasso()), problem.coefficient.push_back(model.loss.coefficient());
  }
  if (with_l1.empty() || interrupted(request)) return;
  NewtonSolver(problem).run(request.tolerance > kExact ? kLoose : kTight, results, request.interrupt);
  for (std::size_t k = 0; k < with_l1.size(); ++k) {
    Lane& lane = lanes[with_l1[k]];
    HyperDerivatives& d = out[numbers[with_l1[k]]];
    d.result = std::move(results[k]);
    d.work.passes = d.result.steps;
    lane.theta = Eigen::Map<const Eigen::VectorXd>(d.result.theta.data(), lane.theta.size());
    lane.support.clear();
    for (Eigen::Index p = 0; p < lane.theta.size(); ++p)
      if (p >= index(model_->penalized()) || lane.theta[p] != 0) lane.support.push_back(p);
  }
}

// A lane with l1 is at its minimum already.
void DenseHyperSolver::solve_lane(const HyperRequest& request, Lane& lane, HyperDerivatives& out) {
  loss_.set_coefficient(lane.config->model.loss.coefficient());
  LaneResult& r = out.result;
  if (interrupted(request)) {
    r.end = LaneEnd::interrupted, r.theta = to_vector(lane.theta);
    return;
  }
  Adjoint at;
  if (lane.config->model.lasso() > 0) {
    evaluate(lane, out.work);
    if (r.end != LaneEnd::interrupted && !factor(lane, request, at, out.work)) r.end = LaneEnd::interrupted;
    if (r.end != LaneEnd::interrupted) adjoin(lane, request, at);
  } else {
    minimize(lane, request, at, out);
  }
  r.steps = out.work.passes, r.best_epoch = r.epochs;
  r.theta = to_vector(lane.theta);
  conditioning_.to_outer(r.theta);
  if (r.end == LaneEnd::interrupted) return;  // there may be neither a factor nor an adjoint
  r.train_loss = lane.loss;
  derive(lane, at, request, out);
}

void DenseHyperSolver::derive(const Lane& lane, const Adjoint& at, const HyperRequest& request, HyperDerivatives& out) {
  out.value = error_.value() + (at.close ? at.first + at.second : 0);
  out.error_bound = at.close ? at.error : std::numeric_limits<double>::infinity();
  if (request.want == HyperWant::value) return;
  const ModelSettings& model = lane.config->model;
  const Eigen::Index penalized = index(model_->penalized());
  // dE/dh = −q·∂(∇J)/∂h at the minimum: q and θ go there to first order. Summed by features first, as there may be
  // thousands of h.
  const Eigen::VectorXd q = at.close ? Eigen::VectorXd(at.q + at.factor->solve(at.bend)) : at.q;
  std::vector<double> by_feature(design_.features);
  double by_sign = 0;
  for (Eigen::Index p = 0; p < penalized; ++p) {
    const double w = lane.theta[p], moved = at.close ? at.q[p] * at.step[p] : 0, unit = scale_[p];
    by_feature[static_cast<std::size_t>(p) % design_.features] -= unit * unit * (q[p] * w + moved);
    by_sign -= unit * q[p] * static_cast<double>((w > 0) - (w < 0));
  }
  for (const PenaltySlope& slope : penalty_slopes(model, request.wrt))
    out.gradient.push_back(along(model, slope, by_feature, by_sign));
  out.state = to_vector(at.close ? Eigen::VectorXd(lane.theta + at.step) : lane.theta);
  out.state.insert(out.state.end(), at.tangents.data(), at.tangents.data() + at.tangents.size());
  const std::size_t n = static_cast<std::size_t>(lane.theta.size());
  for (std::size_t first = 0; first < out.state.size(); first += n)
    conditioning_.to_outer(std::span(out.state).subspan(first, n));
  if (at.bent.cols() > 0) out.curvature = curvature(lane, at, request);
}

// ∂λ₂/∂h, by penalized parameter.
Eigen::VectorXd DenseHyperSolver::ridge_slope(const Lane& lane, const PenaltySlope& slope) const {
  return by_weight(conditioning_.to_inner(ridge_slopes(lane.config->model, slope, design_.features)));
}

// ∂(∇J)/∂h, a column for each h; none where they are too many, or nobody wants derivatives.
Eigen::MatrixXd DenseHyperSolver::changes(const Lane& lane, const HyperRequest& request) const {
  const bool wanted = request.want != HyperWant::value && request.wrt.size() <= kMaxTangents;
  const Eigen::Index n = index(model_->penalized());
  Eigen::MatrixXd out = Eigen::MatrixXd::Zero(lane.theta.size(), wanted ? index(request.wrt.size()) : 0);
  for (Eigen::Index i = 0; i < out.cols(); ++i) {
    const PenaltySlope slope = *penalty_slope(lane.config->model, request.wrt[static_cast<std::size_t>(i)]);
    out.col(i).head(n) = ridge_slope(lane, slope).cwiseProduct(lane.theta.head(n)) +
                         slope.l1 * scale_.cwiseProduct(lane.theta.head(n).cwiseSign());
  }
  return out;
}

// d²E/da db = θ_aᵀ(∇²E − D³[q])θ_b − q·(∂H/∂a θ_b + ∂H/∂b θ_a + ∂²r/∂a∂b).
std::vector<double> DenseHyperSolver::curvature(const Lane& lane, const Adjoint& at,
                                                const HyperRequest& request) const {
  const Eigen::Index count = at.bent.cols(), n = index(model_->penalized());
  const Eigen::VectorXd theta = lane.theta.head(n), q = at.q.head(n);
  const Eigen::VectorXd squares = scale_.cwiseAbs2();
  const Eigen::MatrixXd weights = at.tangents.topRows(n);
  Eigen::MatrixXd ridges(n, count);
  for (Eigen::Index i = 0; i < count; ++i)
    ridges.col(i) = ridge_slope(lane, *penalty_slope(lane.config->model, request.wrt[static_cast<std::size_t>(i)]));
  std::vector<double> out;
  for (Eigen::Index a = 0; a < count; ++a)
    for (Eigen::Index b = 0; b < count; ++b) {
      const double mixed =
          mixed_slope(request.wrt[static_cast<std::size_t>(a)], request.wrt[static_cast<std::size_t>(b)]);
      out.push_back(at.tangents.col(a).dot(at.bent.col(b)) -
                    q.dot(ridges.col(a).cwiseProduct(weights.col(b)) + ridges.col(b).cwiseProduct(weights.col(a)) +
                          mixed * (scale_.cwiseProduct(theta.cwiseSign()) - squares.cwiseProduct(theta))));
    }
  return out;
}

}  // namespace holdout::train
