#include "dense.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "../measure.hpp"
#include "../solvers.hpp"

namespace holdout::train {
namespace {

constexpr double kTiny = 1e-300;
constexpr double kTight = 1e-10;          // ‖∇J‖ relative to ‖∇J(0)‖, where no tolerance of E is given
constexpr double kExact = 1e-8;           // tolerances of E below are for values that are compared with each other
constexpr std::size_t kMostTangents = 8;  // more hyperparameters: dθ/dh would cost more than it saves

Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }
bool interrupted(const HyperRequest& request) { return request.interrupt && request.interrupt->load(); }
std::vector<double> to_vector(const Eigen::VectorXd& x) { return {x.begin(), x.end()}; }

}  // namespace

DenseHyperSolver::DenseHyperSolver(const Design<double>& design, const Metric& metric, const ModelSettings& settings)
    : design_(design),
      metric_(metric),
      model_(make_model<double>(settings, design.features, design.classes)),
      loss_place_(settings.loss_for(design.classes)),
      loss_(design, *model_, loss_place_, settings.class_weight),
      error_(design, *model_, metric) {}

std::vector<HyperDerivatives> DenseHyperSolver::solve(const HyperRequest& request) {
  std::vector<HyperDerivatives> out(request.lanes.size());
  for (std::size_t lane = 0; lane < out.size(); ++lane) solve_lane(request, lane, out[lane]);
  std::vector<LaneResult> results;
  results.reserve(out.size());
  for (HyperDerivatives& d : out) results.push_back(std::move(d.result));
  measure(*model_, losses()[loss_place_].link, design_, metric_, results);
  for (std::size_t lane = 0; lane < out.size(); ++lane) out[lane].result = std::move(results[lane]);
  return out;
}

DenseHyperSolver::Lane DenseHyperSolver::make_lane(const LaneConfig& config) const {
  Lane lane{&config, Eigen::VectorXd::Zero(index(model_->parameters())), {}, {}, 0, 0, {}};
  lane.l2.head(index(model_->penalized())) = by_weight(config.model.ridges(design_.features));
  for (std::size_t p = 0; p < model_->parameters(); ++p) lane.support.push_back(index(p));
  return lane;
}

// [penalized parameter], of a table [output][feature].
Eigen::VectorXd DenseHyperSolver::by_weight(const Ridges& ridges) const {
  const Eigen::Index n = index(model_->penalized()), d = index(design_.features);
  if (ridges.size() == 1) return Eigen::VectorXd::Constant(n, ridges[0]);
  return Eigen::Map<const Eigen::VectorXd>(ridges.data(), d).replicate(n / std::max<Eigen::Index>(d, 1), 1);
}

// Along the tangent, in log h where h is positive: there θ bends least. No farther than θ is long.
Eigen::VectorXd DenseHyperSolver::start_of(const Lane& lane, const HyperRequest& request,
                                           const HyperStart* start) const {
  const Eigen::Index n = index(model_->parameters());
  if (!start || start->state.empty()) return Eigen::VectorXd::Zero(n);
  const Eigen::Map<const Eigen::MatrixXd> state(start->state.data(), n, index(start->state.size()) / n);
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
    lane.slope.head(n) += l1 * lane.theta.head(n).cwiseSign();
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
  if (quadratic && model.lasso() == 0 && model.l2_groups.empty() && design_.train.start.empty()) {
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
  if (design_.ridge) return *design_.ridge;
  if (!basis_) basis_ = ridge_basis_of(design_);
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
  const double ratio = std::abs(a.second) / std::max(std::abs(a.first), kTiny);
  a.error = std::abs(a.second) * std::min(1.0, kSafety * ratio);
}

bool DenseHyperSolver::search_line(Lane& lane, const HyperRequest& request, const Eigen::VectorXd& step,
                                   HyperWork& work) {
  constexpr double kEnough = 1e-4, kRounding = 1e-13;
  constexpr int kMostHalvings = 40;
  const Eigen::VectorXd from = lane.theta;
  const double fall = lane.slope.dot(step), objective = lane.objective, norm = lane.slope.norm();
  double t = 1;
  for (int halving = 0; halving < kMostHalvings && !interrupted(request); ++halving, t /= 2) {
    lane.theta = from + t * step;
    evaluate(lane, work);
    if (lane.objective <= objective + kEnough * t * fall) return true;
    if (lane.objective <= objective + kRounding * std::abs(objective) && lane.slope.norm() < norm) return true;
  }
  return false;
}

// The same in every call, and no work of a lane: what norms are relative to.
double DenseHyperSolver::first_norm(const Lane& lane) {
  const double coefficient = lane.config->model.loss.coefficient();
  if (first_norm_ == 0 || coefficient != first_coefficient_) {
    Eigen::VectorXd slope;
    loss_.value(Eigen::VectorXd::Zero(lane.l2.size()), slope);
    first_norm_ = std::max(slope.norm(), kTiny), first_coefficient_ = coefficient;
  }
  return first_norm_;
}

LaneEnd DenseHyperSolver::minimize(Lane& lane, const HyperRequest& request, Adjoint& at, HyperDerivatives& out) {
  constexpr int kMostIterations = 100, kPatience = 3;
  constexpr double kNearRounding = 1e-5, kCorrection = 1e-6;
  const double first = first_norm(lane);
  double best = std::numeric_limits<double>::infinity();
  int stalled = 0;
  bool adjoined = false;  // E and its adjoint are of use where a lane may end, and cost a third of the work elsewhere
  const auto ended = [&](LaneEnd end) {
    if (!adjoined) adjoin(lane, request, at);
    return end;
  };
  evaluate(lane, out.work);
  for (int iteration = 0;; ++iteration) {
    const double norm = lane.slope.norm();
    stalled = norm < best / 2 ? 0 : stalled + 1;
    best = std::min(best, norm);
    if (interrupted(request) || !factor(lane, request, at, out.work)) return LaneEnd::interrupted;
    if (request.tolerance <= kExact) at.step = at.factor->solve(-lane.slope);
    adjoined = request.tolerance > kExact || is_near_minimum(lane, at.step);
    if (adjoined) adjoin(lane, request, at);
    out.result.epochs = iteration;
    if (!std::isfinite(norm)) return ended(LaneEnd::diverged);
    const bool accurate = adjoined && at.close && at.error <= request.tolerance * std::abs(error_.value()) &&
                          (request.tolerance > kExact || std::abs(at.first) <= kCorrection * std::abs(error_.value()));
    if (request.tolerance > 0 ? accurate : norm <= kTight * first) return ended(LaneEnd::converged);
    if (stalled >= kPatience && best <= kNearRounding * first) return ended(LaneEnd::rounding);
    const bool stuck = iteration == kMostIterations || !search_line(lane, request, at.step, out.work);
    if (interrupted(request)) return LaneEnd::interrupted;
    if (stuck) return ended(norm <= kNearRounding * first ? LaneEnd::rounding : LaneEnd::epochs);
  }
}

// Whether the corrections of E can be those of a quadratic model: the Newton decrement √(δᵀHδ) is small against J. An
// estimate of the error alone may be small by chance, far from the minimum.
bool DenseHyperSolver::is_near_minimum(const Lane& lane, const Eigen::VectorXd& step) {
  constexpr double kDecrement = 1e-6;
  return -lane.slope.dot(step) <= kDecrement * kDecrement * std::abs(lane.objective);
}

// Which weights are 0 the solver of `exact` finds; among the others J is smooth.
LaneEnd DenseHyperSolver::minimize_with_l1(Lane& lane, const HyperRequest& request, HyperDerivatives& out) {
  constexpr double kLoose = 1e-7;
  LaneConfig config = *lane.config;
  config.training.optimizer.select(update::rules().size());  // the first solver: exact
  const std::vector<std::vector<double>> start = {to_vector(lane.theta)};
  const auto trainer = make_solver_trainer(design_, metric_, std::span(&config, 1), start);
  trainer->run_to({config.training.epochs, request.tolerance > kExact ? kLoose : kTight}, request.interrupt);
  const LaneResult result = trainer->results()[0];
  out.result.epochs = result.epochs, out.work.passes = result.steps;
  lane.theta = Eigen::Map<const Eigen::VectorXd>(result.theta.data(), lane.theta.size());
  lane.support.clear();
  for (Eigen::Index p = 0; p < lane.theta.size(); ++p)
    if (p >= index(model_->penalized()) || lane.theta[p] != 0) lane.support.push_back(p);
  evaluate(lane, out.work);
  return result.end;
}

void DenseHyperSolver::solve_lane(const HyperRequest& request, std::size_t number, HyperDerivatives& out) {
  Lane lane = make_lane(request.lanes[number]);
  loss_.set_coefficient(lane.config->model.loss.coefficient());
  lane.theta = start_of(lane, request, request.starts.empty() ? nullptr : &request.starts[number]);
  LaneResult& r = out.result;
  if (interrupted(request)) {
    r.end = LaneEnd::interrupted, r.theta = to_vector(lane.theta);
    return;
  }
  Adjoint at;
  if (lane.config->model.lasso() > 0) {
    r.end = minimize_with_l1(lane, request, out);
    if (r.end != LaneEnd::interrupted && !factor(lane, request, at, out.work)) r.end = LaneEnd::interrupted;
    if (r.end != LaneEnd::interrupted) adjoin(lane, request, at);
  } else {
    r.end = minimize(lane, request, at, out);
  }
  r.steps = out.work.passes, r.best_epoch = r.epochs;
  r.theta = to_vector(lane.theta);
  if (r.end == LaneEnd::interrupted) return;  // there may be neither a factor nor an adjoint
  r.train_loss = lane.loss, r.gradient_norm = lane.slope.norm() / first_norm(lane);
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
    const double w = lane.theta[p], moved = at.close ? at.q[p] * at.step[p] : 0;
    by_feature[static_cast<std::size_t>(p) % design_.features] -= q[p] * w + moved;
    by_sign -= q[p] * static_cast<double>((w > 0) - (w < 0));
  }
  for (const PenaltySlope& slope : penalty_slopes(model, request.wrt))
    out.gradient.push_back(along(model, slope, by_feature, by_sign));
  out.state = to_vector(at.close ? Eigen::VectorXd(lane.theta + at.step) : lane.theta);
  out.state.insert(out.state.end(), at.tangents.data(), at.tangents.data() + at.tangents.size());
  if (at.bent.cols() > 0) out.curvature = curvature(lane, at, request);
}

// ∂λ₂/∂h, by penalized parameter.
Eigen::VectorXd DenseHyperSolver::ridge_slope(const Lane& lane, const PenaltySlope& slope) const {
  return by_weight(ridge_slopes(lane.config->model, slope, design_.features));
}

// ∂(∇J)/∂h, a column for each h; none where they are too many, or nobody wants derivatives.
Eigen::MatrixXd DenseHyperSolver::changes(const Lane& lane, const HyperRequest& request) const {
  const bool wanted = request.want != HyperWant::value && request.wrt.size() <= kMostTangents;
  const Eigen::Index n = index(model_->penalized());
  Eigen::MatrixXd out = Eigen::MatrixXd::Zero(lane.theta.size(), wanted ? index(request.wrt.size()) : 0);
  for (Eigen::Index i = 0; i < out.cols(); ++i) {
    const PenaltySlope slope = *penalty_slope(lane.config->model, request.wrt[static_cast<std::size_t>(i)]);
    out.col(i).head(n) =
        ridge_slope(lane, slope).cwiseProduct(lane.theta.head(n)) + slope.l1 * lane.theta.head(n).cwiseSign();
  }
  return out;
}

// d²E/da db = θ_aᵀ(∇²E − D³[q])θ_b − q·(∂H/∂a θ_b + ∂H/∂b θ_a + ∂²r/∂a∂b).
std::vector<double> DenseHyperSolver::curvature(const Lane& lane, const Adjoint& at,
                                                const HyperRequest& request) const {
  const Eigen::Index count = at.bent.cols(), n = index(model_->penalized());
  const Eigen::VectorXd theta = lane.theta.head(n), q = at.q.head(n);
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
                          mixed * (theta.cwiseSign() - theta)));
    }
  return out;
}

}  // namespace holdout::train
