// Previews: the metric of models that are put together from those of other trials, without training any. Scores are
// linear in θ, so that the scores of each trial's model and of its derivatives are computed once, and put together in
// its place.
#include <map>

#include <holdout/train/linear_scores.hpp>

#include "derivatives.hpp"

namespace holdout::study {

/// Of a trial on the hold-out rows of a fold.
struct Derivatives::LinearScores {
  std::size_t parameters = 0;
  std::vector<std::vector<double>> parts;  // [0]: of θ; [1 + axis]: of its derivative
};

Derivatives::LinearScores Derivatives::scores_of(int trial, const search::Request& request, std::size_t fold) {
  const train::LaneConfig config = apply(study_, request.configuration);
  const train::Design<double>& design = designs_.get<double>(fold, DesignKey(config));
  LinearScores scores{parameters(fold, config), {}};
  std::span<const double> state;
  {
    const std::lock_guard lock(mutex_);
    state = state_of(trial, fold, scores.parameters);
  }
  for (std::size_t first = 0; first < state.size(); first += scores.parameters)
    scores.parts.push_back(train::linear_scores(design.holdout, {config.model, design.features, design.classes},
                                                state.subspan(first, scores.parameters)));
  return scores;
}

std::vector<double> Derivatives::preview(std::size_t fold, std::span<const search::Request> requests) {
  std::map<int, LinearScores> known;
  std::vector<double> out, sum;
  for (const search::Request& request : requests) {
    for (const search::Near& near : request.near) {
      auto found = known.find(near.trial);
      if (found == known.end()) found = known.emplace(near.trial, scores_of(near.trial, request, fold)).first;
      const LinearScores& scores = found->second;
      if (&near == &request.near.front()) sum.assign(scores.parts.at(0).size(), 0);
      std::vector<double> by{near.weight};
      {
        const std::lock_guard lock(mutex_);
        for (const double step : steps(near, request, fold, scores.parameters)) by.push_back(step);
      }
      for (std::size_t k = 0; k < by.size(); ++k)
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += by[k] * scores.parts[k][i];
    }
    const train::LaneConfig config = apply(study_, request.configuration);
    const train::Design<double>& design = designs_.get<double>(fold, DesignKey(config));
    const train::Part<double>& rows = design.holdout;
    train::predict_from_scores({config.model, design.features, design.classes}, sum);
    out.push_back(metric_.value({sum, sum.size() / rows.n, rows.target, rows.weights}));
  }
  return out;
}

std::vector<double> Derivatives::preview(std::span<const search::Request> requests, const Workers& workers) {
  for (const search::Request& request : requests)
    if (!starts_warm(request)) return {};
  std::vector<std::vector<double>> folds(designs_.folds());
  workers.for_each(folds.size(), [&](std::size_t fold) { folds[fold] = preview(fold, requests); });
  std::vector<double> out(requests.size());
  const double sign = metric_.maximize ? -1 : 1, count = static_cast<double>(folds.size());
  for (const std::vector<double>& fold : folds)
    for (std::size_t i = 0; i < out.size(); ++i) out[i] += sign * fold[i] / count;
  return out;
}

}  // namespace holdout::study
