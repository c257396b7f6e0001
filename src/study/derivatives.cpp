#include "derivatives.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>

#include "gradient_method.hpp"

namespace holdout::study {
namespace {

double number(const std::optional<Value>& value) { return std::get<double>(value.value()); }

bool all_finite(std::span<const double> numbers) {
  return std::all_of(numbers.begin(), numbers.end(), [](double x) { return std::isfinite(x); });
}

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
  if (finite && state.size() % parameters == 0) return;
  throw Error("the stored model of trial " + std::to_string(trial) + " does not fit the study's",
              "another program changed study.db: start a new run with --out");
}

}  // namespace

std::vector<double> Derivatives::values(const search::Configuration& configuration) const {
  std::vector<double> out;
  for (const std::size_t i : axes(configuration)) out.push_back(number(configuration.values[i]));
  return out;
}

std::string Derivatives::key(const search::Request& request) const {
  if (!wanted(request)) return {};
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

train::HyperStart Derivatives::start(int near, std::size_t fold, std::size_t dimension) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(near);
  if (found == known_.end()) return {};
  Known& known = found->second;
  if (known.states.empty()) known.states = storage_.theta(near);  // of a trial that an earlier process trained
  if (known.states.empty()) return {};
  if (fold >= known.states.size()) known.states.resize(fold + 1, {std::numeric_limits<double>::quiet_NaN()});
  return {known.states[fold], known.at.size() == dimension ? known.at : std::vector<double>()};
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
  const std::int64_t degree = config.polynomial;
  return train::make_hyper_solver(guarded ? designs_.guarded(fold, degree).design : designs_.get<double>(fold, degree),
                                  metric_, config.model);
}

std::vector<train::HyperDerivatives> Derivatives::solve_implicitly(std::size_t fold,
                                                                   std::span<const train::LaneConfig> lanes,
                                                                   std::span<const std::string> wrt,
                                                                   std::span<const search::Request* const> requests,
                                                                   const std::atomic<bool>* interrupt) {
  const search::Request& first = *requests[0];
  const auto& model = lanes[0].model;
  const std::int64_t degree = lanes[0].polynomial;
  const train::Design<double>& design =
      first.guarded ? designs_.guarded(fold, degree).design : designs_.get<double>(fold, degree);
  const bool each = train::losses()[model.loss_for(design.classes)].classes == train::Classes::any;
  const std::size_t parameters = (each ? design.classes : 1) * (design.features + 1);
  std::vector<train::HyperStart> starts;
  for (const search::Request* request : requests) {
    starts.push_back(request->near ? start(*request->near, fold, wrt.size()) : train::HyperStart());
    check_state(starts.back().state, parameters, request->near.value_or(0));
  }
  const std::string key =
      std::to_string(fold) + (first.guarded ? " guarded " : " ") + values_of(lanes[0], Scope::cohort);
  auto solver = take(key, fold, first.guarded, lanes[0]);
  const auto want = first.want == search::Want::curvature ? train::HyperWant::curvature : train::HyperWant::gradient;
  std::vector<train::HyperDerivatives> solved =
      solver->solve({lanes, wrt, first.fidelity.tolerance.value_or(0), want, starts, interrupt});
  const std::lock_guard lock(mutex_);
  idle_[key].push_back(std::move(solver));
  return solved;
}

std::vector<FoldDerivatives> Derivatives::solve(std::size_t fold, std::span<const train::LaneConfig> lanes,
                                                std::span<const search::Request* const> requests,
                                                const std::atomic<bool>* interrupt) {
  const search::Request& first = *requests[0];
  std::vector<std::string> wrt;
  for (const std::size_t i : axes(first.configuration)) wrt.push_back(study_.space.parameters()[i].path);
  const std::int64_t degree = lanes[0].polynomial;
  const train::Design<double>& design =
      first.guarded ? designs_.guarded(fold, degree).design : designs_.get<double>(fold, degree);
  std::vector<train::HyperDerivatives> solved =
      method_ == train::Hypergradient::implicit
          ? solve_implicitly(fold, lanes, wrt, requests, interrupt)
          : train::forward_derivatives(design, metric_, lanes, wrt, study_.root(), fold, {}, interrupt);
  std::vector<FoldDerivatives> out;
  for (std::size_t i = 0; i < solved.size(); ++i) {
    FoldDerivatives& folded = out.emplace_back();
    folded.derivatives = std::move(solved[i]);
    if (!first.guarded) continue;
    const train::Part<double>& guard = designs_.guarded(fold, degree).guard;
    const std::vector<double> scores =
        train::predict(guard, {lanes[i].model, design.features, design.classes}, folded.derivatives.result.theta);
    folded.guard = metric_.value({scores, scores.size() / guard.n, guard.target});
  }
  return out;
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
  for (const FoldDerivatives& fold : folds) {
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
  check_finite(outcome, request, metric_.info.name);
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
