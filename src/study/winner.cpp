#include "winner.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <optional>

#include "default_configuration.hpp"
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

// @param scores  of the rows of the part
template <class T>
Verdict judge(const train::Part<T>& part, const train::Shape& shape, const train::Metric& metric,
              std::span<const double> scores, PredictionSummary* summary = nullptr) {
  const train::Predictions predictions{scores, scores.size() / part.n, part.target, part.weights};
  const train::Link link = train::losses()[shape.model.loss_for(shape.classes)].link;
  Verdict verdict;
  for (const train::Metric& m : train::metrics())
    if (measures(m, shape.classes, link)) verdict.metrics.emplace_back(m.info.name, m.value(predictions));
  verdict.standard_error = standard_error(metric, predictions);
  if (summary) summary->add(predictions);
  return verdict;
}

// The hold-out rows of a fold.
Verdict judge_fold(const Designs& designs, std::size_t fold, const train::LaneConfig& config,
                   const train::Metric& metric, std::span<const double> theta, PredictionSummary& summary) {
  const auto verdict = [&](const auto& design) {
    const std::vector<double> scores = train::holdout_scores(design, config.model, theta);
    return judge(design.holdout, {config.model, design.features, design.classes}, metric, scores, &summary);
  };
  if (config.training.in_float32()) return verdict(designs.get<float>(fold, config.polynomial));
  return verdict(designs.get<double>(fold, config.polynomial));
}

// Of the rows in double; but where that would be a second table beside a large one of floats, of those. The size of the
// design alone decides, not what else is there: a resumed run says the same.
train::MinimumFacts facts_of_minimum(const Designs& designs, const train::LaneConfig& config,
                                     std::span<const double> theta) {
  const std::int64_t degree = config.polynomial;
  if (!config.training.in_float32()) return train::minimum_facts(designs.get<double>(0, degree), config.model, theta);
  const train::Design<float>& design = designs.get<float>(0, degree);
  if (design.train.start.empty() && Designs::bytes_of(design) > Designs::kLarge)
    return train::minimum_facts(design, config.model, theta);
  return train::minimum_facts(designs.make_one<double>(0, degree), config.model, theta);
}

// The data with the products of features that a configuration trains on.
class Widened {
 public:
  Widened(const data::Prepared& plain, std::int64_t degree) : plain_(plain) {
    if (degree > 1)
      wide_ = data::Prepared{data::with_products(plain.dataset, degree), plain.columns, plain.split, {}, {}};
  }
  const data::Prepared& operator*() const { return wide_ ? *wide_ : plain_; }

 private:
  const data::Prepared& plain_;
  std::optional<data::Prepared> wide_;
};

data::RowList all_but_test(const data::Split& split) {
  data::RowList rows = split.folds[0].train;
  rows.insert(rows.end(), split.folds[0].holdout.begin(), split.folds[0].holdout.end());
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());  // leave-one-out: all do both
  return rows;
}

// On all rows but the test rows, which measure it if there are any.
// @param data  with all features of the configuration
// @return false if interrupted: nothing is filled in then
[[nodiscard]] bool refit(const StudyFile& file, const data::Prepared& data, train::LaneConfig config,
                         const train::Metric& metric, const Workers& workers, const std::atomic<bool>& interrupt,
                         Winner& winner) {
  const bool standardize = file.study.data.standardize, tested = !data.split.test.empty();
  // What has trained measures nothing: then some rows will do, since there must be some.
  constexpr std::size_t kSome = 1024;
  data::RowList measured = tested ? data.split.test : data.split.folds[0].holdout;
  if (!tested) measured.resize(std::min(measured.size(), kSome));
  const data::Split all{{{all_but_test(data.split), std::move(measured)}}, data.split.test};
  const data::Fold& fold = all.folds[0];
  Designs designs(data.dataset, all, standardize);
  config.polynomial = 1;  // what `data` has are all
  designs.make_for(workers, config);
  const Seed seed = file.study.root();
  const train::LaneResult lane = train_lanes(designs, 0, metric, std::span(&config, 1), seed, &interrupt).front();
  if (lane.end == train::LaneEnd::interrupted) return false;
  if (tested) winner.refit_test = lane.metrics;
  if (!std::all_of(lane.theta.begin(), lane.theta.end(), [](double x) { return std::isfinite(x); })) return true;
  winner.model = tuned_model(config.model, data, data::fit_scaling(data.dataset, fold.train, standardize), lane.theta);
  TunedModel& model = *winner.model;
  model.study = file.study.name, model.trial = winner.trial;
  model.delimiter = file.study.data.delimiter, model.cells = file.study.data.cells;
  return true;
}

struct Trained {
  train::LaneConfig config;
  std::vector<train::LaneResult> folds;

  bool interrupted() const {
    return std::any_of(folds.begin(), folds.end(), [](const train::LaneResult& fold) {
      return fold.end == train::LaneEnd::interrupted || fold.end == train::LaneEnd::running;
    });
  }
};

Trained train_folds(const Study& study, const search::Configuration& configuration, Designs& designs,
                    const train::Metric& metric, const Workers& workers, const std::atomic<bool>& interrupt) {
  Trained trained{apply(study, configuration), std::vector<train::LaneResult>(designs.folds())};
  designs.make_for(workers, trained.config);  // a resumed search may have trained nothing
  const Seed seed = study.root();
  workers.for_each(designs.folds(), [&](std::size_t k) {
    trained.folds[k] = train_lanes(designs, k, metric, std::span(&trained.config, 1), seed, &interrupt).front();
  });
  return trained;
}

// The test rows by the model of the first fold.
Verdict judge_test(const StudyFile& file, const data::Prepared& data, const train::Metric& metric,
                   const Trained& trained) {
  const data::Scaling scaling = data::fit_scaling(data.dataset, data.split.folds[0].train, file.study.data.standardize);
  const train::Shape shape{trained.config.model, data.dataset.features, data.dataset.classes.size()};
  const auto verdict = [&](const auto& test) {
    return judge(test, shape, metric, train::predict(test, shape, trained.folds[0].theta));
  };
  const data::RowList& test = data.split.test;
  if (trained.config.training.in_float32()) return verdict(train::make_part<float>(data.dataset, scaling, test));
  return verdict(train::make_part<double>(data.dataset, scaling, test));
}

// What the refit trains: as many epochs as were best.
train::LaneConfig refit_config(const Trained& trained) {
  double epochs = 0;
  for (const train::LaneResult& r : trained.folds)
    epochs += static_cast<double>(r.best_epoch) / static_cast<double>(trained.folds.size());
  train::LaneConfig config = trained.config;
  config.training.epochs = std::max<std::int64_t>(1, std::llround(epochs));
  config.training.stop.patience = 0;  // its hold-out rows are training rows now
  return config;
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

std::optional<Winner> crown(const StudyFile& file, const data::Prepared& plain, const Trial& trial, Designs& designs,
                            const train::Metric& metric, const Workers& workers, const std::atomic<bool>& interrupt,
                            std::vector<train::LaneResult> trained) {
  const Study& study = file.study;
  const std::size_t folds = designs.folds();
  Winner winner;
  winner.trial = trial.number;
  winner.best_yaml = to_yaml(study, &trial.configuration, file.folder);
  winner.test_standard_error = winner.holdout_standard_error = kNaN;

  const Trained again = trained.empty() ? train_folds(study, trial.configuration, designs, metric, workers, interrupt)
                                        : Trained{apply(study, trial.configuration), std::move(trained)};
  if (again.interrupted() || interrupt) return {};
  winner.rises = again.folds[0].rises, winner.steps = again.folds[0].steps;
  const std::int64_t degree = again.config.polynomial;
  winner.minimum = facts_of_minimum(designs, again.config, again.folds[0].theta);
  if (interrupt) return {};
  PredictionSummary summary(plain.dataset.classes.size());
  for (std::size_t k = 0; k < folds; ++k) {
    const Verdict verdict = judge_fold(designs, k, again.config, metric, again.folds[k].theta, summary);
    if (folds == 1) winner.holdout_standard_error = verdict.standard_error;
  }
  winner.predictions = summary.result();
  if (interrupt) return {};
  designs.make_room();
  const Widened wide(plain, degree);
  const data::Prepared& data = *wide;
  if (folds == 1 && !data.split.test.empty()) {
    Verdict verdict = judge_test(file, data, metric, again);
    winner.test = std::move(verdict.metrics);
    winner.test_standard_error = verdict.standard_error;
  }
  const train::LaneConfig config = refit_config(again);
  winner.refit_epochs = config.training.epochs;
  if (!refit(file, data, config, metric, workers, interrupt, winner)) return {};
  if (winner.model) winner.model->products = data::products_of(plain.dataset, degree);
  return winner;
}

namespace {

// What the winner is made of.
struct Search {
  const StudyFile& file;
  const data::Prepared& data;
  std::span<const Trial> trials;
  Designs& designs;
  const train::Metric& metric;
  const Workers& workers;
  const std::atomic<bool>& interrupt;

  std::optional<Winner> crown(const Trial& trial, std::vector<train::LaneResult> trained) const {
    return study::crown(file, data, trial, designs, metric, workers, interrupt, std::move(trained));
  }
};

// The study's default configuration, trained once more unless a trial has it and nothing else is to be known.
struct TrainedDefaults {
  DefaultResult result;            // its errors on the test rows come later
  std::optional<Trained> trained;  // empty: not trained, or that threw
  std::optional<Outcome> outcome;  // of it
};

void fail(DefaultResult& result, std::string reason) { result.value = kNaN, result.reason = std::move(reason); }

template <class Work>
void with_failures_said(DefaultResult& result, const Work& work) {
  try {
    work();
  } catch (const std::bad_alloc&) {
    fail(result, "out of memory");
  } catch (const std::exception& e) {
    fail(result, std::string("error: ") + e.what());
  }
}

// Nothing if interrupted.
std::optional<TrainedDefaults> train_defaults(const Search& s) {
  DefaultConfiguration standard = default_configuration(s.file.study);
  TrainedDefaults defaults;
  DefaultResult& result = defaults.result;
  const auto same = std::find_if(s.trials.begin(), s.trials.end(), [&](const Trial& t) {
    const bool judged = may_be_best(t.outcome) || t.outcome.state == TrialState::failed;
    return judged && t.fidelity.full() && t.configuration == standard.configuration;
  });
  if (same != s.trials.end()) {
    result.trial = same->number;
    result.value = same->outcome.value, result.reason = same->outcome.reason;
  }
  const bool tested = !s.data.split.test.empty();
  result.configuration = std::move(standard.configuration), result.undeclared = std::move(standard.undeclared);
  if (result.trial && !(tested && result.reason.empty())) return defaults;
  bool interrupted = false;
  with_failures_said(result, [&] {
    defaults.trained = train_folds(s.file.study, result.configuration, s.designs, s.metric, s.workers, s.interrupt);
    defaults.outcome = combine(defaults.trained->folds, s.metric);
    interrupted = !defaults.outcome;
    if (defaults.outcome && !result.trial)
      result.value = defaults.outcome->value, result.reason = defaults.outcome->reason;
  });
  if (interrupted) return {};
  return defaults;
}

// Of equals the trial is the best: it was asked for.
bool are_best(const TrainedDefaults& defaults, const Trial& best, const Search& s) {
  if (defaults.result.trial || !defaults.outcome || !may_be_best(*defaults.outcome)) return false;
  const double value = defaults.outcome->value, rival = best.outcome.value;
  return (s.metric.maximize ? value > rival : value < rival) &&
         s.file.study.space.contains(defaults.result.configuration);
}

// Their errors on the test rows are computed as those of the winner are. @return false if interrupted
bool test_defaults(TrainedDefaults& defaults, const Search& s) {
  const std::optional<Outcome>& outcome = defaults.outcome;
  if (s.data.split.test.empty() || !outcome || !outcome->reason.empty()) return true;
  const Trained& trained = *defaults.trained;
  bool interrupted = false;
  with_failures_said(defaults.result, [&] {
    s.designs.make_room();
    const Widened wide(s.data, trained.config.polynomial);
    if (trained.folds.size() == 1) {
      defaults.result.test = judge_test(s.file, *wide, s.metric, trained).metrics;
      return;
    }
    Winner refitted;
    interrupted = !refit(s.file, *wide, refit_config(trained), s.metric, s.workers, s.interrupt, refitted);
    defaults.result.test = std::move(refitted.refit_test);
  });
  return !interrupted;
}

// The defaults as the best configuration.
std::optional<Winner> crown_defaults(TrainedDefaults defaults, const Trial& best, const Search& s) {
  Trial standing;  // for them
  standing.number = best.number, standing.configuration = defaults.result.configuration;
  std::optional<Winner> winner = s.crown(standing, std::move(defaults.trained->folds));
  if (!winner) return {};
  if (winner->model) winner->model->trial.reset();
  defaults.result.test = winner->test.empty() ? winner->refit_test : winner->test;
  winner->defaults = std::move(defaults.result);
  winner->default_outcome = std::move(defaults.outcome);
  return winner;
}

bool compare_with_defaults(Winner& winner, TrainedDefaults defaults, const Search& s) {
  if (!test_defaults(defaults, s)) return false;
  winner.defaults = std::move(defaults.result);
  return true;
}

// How the best trial with one λ for all does on the test rows, where the search had many. @return false if interrupted
bool compare_with_tied(Winner& winner, const Search& s) {
  const std::vector<std::size_t> parameters = many(s.file.study);
  if (parameters.empty()) return true;
  const Trial* tied = best_tied(s.trials, s.metric.maximize, parameters);
  if (!tied) return true;
  const std::optional<Winner> other = s.crown(*tied, {});
  if (!other) return false;
  winner.tied = tied->number;
  winner.tied_test = winner.test.empty() ? other->refit_test : other->test;
  return true;
}

}  // namespace

std::optional<Winner> finalize_winner(const StudyFile& file, const data::Prepared& data, std::span<const Trial> trials,
                                      const Trial& best, std::vector<train::LaneResult> trained, Designs& designs,
                                      const train::Metric& metric, const Workers& workers,
                                      const std::atomic<bool>& interrupt) {
  const Search s{file, data, trials, designs, metric, workers, interrupt};
  std::optional<TrainedDefaults> defaults;
  if (file.study.space.size() > 0 && !(defaults = train_defaults(s))) return {};
  if (defaults && are_best(*defaults, best, s)) return crown_defaults(std::move(*defaults), best, s);
  std::optional<Winner> winner = s.crown(best, std::move(trained));
  if (!winner || !compare_with_tied(*winner, s)) return {};
  if (defaults && !compare_with_defaults(*winner, std::move(*defaults), s)) return {};
  return winner;
}

std::optional<Winner> repeat_winner(const Winner& stored, const StudyFile& file, const data::Prepared& data,
                                    std::span<const Trial> trials, const Trial& best, Designs& designs,
                                    const train::Metric& metric, const Workers& workers,
                                    const std::atomic<bool>& interrupt) {
  const Search s{file, data, trials, designs, metric, workers, interrupt};
  if (!stored.defaults) return s.crown(best, {});
  std::optional<TrainedDefaults> defaults = train_defaults(s);
  if (!defaults) return {};
  if (stored.default_outcome && defaults->outcome && may_be_best(*defaults->outcome))
    return crown_defaults(std::move(*defaults), best, s);
  std::optional<Winner> winner = s.crown(best, {});
  if (!winner || !compare_with_defaults(*winner, std::move(*defaults), s)) return {};
  return winner;
}

}  // namespace holdout::study
