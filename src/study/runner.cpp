#include <holdout/study/runner.hpp>

#include <chrono>

#include <nlohmann/json.hpp>

#include <holdout/base/number.hpp>
#include <holdout/search/search.hpp>

#include "facts.hpp"
#include "objective.hpp"
#include "timestamp.hpp"
#include "winner.hpp"

namespace holdout::study {
namespace {

// Configurations asked for before any is told, where the study does not say: enough to fill the lanes of many cohorts.
// A constant, so that what a searcher is told in which order never depends on the machine.
constexpr int kBatch = 1024;

// Models for both take the metric's word for it.
bool is_regression(const Study& study) { return metric_of(study).classes == train::Classes::none; }

}  // namespace

data::Prepared prepare(const StudyFile& file) {
  const Study& study = file.study;
  const data::Task task = is_regression(study) ? data::Task::regression : data::Task::classification;
  Errors errors;
  try {
    data::Prepared data = data::load(study.data, file.folder, task, Seed{static_cast<std::uint64_t>(study.seed)});
    const std::size_t classes = data.dataset.classes.size();
    const std::string model(study.config.model.type());
    if (train::classes_of(model) == train::Classes::two && classes != 2)
      errors.add(file.located({{},
                               "model " + model + " is for two classes; target '" + data.dataset.target_name + "' has " +
                                   std::to_string(classes) + ": " + joined(data.dataset.classes),
                               "keep two classes in the file",
                               {},
                               "model.type"}));
    else if (!measures(metric_of(study), classes, train::Link::odds))
      errors.add(file.located({{},
                               "metric " + std::string(metric_of(study).info.name) + " does not measure " + std::to_string(classes) +
                                   " classes",
                               "use log_loss, error or accuracy",
                               {},
                               "objective.metric"}));
    if (study.config.model.loss.info().link == train::Link::log)
      for (std::size_t i = 0; i < data.dataset.rows; ++i)
        if (data.dataset.y[i] < 0) {
          errors.add(file.located({{},
                                   "loss " + std::string(study.config.model.loss.info().info.name) +
                                       " is for counts; target '" + data.dataset.target_name + "' has " +
                                       to_text(data.dataset.y[i]),
                                   "expected numbers >= 0, or another loss",
                                   {},
                                   "model.loss"}));
          break;
        }
    errors.throw_if_any();
    return data;
  } catch (const Error& e) {
    std::vector<Message> messages;
    for (const Message& m : e.messages()) messages.push_back(m.path.empty() ? m : file.located(m));
    throw Error(std::move(messages), e.fault());
  }
}

StudyRecord record_of(const StudyFile& file, const data::Prepared& data) {
  const Study& study = file.study;
  StudyRecord record;
  record.name = study.name;
  record.metric = metric_of(study).info.name;
  record.maximize = metric_of(study).maximize;
  record.text = to_yaml(study);
  record.space = study.space;
  nlohmann::ordered_json fingerprint{{"study", record.text}, {"files", nlohmann::json::array()}};
  for (const data::FileMark& mark : data.files)
    fingerprint["files"].push_back({{"path", mark.path}, {"bytes", mark.bytes}, {"crc32", mark.crc32}});
  record.fingerprint = fingerprint.dump();
  return record;
}

std::string difference(const std::string& stored_fingerprint, const std::string& fingerprint) {
  const auto a = nlohmann::json::parse(stored_fingerprint), b = nlohmann::json::parse(fingerprint);
  if (a.at("study") != b.at("study")) return "the study has changed";
  for (std::size_t i = 0; i < b.at("files").size(); ++i)
    if (i >= a.at("files").size() || a["files"][i] != b["files"][i])
      return "the data file " + b["files"][i]["path"].get<std::string>() + " has changed";
  return {};
}

RunEnd run(const StudyFile& file, const data::Prepared& data, Storage& storage, const Workers& workers,
           const std::atomic<bool>& interrupt, Observer& observer) {
  const auto start = std::chrono::steady_clock::now();
  const auto now = [] { return timestamp(std::chrono::system_clock::now()).substr(0, 19); };  // whole seconds
  const Study& study = file.study;
  const train::Metric& metric = metric_of(study);
  RunFacts facts = facts_of(file, data, metric, workers.threads());
  facts.started = now();

  const auto searcher = study.search.method.make(study.space, Seed{static_cast<std::uint64_t>(study.seed)});
  const int batch = study.search.batch > 0 ? static_cast<int>(study.search.batch) : kBatch;
  Designs designs(data, study.data.standardize);
  RunState state;
  {
    Writer writer(storage);
    TrainingObjective objective({study, data.dataset, metric, workers, interrupt}, designs, writer, observer,
                                searcher->planned());
    search::search(*searcher, objective, batch);
    writer.drain();
    state = objective.state();
  }
  const std::vector<Trial> trials = storage.trials();
  const Trial* best = best_trial(trials, metric.maximize);
  if (best && !interrupt) {
    state.winner = true;
    observer.changed(state);
    const Winner winner = crown(file, data, *best, designs, metric, workers, interrupt);
    if (!interrupt) storage.write(winner);
  }
  facts.interrupted = interrupt;
  facts.finished = now();
  facts.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  storage.write(facts);
  return facts.interrupted ? RunEnd::interrupted : best ? RunEnd::done : RunEnd::all_failed;
}

}  // namespace holdout::study
