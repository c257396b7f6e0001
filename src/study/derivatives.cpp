#include "derivatives.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

#include "answers.hpp"
#include "gradient_method.hpp"

namespace holdout::study {
namespace {

double number(const std::optional<Value>& value) { return std::get<double>(value.value()); }

// What is not finite is no derivative: a tangent that has overflown, a root at 0. Nor is it a result, unless the search
// said so.
void check_finite(Outcome& outcome, const search::Request& request, std::string_view metric) {
  const bool valued = std::isfinite(outcome.value);
  if (valued && !outcome.gradient.empty() && all_finite(outcome.gradient)) {
    if (!all_finite(outcome.curvature)) outcome.curvature.clear();
    return;
  }
  outcome.gradient.clear(), outcome.curvature.clear();
  outcome.no_derivatives = valued && request.derivatives_optional;
  if (outcome.no_derivatives) return;
  outcome.state = TrialState::failed;
  outcome.reason = std::string(metric) + (valued ? " has no finite derivative there"
                                                 : " is " + holdout::to_text(outcome.value) + " on the hold-out rows");
  outcome.value = std::numeric_limits<double>::quiet_NaN();
  outcome.error_bound.reset(), outcome.guard.reset();
}

}  // namespace

Derivatives::Derivatives(const Study& study, const train::Metric& metric, const Designs& designs,
                         const Storage& storage)
    : study_(study), metric_(metric), designs_(designs), storage_(storage) {
  if (const auto derivatives = derivative_method(study)) method_ = derivatives->method;
}

std::vector<std::size_t> Derivatives::axes(const search::Configuration& configuration) const {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < study_.space.size(); ++i) {
    const search::Parameter& parameter = study_.space.parameters()[i];
    const auto& value = configuration.values[i];
    if (!value || !is_continuous(parameter)) continue;
    // Of "zero or the range" only the range has a slope.
    if (number(value) >= parameter.interval->min && number(value) <= parameter.interval->max) out.push_back(i);
  }
  return out;
}

namespace {

// A state holds the parameters of the model, and behind them as many numbers for each derivative. What another program
// put into study.db would be read beyond its end otherwise.
void check_state(std::span<const double> state, std::size_t parameters, int trial) {
  const bool finite = std::all_of(state.begin(), state.end(), [](double x) { return std::isfinite(x); });
  if (finite && !state.empty() && state.size() % parameters == 0) return;
  throw Error("the stored model of trial " + std::to_string(trial) + " does not fit the study's",
              "another program changed study.db: start a new run with --out");
}

}  // namespace

std::vector<double> Derivatives::values(const search::Configuration& configuration) const {
  std::vector<double> out;
  for (const std::size_t i : axes(configuration)) out.push_back(number(configuration.values[i]));
  return out;
}

std::string Derivatives::key(const search::Request& request) {
  if (!wanted(request)) return starts_warm(request) ? "from other trials" : "";
  std::string key = request.want == search::Want::curvature ? "curvature" : "gradient";
  if (request.guarded) key += " guarded";
  key += " " + holdout::to_text(request.fidelity.tolerance.value_or(0));
  for (const std::size_t i : axes(request.configuration)) key += " " + study_.space.parameters()[i].path;
  return key;
}

void Derivatives::begin(int trial, const search::Request& request) {
  if (!wanted(request)) return;
  const std::lock_guard lock(mutex_);
  known_[trial].at = values(request.configuration);
}

// Of a trial that an earlier process trained: from storage.
bool Derivatives::has_states(int trial) {
  const auto found = known_.find(trial);
  if (found == known_.end()) return false;
  if (found->second.states.empty()) found->second.states = storage_.theta(trial);
  return !found->second.states.empty();
}

std::span<const double> Derivatives::state_of(int trial, std::size_t fold, std::size_t parameters) {
  if (!has_states(trial)) return {};
  const std::vector<std::vector<double>>& states = known_.at(trial).states;
  check_state(fold < states.size() ? std::span<const double>(states[fold]) : std::span<const double>(), parameters,
              trial);
  return states[fold];
}

bool Derivatives::starts_warm(const search::Request& request) {
  const std::lock_guard lock(mutex_);
  return std::any_of(request.near.begin(), request.near.end(),
                     [&](const search::Near& n) { return has_states(n.trial); });
}

// Of a state [θ, ∂θ/∂h …].
std::vector<double> Derivatives::steps(const search::Near& near, const search::Request& request, std::size_t fold,
                                       std::size_t parameters) const {
  const std::vector<std::size_t> along = axes(request.configuration);
  const std::vector<double> to = values(request.configuration);
  const Known& known = known_.at(near.trial);
  if (known.at.size() != along.size() || known.states[fold].size() != parameters * (1 + along.size())) return {};
  std::vector<double> out;
  for (std::size_t k = 0; k < along.size(); ++k) {
    const double from = known.at[k];
    const bool log = study_.space.parameters()[along[k]].interval->log;
    out.push_back(near.along * (log ? from * holdout::log(to[k] / from) : to[k] - from));
  }
  return out;
}

// As search::Near says. What tangents add is no longer than what the models themselves give.
std::vector<double> Derivatives::start(const search::Request& request, std::size_t fold, std::size_t parameters) {
  std::vector<double> theta(parameters), way(parameters);
  bool any = false;
  const std::lock_guard lock(mutex_);
  for (const search::Near& near : request.near) {
    const std::span<const double> state = state_of(near.trial, fold, parameters);
    if (state.empty()) continue;
    any = true;
    for (std::size_t p = 0; p < parameters; ++p) theta[p] += near.weight * state[p];
    const std::vector<double> by = steps(near, request, fold, parameters);
    for (std::size_t k = 0; k < by.size(); ++k)
      for (std::size_t p = 0; p < parameters; ++p) way[p] += by[k] * state[(1 + k) * parameters + p];
  }
  if (!any) return {};
  const auto norm = [](const std::vector<double>& x) {
    return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
  };
  const double most = norm(theta), length = norm(way);
  for (std::size_t p = 0; p < parameters; ++p) theta[p] += (length > most ? most / length : 1) * way[p];
  return theta;
}

std::vector<std::vector<double>> Derivatives::starts(std::size_t fold, std::span<const train::LaneConfig> lanes,
                                                     std::span<const search::Request* const> requests) {
  std::vector<std::vector<double>> out;
  for (std::size_t i = 0; i < lanes.size(); ++i) out.push_back(start(*requests[i], fold, parameters(fold, lanes[i])));
  return out;
}

std::string Derivatives::solver_key(std::size_t fold, bool guarded, const train::LaneConfig& config) const {
  return std::to_string(fold) + (guarded ? " guarded " : " ") + values_of(config, Scope::cohort);
}

void Derivatives::give_back(const std::string& key, std::unique_ptr<train::HyperSolver> solver) {
  const std::lock_guard lock(mutex_);
  idle_[key].push_back(std::move(solver));
}

std::size_t Derivatives::parameters(std::size_t fold, const train::LaneConfig& config) {
  const std::string key = solver_key(fold, false, config);
  auto solver = take(key, fold, false, config);
  const std::size_t count = solver->parameters();
  give_back(key, std::move(solver));
  return count;
}

const train::Metric& Derivatives::smooth_for(const train::ModelSettings& model, std::size_t classes) const {
  return smooth_metric(metric_, train::losses()[model.loss_for(classes)].link);
}

std::unique_ptr<train::HyperSolver> Derivatives::take(const std::string& key, std::size_t fold, bool guarded,
                                                      const train::LaneConfig& config) {
  {
    const std::lock_guard lock(mutex_);
    auto& idle = idle_[key];
    if (!idle.empty()) {
      auto solver = std::move(idle.back());
      idle.pop_back();
      return solver;
    }
  }
  const DesignKey by(config);
  const train::Design<double>& design = guarded ? designs_.guarded(fold, by).design : designs_.get<double>(fold, by);
  return train::make_hyper_solver(design, smooth_for(config.model, design.classes), config.model);
}

std::vector<train::HyperDerivatives> Derivatives::solve_implicitly(std::size_t fold,
                                                                   std::span<const train::LaneConfig> lanes,
                                                                   std::span<const std::string> wrt,
                                                                   std::span<const search::Request* const> requests,
                                                                   const std::atomic<bool>* interrupt) {
  const search::Request& first = *requests[0];
  const std::string key = solver_key(fold, first.guarded, lanes[0]);
  auto solver = take(key, fold, first.guarded, lanes[0]);
  std::vector<train::HyperStart> starts;
  for (const search::Request* request : requests) starts.push_back({start(*request, fold, solver->parameters()), {}});
  const auto want = first.want == search::Want::curvature ? train::HyperWant::curvature : train::HyperWant::gradient;
  std::vector<train::HyperDerivatives> solved =
      solver->solve({lanes, wrt, first.fidelity.tolerance.value_or(0), want, starts, interrupt});
  give_back(key, std::move(solver));
  return solved;
}

std::vector<FoldDerivatives> Derivatives::solve(std::size_t fold, std::span<const train::LaneConfig> lanes,
                                                std::span<const search::Request* const> requests,
                                                const std::atomic<bool>* interrupt) {
  const search::Request& first = *requests[0];
  std::vector<std::string> wrt;
  for (const std::size_t i : axes(first.configuration)) wrt.push_back(study_.space.parameters()[i].path);
  const DesignKey key(lanes[0]);
  const train::Design<double>& design =
      first.guarded ? designs_.guarded(fold, key).design : designs_.get<double>(fold, key);
  std::vector<train::HyperDerivatives> solved =
      method_ == train::Hypergradient::implicit
          ? solve_implicitly(fold, lanes, wrt, requests, interrupt)
          : train::forward_derivatives(design, metric_, lanes, wrt, study_.root(), fold, {}, interrupt);
  std::vector<FoldDerivatives> out;
  for (std::size_t i = 0; i < solved.size(); ++i) {
    FoldDerivatives& folded = out.emplace_back();
    folded.derivatives = std::move(solved[i]);
    if (&smooth_for(lanes[i].model, design.classes) != &metric_) measure(design, lanes[i].model, folded.derivatives);
    if (!first.guarded) continue;
    const train::Part<double>& guard = designs_.guarded(fold, key).guard;
    const std::vector<double> scores =
        train::predict(guard, {lanes[i].model, design.features, design.classes}, folded.derivatives.result.theta);
    folded.guard = metric_.value({scores, scores.size() / guard.n, guard.target, guard.weights});
  }
  return out;
}

// Of a metric without derivatives: its value in place of the smooth one. It is exact where that one is, and nothing is
// known of it elsewhere.
void Derivatives::measure(const train::Design<double>& design, const train::ModelSettings& model,
                          train::HyperDerivatives& d) const {
  constexpr double kExact = 1e-8;
  const bool exact = d.error_bound <= kExact * std::abs(d.value);
  d.error_bound = exact ? 0 : std::numeric_limits<double>::infinity();
  const std::string label = metric_.label();
  const auto is_measured = [&](const auto& m) { return m.first == label; };
  auto& all = d.result.metrics;
  if (!smooth_for(model, design.classes).always || metric_.options.tune_threshold ||
      std::none_of(all.begin(), all.end(), is_measured)) {
    const std::vector<double> scores = train::holdout_scores(design, model, d.result.theta);
    const train::Part<double>& rows = design.holdout;
    all = measure_all(metric_, design.classes, train::losses()[model.loss_for(design.classes)].link,
                      {scores, scores.size() / rows.n, rows.target, rows.weights});
  }
  d.value = d.result.value = std::find_if(all.begin(), all.end(), is_measured)->second;
  d.gradient.clear(), d.curvature.clear();
}

// Only what did not fail has derivatives. They are plain d/dh, of the metric; searches hear them in the logarithm of a
// log range, and minimize.
void Derivatives::put(Outcome& outcome, int trial, const search::Request& request, std::span<FoldDerivatives> folds) {
  if (outcome.state != TrialState::complete) return;
  const std::vector<std::size_t> along = axes(request.configuration);
  const std::vector<double> at = values(request.configuration);
  const std::size_t n = study_.space.size(), axes = along.size();
  const double share = 1 / static_cast<double>(folds.size()), sign = metric_.maximize ? -1 : 1;
  const auto is_log = [&](std::size_t k) { return study_.space.parameters()[along[k]].interval->log; };
  bool sloped = true, curved = true;
  for (FoldDerivatives& fold : folds) {
    sloped = sloped && fold.derivatives.gradient.size() == axes;
    curved = curved && fold.derivatives.curvature.size() == axes * axes;
  }
  const bool solved = method_ == train::Hypergradient::implicit;  // else trained: what the training says stands
  if (solved) {
    outcome.value = 0, outcome.error_bound = 0;
    outcome.fold_values.clear();
  }
  outcome.cost = 0;
  if (sloped) outcome.gradient.assign(n, 0);
  if (sloped && curved) outcome.curvature.assign(n * n, 0);
  double guard = 0;
  std::vector<std::vector<double>> states;
  for (FoldDerivatives& fold : folds) {
    train::HyperDerivatives& d = fold.derivatives;
    if (solved) {
      outcome.value += share * d.value, *outcome.error_bound += share * d.error_bound;
      if (folds.size() > 1) outcome.fold_values.push_back(d.value);
    }
    outcome.cost += share * static_cast<double>(d.work.passes + d.work.products + d.work.factorizations);
    guard += share * fold.guard;
    if (sloped)
      for (std::size_t k = 0; k < axes; ++k)
        outcome.gradient[along[k]] += share * sign * d.gradient[k] * (is_log(k) ? at[k] : 1);
    if (sloped && curved)
      for (std::size_t j = 0; j < axes; ++j)
        for (std::size_t k = 0; k < axes; ++k) {
          double h = d.curvature[j * axes + k] * (is_log(j) ? at[j] : 1) * (is_log(k) ? at[k] : 1);
          if (j == k && is_log(k)) h += at[k] * d.gradient[k];
          outcome.curvature[along[j] * n + along[k]] += share * sign * h;
        }
    states.push_back(std::move(d.state));
  }
  if (request.guarded) outcome.guard = sign * guard;
  check_finite(outcome, request, metric_.label());
  if (outcome.state != TrialState::complete) return;
  outcome.full = request.fidelity.full() && !request.guarded;
  if (!outcome.full && outcome.reason.empty())
    outcome.reason = request.guarded ? "measured on two thirds of the hold-out rows only"
                                     : "solved to " + holdout::to_text(*request.fidelity.tolerance, 2) + " only";
  if (outcome.full || !solved) return;  // nothing starts from a training of the study's own
  outcome.theta = states;
  const std::lock_guard lock(mutex_);
  known_[trial].states = std::move(states);
}

}  // namespace holdout::study
