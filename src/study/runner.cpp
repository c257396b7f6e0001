#include <holdout/study/runner.hpp>

#include <algorithm>
#include <chrono>
#include <mutex>

#include <holdout/base/number.hpp>
#include <holdout/data/density.hpp>
#include <holdout/data/polynomial.hpp>
#include <holdout/search/search.hpp>

#include "answers.hpp"
#include "certify.hpp"
#include "choice_bias.hpp"
#include "class_weights.hpp"
#include "facts.hpp"
#include "gradient_method.hpp"
#include "groups.hpp"
#include "lists.hpp"
#include "lock_wait.hpp"
#include "memory.hpp"
#include "metric_check.hpp"
#include "objective.hpp"
#include "patient_write.hpp"
#include "possible_values.hpp"
#include "preprocessing_checks.hpp"
#include "timestamp.hpp"
#include "winner.hpp"

namespace holdout::study {
namespace {

// Configurations asked for before any is told, where the study does not say: enough to fill the lanes of many cohorts.
// A constant, so that what a searcher is told in which order never depends on the machine.
constexpr int kBatch = 1024;

int batch_of(const Study& study) { return study.search.batch > 0 ? static_cast<int>(study.search.batch) : kBatch; }

// After so many processes in a row that died before they could store anything, begun trials are trained one by one: if
// one of them is what kills (the system's answer to a lack of memory), it is found, and the others go on.
constexpr int kCarefulAfter = 2;

// Models for both take the metric's word for it.
bool is_regression(const Study& study) { return metric_of(study).classes == train::Classes::none; }

// The highest degree that a configuration may have.
std::int64_t highest_degree(const Study& study) {
  return static_cast<std::int64_t>(
      PossibleValues(study.space.parameters(), study.constants)
          .largest("data.features.polynomial", static_cast<double>(study.data.features.polynomial)));
}

// Of all that a configuration may have, and says how many there are: those of a lower degree are the first.
std::vector<std::string> feature_names(const Study& study, data::Prepared& data) {
  const std::int64_t degree = highest_degree(study);
  if (degree == 1) return data.dataset.feature_names;
  std::vector<std::string> names =
      data::names_with_products(data.dataset.feature_names, data::products_of(data.dataset, degree));
  data.notices.push_back(std::to_string(data.dataset.features) + " features and their products up to degree " +
                         std::to_string(degree) + " are " + std::to_string(names.size()));
  return names;
}

// A mean that is e^f cannot be that of negative numbers, nor do these have a deviance.
void check_counts(const StudyFile& file, const data::Dataset& dataset, Errors& errors) {
  const Study& study = file.study;
  const auto negative = std::find_if(dataset.y.begin(), dataset.y.end(), [](double y) { return y < 0; });
  if (negative == dataset.y.end() || !dataset.classes.empty()) return;
  const auto refuse = [&](const std::string& what, const char* other, std::string path) {
    errors.add(file.located(
        {{},
         what + " is for counts; target '" + dataset.target_name + "' has " + holdout::to_text(Value(*negative)),
         "expected numbers >= 0, or another " + std::string(other),
         {},
         std::move(path)}));
  };
  if (train::has_gradient(metric_of(study), train::Link::log))  // the deviance of counts
    refuse("metric " + metric_of(study).label(), "metric", "objective.metric");
  if (study.config.model.has_layers()) return;
  const PossibleValues possible(study.space.parameters(), study.constants);
  for (const std::string_view name : possible.names("model.loss", study.config.model.loss))
    if (train::losses()[train::find_loss(name)].link == train::Link::log)
      return refuse("loss " + std::string(name), "loss", "model.loss");
}

// Replaces auto by what it means where most values are zeros; elsewhere the default stays what it always meant, and the
// study's normal form what it was.
void settle_standardize(StudyFile& file, const data::Dataset& dataset) {
  constexpr std::string_view kPath = "data.standardize";
  Study& study = file.study;
  std::string& word = study.data.standardize;
  const bool zeros = data::mostly_zeros(dataset), sparse = dataset.is_sparse();
  if (zeros && word == "auto")
    word = data::kStandardize[static_cast<std::size_t>(data::standardize_of(word, true))];
  else if (!zeros && word == "deviation")
    word = "auto";
  std::vector<Value> all{word};
  if (const auto searched = study.space.find(kPath)) all = study.space.parameters()[*searched].values;
  if (sparse && std::find(all.begin(), all.end(), Value(std::string("robust"))) != all.end())
    throw Error(
        Message{{},
                "data.standardize: robust needs dense rows: of sparse ones most values are 0, and the quartiles "
                "are as well",
                "use max_abs, deviation or none, or write the rows as CSV",
                {},
                std::string(kPath)});
}

// What measures several classes: this metric's averages, or others.
std::string of_many_classes(const train::Metric& metric) {
  const std::string name(metric.info.name);
  std::string text;
  if (metric.takes == train::MetricTakes::average)
    text = "{name: " + name + ", average: macro}, {name: " + name + ", average: weighted}, or {name: " + name +
           ", class: NAME} for one against the rest; or ";
  std::vector<std::string> others;
  for (const train::Metric& m : train::metrics())
    if (m.classes == train::Classes::any) others.emplace_back(m.info.name);
  return text + joined(others);
}

void check_threshold(const StudyFile& file, const data::Prepared& data, Errors& errors) {
  const auto add = [&](std::string text, std::string hint) {
    errors.add(file.located({{}, std::move(text), std::move(hint), {}, "objective.threshold"}));
  };
  if (!metric_of(file.study).options.tune_threshold) return;
  if (const std::size_t classes = data.dataset.classes.size(); classes != 2)
    add("objective.threshold: 'tuned' is for two classes; target '" + data.dataset.target_name + "' has " +
            std::to_string(classes),
        "remove it");
  if (data.split.folds.size() > 1 && derivative_method(file.study))
    add("objective.threshold: search.method gradient measures each fold by itself, and a tuned threshold is one for "
        "all folds",
        "use method random or grid, or split: {method: holdout}");
}

}  // namespace

data::Prepared prepare(StudyFile& file, const data::Spill& spill) {
  const Study& study = file.study;
  const data::Task task = is_regression(study) ? data::Task::regression : data::Task::classification;
  Errors errors;
  try {
    data::Prepared data = data::load(study.data, file.folder, task, study.root(), spill);
    settle_standardize(file, data.dataset);
    const std::size_t classes = data.dataset.classes.size();
    const std::string model(study.config.model.type());
    if (train::classes_of(model) == train::Classes::two && classes != 2)
      errors.add(file.located({{},
                               "model " + model + " is for two classes; target '" + data.dataset.target_name +
                                   "' has " + std::to_string(classes) + ": " + joined(data.dataset.classes),
                               "write model: {type: softmax}, which is for any number of classes" +
                                   (measures(metric_of(study), classes, train::Link::odds)
                                        ? ""
                                        : ", and a metric of several classes: " + of_many_classes(metric_of(study))) +
                                   "; or keep two in the file",
                               {},
                               "model.type"}));
    else if (!measures(metric_of(study), classes, train::Link::odds))
      errors.add(file.located(
          {{},
           "metric " + metric_of(study).label() + " does not measure " + std::to_string(classes) + " classes",
           "use " + of_many_classes(metric_of(study)),
           {},
           "objective.metric"}));
    check_counts(file, data.dataset, errors);
    if (const auto wrong = file.study.objective.metric.find_classes(data.dataset.classes))
      errors.add(file.located(*wrong));
    check_threshold(file, data, errors);
    check_target_transform(file, data, errors);
    check_encodings(file, data, highest_degree(study), errors);
    errors.throw_if_any();
    check_metric(file, data);
    note_metric(file, data);
    find_class_weights(file, data.dataset.classes);
    const std::size_t before = data.notices.size();
    find_groups(file, feature_names(study, data));
    const std::vector<std::string> of_names(data.notices.begin() + static_cast<std::ptrdiff_t>(before),
                                            data.notices.end());
    check_many(study, data);  // when groups are known
    for (data::OuterFold& outer : data.outer) {
      exchange(data, outer);
      check_metric(file, data);
      note_metric(file, data);
      data.notices.insert(data.notices.end(), of_names.begin(), of_names.end());
      check_many(study, data);
      exchange(data, outer);
    }
    return data;
  } catch (const Error& e) {
    std::vector<Message> messages;
    for (const Message& m : e.messages()) messages.push_back(m.path.empty() ? m : file.located(m));
    throw Error(std::move(messages), e.fault());
  }
}

namespace {

// With the largest layers that the study may have.
void widen(const Study& study, const data::Dataset& data, train::LaneConfig& config) {
  const PossibleValues possible(study.space.parameters(), study.constants);
  const auto grow = [&](const std::string& path, std::int64_t& x) {
    x = static_cast<std::int64_t>(possible.largest(path, static_cast<double>(x)));
  };
  const std::string path = "model.hidden";
  train::ModelSettings& model = config.model;
  grow(path + ".layers", model.layers), grow(path + ".units", model.units);
  for (std::size_t i = 0; i < model.hidden.size(); ++i) grow(item_path(path, i), model.hidden[i]);
  if (const search::Parameter* lists = possible.parameter(path))
    for (const Value& list : lists->values) {
      train::LaneConfig other = config;
      other.model.hidden = list_from(std::get<std::string>(list));
      const auto size = [&](const train::LaneConfig& c) {
        return train::working_set(c, data.features, data.classes.size());
      };
      if (size(other) > size(config)) config = std::move(other);
    }
}

// The first configurations of a search tell the precisions and the degrees.
void check_fits(const Study& study, const data::Prepared& data, int threads) {
  const auto searcher = study.search.method.make(study.space, study.root());
  std::vector<train::LaneConfig> configs;
  for (const search::Request& request : searcher->ask(kBatch)) configs.push_back(apply(study, request.configuration));
  for (train::LaneConfig& config : configs)
    if (config.model.has_layers()) widen(study, data.dataset, config);
  check_memory(data, configs, threads);
}

}  // namespace

namespace {

bool is_repaired_by_training(const ForeignChange& change) { return change.kind != ForeignChange::Kind::added; }

std::string to_text(const ForeignChange& change) {
  return "trial " + std::to_string(change.number) + " of study.db was " +
         (change.kind == ForeignChange::Kind::deleted ? "deleted" : "changed") + " by another program";
}

// Observers are told things by one thread at a time, and the writer's thread has something to say too.
class InTurn final : public Observer {
 public:
  explicit InTurn(Observer& observer) : observer_(observer) {}
  void changed(const RunState& state) override {
    const std::lock_guard lock(mutex_);
    observer_.changed(state);
  }
  void note(const std::string& text) override {
    const std::lock_guard lock(mutex_);
    observer_.note(text);
  }

 private:
  Observer& observer_;
  std::mutex mutex_;
};

// Its value must not have been told to a search as one thing and be reported as another.
void check_unchanged(const Storage& storage, std::size_t asked) {
  for (const ForeignChange& change : storage.foreign_changes()) {
    if (!is_repaired_by_training(change) || static_cast<std::size_t>(change.number) >= asked) continue;
    throw Error(to_text(change) + " while the run went on", "run the study again: it is trained once more",
                Fault::failure);
  }
}

}  // namespace

bool finished(const Storage& storage) {
  const std::optional<RunFacts> facts = storage.facts();
  if (!facts || facts->interrupted || facts->finished.empty()) return false;
  storage.trials();  // looks at all that is stored of them
  const std::vector<ForeignChange> changes = storage.foreign_changes();
  return std::none_of(changes.begin(), changes.end(), is_repaired_by_training);
}

std::optional<int> first_without_derivatives(const Storage& storage, const Study& study) {
  return first_without_answer(study, storage.answers(), batch_of(study));
}

bool stop_storing(Storage& storage, double seconds) {
  bool noted = true;
  if (std::optional<RunFacts> facts = storage.facts()) {
    facts->interrupted = true;
    facts->finished = timestamp(std::chrono::system_clock::now()).substr(0, 19);
    facts->seconds += seconds;
    try {
      storage.write(*facts);
    } catch (const Locked&) {
      noted = false;
    }
  }
  storage.freeze();
  return noted;
}

RunEnd run(const StudyFile& file, const data::Prepared& data, Storage& storage, const Workers& workers,
           const std::atomic<bool>& interrupt, Observer& told) {
  InTurn observer(told);
  const auto start = std::chrono::steady_clock::now();
  const auto now = [] { return timestamp(std::chrono::system_clock::now()).substr(0, 19); };  // whole seconds
  const Study& study = file.study;
  const train::Metric& metric = metric_of(study);
  RunFacts facts = facts_of(file, data, metric, workers.threads());

  std::vector<Trial> past = storage.answers();
  for (const ForeignChange& change : storage.foreign_changes())
    if (is_repaired_by_training(change)) observer.note(to_text(change) + ": it is trained again");
  if (const auto first = first_without_answer(study, past, batch_of(study))) {
    if (!patiently([&] { storage.remove_from(*first); }, interrupt, observer)) return RunEnd::interrupted;
    std::erase_if(past, [&](const Trial& trial) { return trial.number >= *first; });
  }
  const std::optional<RunFacts> before = storage.facts();
  facts.started = before ? before->started : now();
  facts.stored = std::count_if(past.begin(), past.end(), [](const Trial& t) { return has_outcome(t.outcome.state); });
  if (before && before->finished.empty() && before->stored == facts.stored) facts.deaths = before->deaths + 1;
  facts.interrupted = true;  // until it has ended
  const auto searcher = make_searcher(study);
  if (const std::string notice = searcher->notice(); !notice.empty()) facts.notices.push_back(notice);
  facts.seconds = before ? before->seconds : 0;
  facts.asked = before ? before->asked : 0;
  const auto begin = [&] {  // what the outer folds chose before was by this search as it was
    if (!data.outer.empty() && study.data.split.outer.fold == data::OuterSettings::kAll)
      storage.write(Nested{static_cast<std::int64_t>(data.outer.size()), {}});
    storage.write(facts);
  };
  if (!patiently(begin, interrupt, observer)) return RunEnd::interrupted;

  check_fits(study, data, workers.threads());
  Designs designs(data);
  ChoiceBias bias(study, metric, data, storage.choice_bias());
  RunState state;
  std::vector<Trial> trials;
  const Trial* best = nullptr;
  std::vector<train::LaneResult> trained;  // of the best
  bool ended = false;                      // the search and what follows it; else interrupted
  {
    Writer writer(storage, LockWait(interrupt, observer), facts.stored, {}, &bias);
    TrainingObjective objective({study, data.dataset, metric, workers, interrupt, storage, bias}, designs, writer,
                                observer, {std::move(past), facts.deaths >= kCarefulAfter, searcher->planned()});
    const bool searched = search::search(*searcher, objective, batch_of(study));
    if (!writer.drain()) {
      observer.note("another program keeps study.db locked: " + std::to_string(writer.unstored()) +
                    " finished trials could not be stored, and are trained again when the run goes on");
      return RunEnd::interrupted;
    }
    ended = searched && !interrupt;
    if (ended) facts.conclusion = searcher->conclusion();
    state = objective.state();
    trials = storage.answers();
    check_unchanged(storage, objective.asked());
    if (searched) facts.asked = static_cast<std::int64_t>(objective.asked());
    std::erase_if(trials, [&](const Trial& t) { return static_cast<std::size_t>(t.number) >= objective.asked(); });
    best = best_trial(trials, metric.maximize);
    if (best) trained = objective.results_of(*best);
  }
  if (best && ended) {
    state.winner = true;
    observer.changed(state);
    const std::optional<Winner> winner =
        finalize_winner(file, data, trials, *best, std::move(trained), designs, bias, metric, workers, interrupt);
    ended = winner.has_value();
    if (ended && !patiently([&] { storage.write(*winner); }, interrupt, observer)) return RunEnd::interrupted;
    if (const double tolerance = certify_tolerance(study); ended && tolerance > 0) {
      const double value = winner->default_outcome ? winner->default_outcome->value : best->outcome.value;
      const auto show = [&](const RunState::Certifying& how_far) {
        state.certifying = how_far;
        observer.changed(state);
      };
      show({});
      facts.certificate = certify(study, tolerance, trials, value, storage, designs, metric, workers, interrupt, show);
      ended = facts.certificate.has_value();
    }
  }
  facts.interrupted = !ended;
  facts.finished = now();
  facts.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!patiently([&] { storage.write(facts); }, interrupt, observer)) return RunEnd::interrupted;
  return facts.interrupted ? RunEnd::interrupted : best ? RunEnd::done : RunEnd::all_failed;
}

}  // namespace holdout::study
