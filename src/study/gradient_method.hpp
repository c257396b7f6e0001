// The gradient search's side of a study: whether it is chosen, and how its derivatives are had.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <holdout/base/error.hpp>
#include <holdout/data/load.hpp>
#include <holdout/study/study.hpp>
#include <holdout/study/trial.hpp>
#include <holdout/train/hypergradient.hpp>

namespace holdout::study {

/// How evaluations come by their derivatives, and why so.
struct DerivativeMethod {
  train::Hypergradient method = train::Hypergradient::implicit;
  std::string why;  // because trainings end at the minimum: optimizer exact
};

/// Of a study with `method: gradient`; nothing for others.
std::optional<DerivativeMethod> derivative_method(const Study& study);
std::string_view name_of(train::Hypergradient method);

/// Whether a study's searcher descends along the parameter: a range of real numbers without steps.
bool is_continuous(const search::Parameter& parameter);

/// What implicit derivatives are taken of where a model's loss has this link: the metric, or, where that has no
/// gradient, the smooth one that measures the same kind of model (log_loss, mse). The metric itself where there is
/// neither.
const train::Metric& smooth_metric(const train::Metric& metric, train::Link link);

/// The study's searcher. A gradient search is told which derivatives it gets.
std::unique_ptr<search::Searcher> make_searcher(const Study& study);

/// The parameters `….groups.NAME` that a gradient search descends along: λ of their own for many features.
std::vector<std::size_t> many(const Study& study);

/// With λ of their own the hold-out error becomes a training error: test rows are demanded, few hold-out rows noticed.
/// @throws Error naming data.split
void check_many(const Study& study, data::Prepared& data);

/// The best trial in which all of `parameters` have one value; null if none may be best.
const Trial* best_tied(std::span<const Trial> trials, bool maximize, std::span<const std::size_t> parameters);

/// What is wrong with a gradient search: metrics without a gradient, parameters without a derivative. Paths are filled
/// in.
void check_gradient_search(const Study& study, Errors& errors);

}  // namespace holdout::study
