#include "answers.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "gradient_method.hpp"

namespace holdout::study {
namespace {

// Solved in part, a trial is pruned for others, and for the search that asked for it complete.
bool is_complete(const Outcome& outcome) {
  return outcome.state == TrialState::complete || (outcome.state == TrialState::pruned && !outcome.full);
}

}  // namespace

bool all_finite(std::span<const double> numbers) {
  return std::all_of(numbers.begin(), numbers.end(), [](double x) { return std::isfinite(x); });
}

search::Evaluation evaluation_of(const Trial& trial, bool maximize) {
  const Outcome& outcome = trial.outcome;
  search::Evaluation answer;
  answer.trial = trial.number;
  answer.end = is_complete(outcome)                  ? search::End::complete
               : outcome.state == TrialState::pruned ? search::End::pruned
                                                     : search::End::failed;
  answer.value = (maximize ? -outcome.value : outcome.value) + 0.0;  // no minus zero: SQLite has none
  answer.error_bound = outcome.error_bound;
  answer.gradient = outcome.gradient, answer.curvature = outcome.curvature;
  answer.cost = outcome.cost, answer.guard = outcome.guard;
  return answer;
}

bool asked_the_same(const Trial& trial, const search::Request& request) {
  return trial.configuration == request.configuration && trial.near == request.near &&
         trial.fidelity.epochs == request.fidelity.epochs && trial.fidelity.tolerance == request.fidelity.tolerance;
}

bool is_answer(const Outcome& outcome, const search::Request& request) {
  if (!is_complete(outcome)) return true;
  if (!std::isfinite(outcome.value)) return false;
  if (request.want == search::Want::value) return true;
  if (outcome.no_derivatives) return request.derivatives_optional;
  return outcome.gradient.size() == request.configuration.values.size() && all_finite(outcome.gradient) &&
         all_finite(outcome.curvature);
}

std::optional<int> first_without_answer(const Study& study, std::span<const Trial> past, int batch) {
  if (!derivative_method(study)) return {};
  const auto searcher = make_searcher(study);
  const bool maximize = metric_of(study).maximize;
  for (std::size_t next = 0;;) {
    std::vector<search::Evaluation> answers;
    for (const search::Request& request : searcher->ask(batch)) {
      if (next == past.size() || past[next].number != static_cast<int>(next)) return {};
      const Trial& trial = past[next++];
      if (!has_outcome(trial.outcome.state) || !asked_the_same(trial, request)) return {};
      if (!is_answer(trial.outcome, request)) return trial.number;
      answers.push_back(evaluation_of(trial, maximize));
    }
    if (answers.empty()) return {};
    searcher->tell(answers);
  }
}

}  // namespace holdout::study
