#include "nested.hpp"

#include <algorithm>
#include <cmath>

#include "fold_error.hpp"
#include "text.hpp"

namespace holdout::report {

std::optional<NestedError> nested_error(const Findings& f) {
  if (!f.nested) return {};
  std::vector<double> values;
  for (const study::OuterResult& fold : f.nested->folds)
    if (std::isfinite(fold.value)) values.push_back(fold.value);
  if (values.empty()) return {};
  NestedError error;
  error.folds = values.size();
  for (const double v : values) error.mean += v / static_cast<double>(values.size());
  error.standard_error = fold_error(values, 1);
  if (error.standard_error) error.deviation = *error.standard_error * std::sqrt(static_cast<double>(values.size()));
  return error;
}

std::string nested_text(const Findings& f) {
  const NestedError& error = *f.nested_error;
  const auto planned = static_cast<std::size_t>(f.nested->planned);
  std::string text = shown(error.mean, error.standard_error) + ", mean of " +
                     (error.folds < planned ? std::to_string(error.folds) + " of " : "") +
                     counted(planned, "outer fold");
  const std::size_t chosen = chosen_configurations(*f.nested);
  if (error.folds > 1)
    text += chosen == 1 ? ", which chose the same configuration" : ", which chose " + counted(chosen, "configuration");
  return text;
}

std::size_t chosen_configurations(const study::Nested& nested) {
  std::vector<const search::Configuration*> different;
  for (const study::OuterResult& fold : nested.folds) {
    if (fold.configuration.values.empty() && !std::isfinite(fold.holdout)) continue;  // it could choose nothing
    const auto same = [&](const search::Configuration* c) { return *c == fold.configuration; };
    if (std::none_of(different.begin(), different.end(), same)) different.push_back(&fold.configuration);
  }
  return different.size();
}

}  // namespace holdout::report
