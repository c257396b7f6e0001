#include "winner.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <new>
#include <optional>

#include "default_configuration.hpp"
#include "finalists.hpp"
#include "gradient_method.hpp"
#include "objective.hpp"
#include "predictions.hpp"
#include "threshold.hpp"

namespace holdout::study {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kCurvePoints = 200;  // of the metric against the threshold: as of a ROC curve

// What a model says of rows it was not trained on.
struct Verdict {
  Metrics metrics;
  double standard_error = kNaN;
};

// @param scores     of the rows of the part
// @param threshold  that the metric tuned, if it does
template <class T>
Verdict judge(const train::Part<T>& part, const train::Shape& shape, const train::Metric& metric,
              std::optional<double> threshold, std::span<const double> scores, PredictionSummary* summary = nullptr) {
  const train::Predictions predictions{scores, scores.size() / part.n, part.target, part.weights, threshold};
  const train::Link link = train::losses()[shape.model.loss_for(shape.classes)].link;
  Verdict verdict;
  verdict.metrics = measure_all(metric, shape.classes, link, predictions);
  verdict.standard_error = standard_error(metric, predictions);
  if (summary) summary->add(predictions);
  return verdict;
}

// The hold-out rows of a fold.
Verdict judge_fold(const Designs& designs, std::size_t fold, const train::LaneConfig& config,
                   const train::Metric& metric, std::optional<double> threshold, std::span<const double> theta,
                   PredictionSummary& summary) {
  const auto verdict = [&](const auto& design) {
    const std::vector<double> scores = train::holdout_scores(design, config.model, theta);
    return judge(design.holdout, {config.model, design.features, design.classes}, metric, threshold, scores, &summary);
  };
  if (config.training.in_float32()) return verdict(designs.get<float>(fold, DesignKey(config)));
  return verdict(designs.get<double>(fold, DesignKey(config)));
}

// Of the rows in double; but where that would be a second table beside a large one of floats, of those. The size of the
// design alone decides, not what else is there: a resumed run says the same.
train::MinimumFacts facts_of_minimum(const Designs& designs, const train::LaneConfig& config,
                                     std::span<const double> theta) {
  const DesignKey key(config);
  if (!config.training.in_float32()) return train::minimum_facts(designs.get<double>(0, key), config.model, theta);
  const train::Design<float>& design = designs.get<float>(0, key);
  if (design.train.start.empty() && Designs::bytes_of(design) > Designs::kLarge)
    return train::minimum_facts(design, config.model, theta);
  return train::minimum_facts(designs.make_one<double>(0, key), config.model, theta);
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

// The test rows by the model of the first fold.
Verdict judge_test(const data::Prepared& data, const train::Metric& metric, const Trained& trained) {
  const Preprocessing by(data.dataset, data.split.folds[0].train, DesignKey(trained.config));
  const train::Shape shape{trained.config.model, data.dataset.features, data.dataset.classes.size()};
  const auto verdict = [&]<class T>(T) {
    const train::Part<T> test = train::make_part<T>(*by.encoded, by.scaling, data.split.test, by.transform);
    return judge(test, shape, metric, trained.threshold, train::predict(test, shape, trained.folds[0].theta));
  };
  return trained.config.training.in_float32() ? verdict(float()) : verdict(double());
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
  const ChoiceBias* bias = nullptr;  // what of the best value comes from the choice; null: it is not asked for

  bool tested() const { return !data.split.test.empty(); }
  bool has_folds() const { return data.split.folds.size() > 1; }
};

// What the training of the best configuration says by itself: everything but the test rows and the refit.
Winner judge_training(const Search& s, const Trial& trial, const Trained& trained) {
  Winner winner;
  winner.trial = trial.number;
  winner.best_yaml = to_yaml(s.file.study, &trial.configuration, s.file.folder);
  winner.test_standard_error = winner.holdout_standard_error = kNaN;
  winner.rises = trained.folds[0].rises, winner.steps = trained.folds[0].steps;
  winner.minimum = facts_of_minimum(s.designs, trained.config, trained.folds[0].theta);
  PredictionSummary summary(s.data.dataset.classes.size());
  const std::size_t once = trained.folds.size() / s.data.split.repeats;  // folds that measure every row once
  for (std::size_t k = 0; k < once && !s.interrupt; ++k) {
    const Verdict verdict =
        judge_fold(s.designs, k, trained.config, s.metric, trained.threshold, trained.folds[k].theta, summary);
    if (trained.folds.size() == 1) winner.holdout_standard_error = verdict.standard_error;
  }
  winner.predictions = summary.result();
  winner.threshold = trained.threshold;
  if (winner.threshold) {
    const PooledPredictions rows = pooled_predictions(s.designs, trained.config, trained.folds);
    train::ThresholdCurve curve = threshold_curve(s.metric, rows.predictions(), kCurvePoints);
    winner.predictions->threshold = std::move(curve.threshold);
    winner.predictions->at_threshold = std::move(curve.value);
  }
  return winner;
}

// The model that the refit gave, with all that predicting takes.
// @param wide  the data with the products of features that it has
std::optional<TunedModel> model_of(const Search& s, const data::Prepared& wide, const Trained& refitted,
                                   std::int64_t degree, int trial) {
  const std::vector<double>& theta = refitted.folds[0].theta;
  if (!std::all_of(theta.begin(), theta.end(), [](double x) { return std::isfinite(x); })) return {};
  const data::RowList rows = refit_rows(wide.split);
  const Preprocessing by(wide.dataset, rows, DesignKey(refitted.config));
  TunedModel model = tuned_model(refitted.config.model, wide, by.scaling, theta);
  take_encodings(data::fit_encodings(wide.dataset, rows, by.transform), model);
  model.study = s.file.study.name, model.trial = trial;
  model.threshold = refitted.threshold, model.transform = by.transform;
  model.delimiter = s.file.study.data.delimiter, model.cells = s.file.study.data.cells;
  model.ignore_unseen = s.file.study.data.unseen == "ignore";
  model.products = data::products_of(s.data.dataset, degree);
  return model;
}

// A configuration at the end of a search, and what the test rows say of it.
struct Finalist {
  const Trained* trained = nullptr;  // on the folds; null: there is none, or it needs no test
  Verdict test;                      // by the model of its training; only without folds
  Metrics refit_test;                // by the refitted one
  std::string failure;               // why there is neither

  const Metrics& tested() const { return test.metrics.empty() ? refit_test : test.metrics; }
};

std::string text_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::bad_alloc&) {
    return "out of memory";
  } catch (const std::exception& e) {
    return std::string("error: ") + e.what();
  }
}

// Measures finalists on the test rows and fills in what the refit makes of the first of them, which is the winner.
// @return false if interrupted
[[nodiscard]] bool test_and_refit(const Search& s, std::vector<Finalist*> finalists, Winner& winner) {
  s.designs.make_room();
  std::erase_if(finalists, [](const Finalist* f) { return !f->trained; });
  const auto is_winner = [&](const Finalist* f) { return f == finalists[0]; };
  std::vector<std::int64_t> degrees;  // of products of features; the data are made once for each
  for (const Finalist* f : finalists)
    if (const std::int64_t d = f->trained->config.polynomial;
        std::find(degrees.begin(), degrees.end(), d) == degrees.end())
      degrees.push_back(d);
  for (const std::int64_t degree : degrees) {
    const Widened wide(s.data, degree);
    std::vector<Finalist*> here;  // to be refitted: the others are tested by what the folds do not share
    std::vector<const Trained*> trained;
    for (Finalist* f : finalists) {
      if (f->trained->config.polynomial != degree) continue;
      if (s.tested() && !s.has_folds()) f->test = judge_test(*wide, s.metric, *f->trained);
      if (is_winner(f) || (s.tested() && s.has_folds())) here.push_back(f), trained.push_back(f->trained);
    }
    const std::vector<Trained> refitted = refit(s.file, *wide, trained, s.metric, s.workers, s.interrupt);
    for (std::size_t i = 0; i < here.size(); ++i) {
      if (refitted[i].failure && is_winner(here[i])) std::rethrow_exception(refitted[i].failure);
      if (refitted[i].failure) {
        here[i]->failure = text_of(refitted[i].failure);
        continue;
      }
      if (refitted[i].interrupted()) return false;
      if (s.tested()) here[i]->refit_test = refitted[i].folds[0].metrics;
      if (!is_winner(here[i])) continue;
      winner.refit_epochs = refitted[i].config.training.epochs;
      winner.model = model_of(s, *wide, refitted[i], degree, winner.trial);
    }
  }
  winner.test = finalists[0]->test.metrics, winner.refit_test = finalists[0]->refit_test;
  if (!winner.test.empty()) winner.test_standard_error = finalists[0]->test.standard_error;
  return !s.interrupt;
}

// The study's default configuration: what is known of it before anything is trained at the end.
struct Defaults {
  DefaultResult result;            // its errors on the test rows come last
  bool wanted = false;             // it is to be trained: no trial has it, or its test errors are asked for
  std::optional<Outcome> outcome;  // of its training
};

Defaults find_defaults(const Search& s) {
  DefaultConfiguration standard = default_configuration(s.file.study);
  Defaults defaults;
  DefaultResult& result = defaults.result;
  const auto same = std::find_if(s.trials.begin(), s.trials.end(), [&](const Trial& t) {
    const bool judged = may_be_best(t.outcome) || t.outcome.state == TrialState::failed;
    return judged && t.fidelity.full() && t.configuration == standard.configuration;
  });
  if (same != s.trials.end()) {
    result.trial = same->number;
    result.value = same->outcome.value, result.reason = same->outcome.reason;
  }
  result.configuration = std::move(standard.configuration), result.undeclared = std::move(standard.undeclared);
  defaults.wanted = !result.trial || (s.tested() && result.reason.empty());
  return defaults;
}

void fail(DefaultResult& result, std::string reason) { result.value = kNaN, result.reason = std::move(reason); }

// Takes over what their training gave. @return false if it was interrupted
bool take(Defaults& defaults, const Trained& trained, const Search& s) {
  if (trained.failure) {
    fail(defaults.result, text_of(trained.failure));
    return true;
  }
  defaults.outcome = combine(trained.folds, s.metric, s.designs, trained.config);
  if (!defaults.outcome) return false;
  if (!defaults.result.trial)
    defaults.result.value = defaults.outcome->value, defaults.result.reason = defaults.outcome->reason;
  return true;
}

// Whether they may be the best configuration, and are no trial.
bool compete(const Defaults& defaults, const Search& s) {
  return !defaults.result.trial && defaults.outcome && may_be_best(*defaults.outcome) &&
         s.file.study.space.contains(defaults.result.configuration);
}

// Of equals the trial is the best: it was asked for.
bool are_best(const Defaults& defaults, const Trial& best, const Search& s) {
  if (!compete(defaults, s)) return false;
  const double value = defaults.outcome->value, rival = best.outcome.value;
  return s.metric.maximize ? value > rival : value < rival;
}

// The best value without what the choice adds to it.
// @param defaults  their training, if they could have been chosen and are no trial; else null
std::optional<CorrectedValue> correct(const Search& s, const Trained* defaults) {
  if (!s.bias || !defaults) return s.bias ? s.bias->corrected(s.trials, s.designs, nullptr) : std::nullopt;
  s.designs.make_for(s.workers, defaults->config);
  ChoiceBias::Candidate candidate;
  candidate.config = defaults->config;
  for (const train::LaneResult& fold : defaults->folds) candidate.theta.emplace_back(fold.theta);
  return s.bias->corrected(s.trials, s.designs, &candidate);
}

// The trainings of those that come to the end, each once.
class Finals {
 public:
  /// @param known  [fold]: results of `best`, if they are at hand
  Finals(const Search& search, const Trial& best, std::vector<train::LaneResult> known)
      : search_(search), best_(best.configuration) {
    if (!known.empty()) known_ = Trained{apply(search.file.study, best_), std::move(known), {}};
    add(best_);
  }
  void add(const search::Configuration& configuration) {
    if (std::find(all_.begin(), all_.end(), configuration) == all_.end()) all_.push_back(configuration);
  }
  /// Trains them. @return false if that was interrupted
  [[nodiscard]] bool train() {
    const std::size_t first = known_ ? 1 : 0;
    std::vector<train::LaneConfig> configs;
    for (std::size_t i = first; i < all_.size(); ++i) configs.push_back(apply(search_.file.study, all_[i]));
    if (known_) trained_.push_back(std::move(*known_));
    if (!configs.empty())
      for (Trained& t : train_on_folds(search_.file.study, configs, search_.designs, search_.data.dataset,
                                       search_.metric, search_.workers, search_.interrupt))
        trained_.push_back(std::move(t));
    const bool interrupted = search_.interrupt || std::any_of(trained_.begin(), trained_.end(),
                                                              [](const Trained& t) { return t.interrupted(); });
    if (!interrupted && search_.metric.options.tune_threshold) tune_thresholds();
    search_.designs.make_for(search_.workers, trained_[0].config);
    return !interrupted;
  }
  const Trained& of(const search::Configuration& configuration) const {
    return trained_[static_cast<std::size_t>(std::find(all_.begin(), all_.end(), configuration) - all_.begin())];
  }

 private:
  void tune_thresholds() {
    for (Trained& t : trained_) {
      if (t.failure) continue;
      search_.designs.make_for(search_.workers, t.config);
      t.threshold = tuned_threshold(search_.designs, t.config, search_.metric, t.folds);
    }
  }

  const Search& search_;
  const search::Configuration best_;
  std::optional<Trained> known_;
  std::vector<search::Configuration> all_;  // the best one first
  std::vector<Trained> trained_;            // theirs
};

// What competes with the best trial, or is compared with it.
struct Rivals {
  std::optional<Defaults> defaults;
  const Trial* tied = nullptr;  // the best trial with one λ for all, where the search had many
};

// @param defaults_won  whether the defaults are the winner; nothing: if they are better and inside of what is searched
std::optional<Winner> finish(const Search& s, const Trial& best, std::vector<train::LaneResult> known, Rivals rivals,
                             std::optional<bool> defaults_won) {
  Finals finals(s, best, std::move(known));
  std::optional<Defaults>& defaults = rivals.defaults;
  if (defaults && defaults->wanted) finals.add(defaults->result.configuration);
  if (rivals.tied) finals.add(rivals.tied->configuration);
  if (!finals.train()) return {};
  const Trained* standard = nullptr;  // what the defaults' training gave, if it gave anything
  if (defaults && defaults->wanted) {
    const Trained& trained = finals.of(defaults->result.configuration);
    if (!take(*defaults, trained, s)) return {};
    if (!trained.failure && defaults->outcome->reason.empty()) standard = &trained;
  }
  const bool default_wins = standard && defaults_won.value_or(are_best(*defaults, best, s));
  Trial standing;  // the winner
  standing.number = best.number;
  standing.configuration = default_wins ? defaults->result.configuration : best.configuration;

  Finalist first{default_wins ? standard : &finals.of(best.configuration), {}, {}, {}}, second, third;
  if (first.trained->failure) std::rethrow_exception(first.trained->failure);
  if (standard && !default_wins && s.tested()) second.trained = standard;
  const bool same = rivals.tied && rivals.tied->configuration == best.configuration;
  if (rivals.tied && !same && !default_wins && s.tested()) third.trained = &finals.of(rivals.tied->configuration);
  if (third.trained && third.trained->failure) std::rethrow_exception(third.trained->failure);
  Winner winner = judge_training(s, standing, *first.trained);
  winner.corrected = correct(s, standard && compete(*defaults, s) ? standard : nullptr);
  if (s.interrupt || !test_and_refit(s, {&first, &second, &third}, winner)) return {};
  if (rivals.tied && !default_wins)
    winner.tied = rivals.tied->number, winner.tied_test = same ? first.tested() : third.tested();
  if (!defaults) return winner;
  if (!second.failure.empty()) fail(defaults->result, second.failure);
  defaults->result.test = default_wins ? first.tested() : second.tested();
  if (default_wins && winner.model) winner.model->trial.reset();
  if (default_wins) winner.default_outcome = std::move(defaults->outcome);
  winner.defaults = std::move(defaults->result);
  return winner;
}

}  // namespace

std::optional<Winner> finalize_winner(const StudyFile& file, const data::Prepared& data, std::span<const Trial> trials,
                                      const Trial& best, std::vector<train::LaneResult> trained, Designs& designs,
                                      const ChoiceBias& bias, const train::Metric& metric, const Workers& workers,
                                      const std::atomic<bool>& interrupt) {
  const Search s{file, data, trials, designs, metric, workers, interrupt, &bias};
  Rivals rivals;
  if (file.study.space.size() > 0) rivals.defaults = find_defaults(s);
  if (const std::vector<std::size_t> parameters = many(file.study); !parameters.empty())
    rivals.tied = best_tied(trials, metric.maximize, parameters);
  return finish(s, best, std::move(trained), std::move(rivals), {});
}

std::optional<Winner> repeat_winner(const Winner& stored, const StudyFile& file, const data::Prepared& data,
                                    std::span<const Trial> trials, const Trial& best, Designs& designs,
                                    const ChoiceBias* bias, const train::Metric& metric, const Workers& workers,
                                    const std::atomic<bool>& interrupt) {
  const Search s{file, data, trials, designs, metric, workers, interrupt, bias};
  Rivals rivals;
  if (stored.defaults) rivals.defaults = find_defaults(s);
  return finish(s, best, {}, std::move(rivals), stored.default_outcome.has_value());
}

}  // namespace holdout::study
