// The runs of the outer folds of nested cross-validation, verified one after another as runs of their own.
#include <algorithm>
#include <atomic>
#include <filesystem>

#include <holdout/study/nested.hpp>
#include <holdout/study/verify.hpp>

#include "attributes.hpp"
#include "outer_folds.hpp"
#include "winner.hpp"

namespace holdout::study {
namespace {

void compare(const OuterResult& taken, const OuterResult& now, std::vector<Deviation>& deviations) {
  const auto add = [&](const std::string& what, const std::string& stored, const std::string& is) {
    if (stored != is) deviations.push_back({{}, what, stored, is});
  };
  const auto configuration_text = [](const search::Configuration& configuration) {
    std::string text;
    for (const std::optional<Value>& value : configuration.values)
      text += (text.empty() ? "" : ", ") + (value ? to_text(*value) : "-");
    return text;
  };
  add("value", text_of(to_json(taken.value)), text_of(to_json(now.value)));
  add("hold-out value", text_of(to_json(taken.holdout)), text_of(to_json(now.holdout)));
  add("rows", std::to_string(taken.rows), std::to_string(now.rows));
  add("trial", taken.trial ? std::to_string(*taken.trial) : "the defaults",
      now.trial ? std::to_string(*now.trial) : "the defaults");
  add("configuration", configuration_text(taken.configuration), configuration_text(now.configuration));
}

// With their curves: of a fold's run all trials that have outcomes, or the best one.
std::vector<Trial> trials_of(const Storage& storage, bool maximize, bool all) {
  std::vector<Trial> trials = storage.trials();
  std::erase_if(trials, [](const Trial& t) { return !has_outcome(t.outcome.state); });
  if (!all) {
    const Trial* const best = best_trial(trials, maximize);
    const int number = best ? best->number : -1;
    std::erase_if(trials, [number](const Trial& t) { return t.number != number; });
  }
  for (Trial& trial : trials) trial.outcome.curve = storage.curve(trial.number);
  return trials;
}

}  // namespace

std::vector<OuterVerification> verify_outer_folds(const Storage& storage, const StudyFile& file, data::Prepared& data,
                                                  const std::string& folder, bool all, const Workers& workers,
                                                  const std::atomic<bool>* interrupt) {
  const train::Metric& metric = metric_of(file.study);
  const Nested nested = storage.nested().value_or(Nested{});
  std::vector<OuterVerification> folds;
  for (std::size_t k = 0; k < data.outer.size(); ++k) {
    OuterVerification& fold = folds.emplace_back();
    fold.fold = k;
    const std::string database = (std::filesystem::path(folder) / outer_folder(k) / "study.db").string();
    if (k >= nested.folds.size()) {
      fold.unfinished = true;
      continue;
    }
    if (!database_exists(database)) {
      fold.missing = "there is no " + outer_folder(k) + "/study.db in the folder of the run";
      continue;
    }
    const ExchangedSplit exchanged(data, k);
    const StudyFile outer = outer_study(file, k);
    const auto run = Storage::open(database, true);
    check_space(run->study(), record_of(outer, data));
    compare(nested.folds[k], outer_result(*run, metric, data.split.test.size()), fold.taken);
    fold.run = verify(*run, outer, data, trials_of(*run, metric.maximize, all), workers, interrupt);
    if (fold.run.interrupted) break;
  }
  return folds;
}

}  // namespace holdout::study
