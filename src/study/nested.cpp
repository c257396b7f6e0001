#include <holdout/study/nested.hpp>

#include <algorithm>
#include <limits>

#include <holdout/base/number.hpp>
#include <holdout/study/fingerprint.hpp>

#include "outer_folds.hpp"
#include "patient_write.hpp"
#include "winner.hpp"

namespace holdout::study {
namespace {

// Hears what the user should know, and not how far an outer search is: its trials are not those of the run.
class OuterObserver final : public Observer {
 public:
  OuterObserver(Observer& observer, std::string fold) : observer_(observer), fold_(std::move(fold)) {}
  void changed(const RunState&) override {}
  void note(const std::string& text) override { observer_.note(fold_ + ": " + text); }

 private:
  Observer& observer_;
  const std::string fold_;
};

struct Opened {
  std::unique_ptr<Storage> storage;
  bool finished = false;
};

// The storage of an outer fold: a new one, or what is left of an earlier process.
Opened open(const RunFolder& folder, const StudyRecord& record) {
  const std::string database = folder.file("study.db");
  if (!database_exists(database)) return {Storage::create(database, record), false};
  Opened opened{Storage::open(database, false), false};
  bool more = false;  // trials are asked for
  for (const Change& change : changes(opened.storage->study(), record)) {
    if (!change.harmless)
      throw Error(folder.path() + " holds the run of another study, or of other data: " + to_string(change),
                  "remove that folder, or run the study with --fresh");
    more = more || !change.what.starts_with("report");
  }
  check_space(opened.storage->study(), record);
  opened.finished = study::finished(*opened.storage) && !more;
  if (opened.storage->study().text != record.text || opened.storage->study().folder != record.folder)
    opened.storage->go_on_as(record);
  return opened;
}

}  // namespace

OuterResult outer_result(const Storage& storage, const train::Metric& metric, std::size_t rows) {
  OuterResult result;
  result.rows = static_cast<std::int64_t>(rows);
  result.holdout = result.value = std::numeric_limits<double>::quiet_NaN();
  const std::optional<Winner> winner = storage.winner();
  const std::vector<Trial> trials = storage.answers();
  const Trial* best = best_trial(trials, metric.maximize);
  if (!winner || !best) return result;
  if (winner->default_outcome) {
    result.configuration = winner->defaults->configuration, result.holdout = winner->default_outcome->value;
  } else {
    result.trial = best->number;
    result.configuration = best->configuration, result.holdout = best->outcome.value;
  }
  const std::string label = metric.label();
  const auto found = std::find_if(winner->refit_test.begin(), winner->refit_test.end(),
                                  [&](const auto& measured) { return measured.first == label; });
  if (found != winner->refit_test.end()) result.value = found->second;
  return result;
}

StudyFile outer_study(const StudyFile& file, std::size_t fold) {
  StudyFile outer = file;
  outer.study.data.split.outer.fold = static_cast<std::int64_t>(fold);
  return outer;
}

std::string outer_folder(std::size_t fold) { return "outer-" + std::to_string(fold); }

bool nested_finished(const Storage& storage) {
  const std::optional<Nested> nested = storage.nested();
  return !nested || static_cast<std::int64_t>(nested->folds.size()) == nested->planned;
}

RunEnd run_outer_folds(const StudyFile& file, data::Prepared& data, const RunFolder& folder, Storage& storage,
                       const Workers& workers, const std::atomic<bool>& interrupt, Observer& observer) {
  const std::size_t count = data.outer.size();
  const train::Metric& metric = metric_of(file.study);
  Nested nested{static_cast<std::int64_t>(count), {}};
  for (std::size_t k = 0; k < count; ++k) {
    if (interrupt) return RunEnd::interrupted;
    const ExchangedSplit exchanged(data, k);
    const StudyFile outer = outer_study(file, k);
    const RunFolder own(folder.file(outer_folder(k)));
    Opened opened = open(own, record_of(outer, data));
    const std::string which = "outer fold " + std::to_string(k) + " of " + std::to_string(count);
    if (!opened.finished) {
      observer.note(which + ": the search once more, without " + std::to_string(data.split.test.size()) + " rows");
      OuterObserver heard(observer, which);
      if (run(outer, data, *opened.storage, workers, interrupt, heard) == RunEnd::interrupted) {
        opened.storage->close();
        return RunEnd::interrupted;
      }
    }
    nested.folds.push_back(outer_result(*opened.storage, metric, data.split.test.size()));
    opened.storage->close();
    if (!patiently([&] { storage.write(nested); }, interrupt, observer)) return RunEnd::interrupted;
  }
  return RunEnd::done;
}

}  // namespace holdout::study
