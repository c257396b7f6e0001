#include "winner.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradient_method.hpp"
#include "objective.hpp"
#include "predictions.hpp"

namespace holdout::study {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// What a model says of rows it was not trained on.
struct Verdict {
  Metrics metrics;
  double standard_error = kNaN;
};

template <class T>
Verdict judge(const data::Prepared& data, const data::Scaling& scaling, const data::RowList& rows,
              const train::Metric& metric, const train::ModelSettings& model, std::span<const double> theta,
              PredictionSummary* summary) {
  const auto part = train::make_part<T>(data.dataset, scaling, rows);
  const train::Shape shape{model, data.dataset.features, data.dataset.classes.size()};
  const std::vector<double> scores = train::predict(part, shape, theta);
  const train::Predictions predictions{scores, scores.size() / rows.size(), part.target, part.weights};
  const train::Link link = train::losses()[model.loss_for(shape.classes)].link;
  Verdict verdict;
  for (const train::Metric& m : train::metrics())
    if (measures(m, shape.classes, link)) verdict.metrics.emplace_back(m.info.name, m.value(predictions));
  verdict.standard_error = standard_error(metric, predictions);
  if (summary) summary->add(predictions);
  return verdict;
}

Verdict judge(const train::LaneConfig& config, const data::Prepared& data, const data::Scaling& scaling,
              const data::RowList& rows, const train::Metric& metric, std::span<const double> theta,
              PredictionSummary* summary = nullptr) {
  if (config.training.precision == "float32")
    return judge<float>(data, scaling, rows, metric, config.model, theta, summary);
  return judge<double>(data, scaling, rows, metric, config.model, theta, summary);
}

data::RowList all_but_test(const data::Split& split) {
  data::RowList rows = split.folds[0].train;
  rows.insert(rows.end(), split.folds[0].holdout.begin(), split.folds[0].holdout.end());
  std::sort(rows.begin(), rows.end());
  return rows;
}

// On all rows but the test rows, which measure it if there are any.
void refit(const StudyFile& file, const data::Prepared& data, const train::LaneConfig& config,
           const train::Metric& metric, const Workers& workers, const std::atomic<bool>& interrupt, Winner& winner) {
  const bool standardize = file.study.data.standardize, tested = !data.split.test.empty();
  const data::Fold fold{all_but_test(data.split), tested ? data.split.test : data.split.folds[0].holdout};
  const data::Prepared all{data.dataset, {}, {{fold}, data.split.test}, {}, {}};
  Designs designs(all, standardize);
  if (config.training.precision == "float32")
    designs.make<float>(workers);
  else
    designs.make<double>(workers);
  const Seed seed{static_cast<std::uint64_t>(file.study.seed)};
  const train::LaneResult lane = train_lanes(designs, 0, metric, std::span(&config, 1), seed, &interrupt).front();
  if (tested) winner.refit_test = lane.metrics;
  if (!std::all_of(lane.theta.begin(), lane.theta.end(), [](double x) { return std::isfinite(x); })) return;
  winner.model = tuned_model(config.model, data, data::fit_scaling(data.dataset, fold.train, standardize), lane.theta);
  TunedModel& model = *winner.model;
  model.study = file.study.name, model.trial = winner.trial;
  model.delimiter = file.study.data.delimiter, model.fills_missing = file.study.data.missing == "mean";
}

}  // namespace

const Trial* best_trial(std::span<const Trial> trials, bool maximize) {
  const Trial* best = nullptr;
  for (const Trial& t : trials) {
    if (!may_be_best(t.outcome)) continue;
    if (!best || (maximize ? t.outcome.value > best->outcome.value : t.outcome.value < best->outcome.value)) best = &t;
  }
  return best;
}

Winner crown(const StudyFile& file, const data::Prepared& data, const Trial& trial, Designs& designs,
             const train::Metric& metric, const Workers& workers, const std::atomic<bool>& interrupt) {
  const Study& study = file.study;
  const Seed seed{static_cast<std::uint64_t>(study.seed)};
  const std::size_t folds = designs.folds();
  Winner winner;
  winner.trial = trial.number;
  winner.best_yaml = to_yaml(study, &trial.configuration, file.folder);
  winner.test_standard_error = winner.holdout_standard_error = kNaN;

  train::LaneConfig config = apply(study, trial.configuration);
  if (config.training.precision == "float32")
    designs.make<float>(workers);
  else
    designs.make<double>(workers);  // a resumed search may have trained nothing
  std::vector<train::LaneResult> again(folds);
  workers.for_each(folds, [&](std::size_t k) {
    again[k] = train_lanes(designs, k, metric, std::span(&config, 1), seed, &interrupt).front();
  });
  if (interrupt) return winner;
  winner.rises = again[0].rises, winner.steps = again[0].steps;
  designs.make<double>(workers);
  winner.minimum = train::minimum_facts(designs.get<double>(0), config.model, again[0].theta);
  const auto scaling = [&](const data::RowList& rows) {
    return data::fit_scaling(data.dataset, rows, study.data.standardize);
  };
  PredictionSummary summary(data.dataset.classes.size());
  for (std::size_t k = 0; k < folds; ++k) {
    const data::Fold& fold = data.split.folds[k];
    const Verdict verdict = judge(config, data, scaling(fold.train), fold.holdout, metric, again[k].theta, &summary);
    if (folds == 1) winner.holdout_standard_error = verdict.standard_error;
  }
  winner.predictions = summary.result();
  if (folds == 1 && !data.split.test.empty()) {
    const data::Scaling first = scaling(data.split.folds[0].train);
    Verdict verdict = judge(config, data, first, data.split.test, metric, again[0].theta);
    winner.test = std::move(verdict.metrics);
    winner.test_standard_error = verdict.standard_error;
  }
  double epochs = 0;
  for (const train::LaneResult& r : again) epochs += static_cast<double>(r.best_epoch) / static_cast<double>(folds);
  winner.refit_epochs = config.training.epochs = std::max<std::int64_t>(1, std::llround(epochs));
  config.training.stop.patience = 0;  // its hold-out rows are training rows now
  refit(file, data, config, metric, workers, interrupt, winner);
  return winner;
}

void compare_with_tied(Winner& winner, const StudyFile& file, const data::Prepared& data, std::span<const Trial> trials,
                       Designs& designs, const train::Metric& metric, const Workers& workers,
                       const std::atomic<bool>& interrupt) {
  const std::vector<std::size_t> parameters = many(file.study);
  if (parameters.empty()) return;
  const Trial* tied = best_tied(trials, metric.maximize, parameters);
  if (!tied) return;
  const Winner other = crown(file, data, *tied, designs, metric, workers, interrupt);
  winner.tied = tied->number;
  winner.tied_test = winner.test.empty() ? other.refit_test : other.test;
}

}  // namespace holdout::study
