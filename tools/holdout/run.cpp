#include <filesystem>
#include <iostream>

#include <holdout/base/error.hpp>
#include <holdout/report/report.hpp>
#include <holdout/study/run_folder.hpp>
#include <holdout/study/runner.hpp>

#include "commands.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "signals.hpp"

namespace holdout::cli {
namespace po = boost::program_options;

Syntax run_syntax() {
  po::options_description options;
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  options.add_options()("out", text("DIR"), "folder of the run (runs/NAME)")  //
      ("threads", text("N"), "threads to use (all CPUs); the results do not depend on it")(
          "set", po::value<std::vector<std::string>>()->value_name("PATH=VALUE"),
          "change a setting of the study; may be given many times")("fresh", "throw an earlier run in DIR away")(
          "quiet", "no progress, no summary")("json", "print report.json instead of the summary");
  return {
      "Runs a study: reads its data, searches its space, stores every trial in DIR/study.db, trains the\n"
      "winner again, and writes DIR/report.html, report.md, report.json, trials.csv and best.yaml.\n"
      "A finished run is not repeated: its reports are written again.",
      "examples:\n"
      "  holdout run studies/diabetes.yaml\n"
      "  holdout run studies/breast_cancer.yaml --threads 4 --set search.trials=512\n"
      "  holdout run my.yaml --set training.optimizer=adam --set 'training.learning_rate={min: 1e-4, max: 0.1, "
      "scale: log}'\n",
      options};
}

namespace {

// An earlier run of the same study in the folder, or nothing if the folder has no run.
std::unique_ptr<study::Storage> earlier_run(const study::RunFolder& folder, const study::StudyRecord& record) {
  const std::string file = folder.file("study.db");
  if (!std::filesystem::exists(file)) return nullptr;
  auto storage = study::Storage::open(file, false);
  const std::string differs = study::difference(storage->study().fingerprint, record.fingerprint);
  const std::string hint = "choose another folder with --out, or --fresh to throw that run away";
  if (!differs.empty()) throw Error(folder.path() + " holds the run of another study: " + differs + " since", hint);
  const std::optional<study::RunFacts> facts = storage->facts();
  if (!facts || facts->interrupted)
    throw Error(folder.path() + " holds an unfinished run; going on with one is not possible yet", hint);
  return storage;
}

void remove_earlier_run(const study::RunFolder& folder) {
  for (const char* name : {"study.db", "study.db-wal", "study.db-shm", "study.db-journal", "report.json", "report.md",
                           "report.html", "trials.csv", "best.yaml", "model.json"})
    std::filesystem::remove(folder.file(name));
}

}  // namespace

int run_study(const Options& options) {
  constexpr int kMostThreads = 1024;
  const int threads = options.integer("threads", 1, kMostThreads, 0);
  Signals signals;  // before any other thread
  const study::StudyFile file = study::read_study(options.text("argument"), options.texts("set"));
  const data::Prepared data = study::prepare(file);
  const study::StudyRecord record = study::record_of(file, data);
  const std::string out = options.given("out") ? options.text("out") : "runs/" + study::slug(file.study.name);
  const study::RunFolder folder(out);
  if (options.given("fresh")) remove_earlier_run(folder);

  std::unique_ptr<study::Storage> storage = earlier_run(folder, record);
  const bool quiet = options.given("quiet");
  study::RunEnd end = study::RunEnd::done;
  if (!storage) {
    const Workers workers(threads);
    storage = study::Storage::create(folder.file("study.db"), record);
    Progress progress(record.metric, quiet || options.given("json"));
    end = study::run(file, data, *storage, workers, signals.interrupted(), progress);
  } else if (!quiet) {
    std::cerr << folder.path() << " holds this run, finished: nothing is trained again\n";
  }
  const report::Findings findings = report::find(*storage);
  storage->close();
  report::write(findings, folder.path(), file.study.report.formats);
  if (options.given("json"))
    std::cout << report::render(findings, "json");
  else if (!quiet)
    std::cout << report::summary(findings, folder.path());
  if (end == study::RunEnd::interrupted) return kInterrupted + signals.number();
  return findings.best() ? kDone : kAllFailed;
}

}  // namespace holdout::cli
