#include <chrono>
#include <filesystem>
#include <iostream>

#include <holdout/base/error.hpp>
#include <holdout/base/limits.hpp>
#include <holdout/base/quoting.hpp>
#include <holdout/base/version.hpp>
#include <holdout/report/report.hpp>
#include <holdout/study/fingerprint.hpp>
#include <holdout/study/nested.hpp>
#include <holdout/study/run_folder.hpp>
#include <holdout/study/runner.hpp>
#include <holdout/train/cpu.hpp>

#include "commands.hpp"
#include "leavable_task.hpp"
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
          "change a setting of the study; may be given many times")("fresh", "discard an earlier run in DIR")(
          "quiet", "no progress, no summary")(
          "json", "print report.json instead of the summary, and progress as one JSON event a line on stderr");
  return {
      "Runs a study: reads its data, searches its space, stores every trial in DIR/study.db, trains the\n"
      "winner again, and writes DIR/report.html, report.md, report.json, trials.csv and best.yaml.\n"
      "A run that was interrupted or killed goes on where it stood; a finished one only writes its reports\n"
      "again, or goes on if it is given more trials.",
      "examples:\n"
      "  holdout run studies/diabetes.yaml\n"
      "  holdout run studies/breast_cancer.yaml --threads 4 --set search.trials=512\n"
      "  holdout run my.yaml --set training.optimizer=adam --set 'training.learning_rate={min: 1e-4, max: 0.1, "
      "scale: log}'\n",
      options};
}

namespace {

// Refuses to go on with the run of a study that says something else, and shows what.
void check_same(const study::RunFolder& folder, const study::StudyRecord& stored, const study::StudyRecord& now) {
  constexpr std::size_t kShown = 20;
  std::vector<Message> messages;
  for (const study::Change& change : study::changes(stored, now))
    if (!change.harmless) messages.push_back({{}, to_string(change)});
  if (messages.empty()) return;
  if (messages.size() > kShown) messages.resize(kShown), messages.push_back({{}, "and more"});
  messages.insert(messages.begin(),
                  {{}, folder.path() + " holds the run of another study, or of other data; changed since:"});
  messages.back().hint =
      "choose another folder with --out, or --fresh to throw that run away; more trials "
      "(search.trials) are welcome";
  throw Error(std::move(messages));
}

// What may make the same training give other bits.
void note_other_machine(const std::optional<study::RunFacts>& before) {
  if (!before) return;
  const auto note = [](const std::string& what, const std::string& was, std::string_view is) {
    if (was != is)
      std::cerr << "note: the run was begun with " << what << " " << escaped(was) << ", and goes on with " << is
                << ": trials may differ in their last digits\n";
  };
  note("holdout", before->version, version());
  note("vectors of", before->cpu_target, train::simd_target());
}

// @return whether there is such a trial
bool note_without_derivatives(const study::Storage& storage, const study::Study& study) {
  const std::optional<int> first = study::first_without_derivatives(storage, study);
  if (!first) return false;
  std::cerr
      << "note: trial " << *first
      << " was stored without its derivatives by an earlier holdout, when that was interrupted: it and the trials\n"
         "      that the search asked for after it are trained again\n";
  return true;
}

// Not in the report: it is of this machine, and changes no number.
void note_memory(const data::Dataset& dataset) {
  if (const std::string& problem = dataset.many.problem(); !problem.empty())
    std::cerr << "note: the rows of the data stay in memory, a disk cannot take them: " << escaped(problem) << "\n";
}

bool only_reports_differ(const study::StudyRecord& stored, const study::StudyRecord& now) {
  for (const study::Change& change : study::changes(stored, now))
    if (!change.what.starts_with("report")) return false;
  return true;
}

std::string resume_line(const Options& options) {
  std::string line = "holdout run " + shell_quoted(options.text("argument"));
  for (const char* name : {"out", "threads", "set"})
    for (const std::string& value : options.texts(name)) line += " --" + std::string(name) + " " + shell_quoted(value);
  return line;
}

void remove_earlier_run(const study::RunFolder& folder) {
  // Those of outer folds first, which belong to it: its own database tells that there was one.
  for (std::size_t k = 0; std::filesystem::exists(folder.file(study::outer_folder(k))); ++k)
    remove_earlier_run(study::RunFolder(folder.file(study::outer_folder(k))));
  // The database last: without it, what is left of its log would be taken for that of the next one.
  for (const char* name : {"report.json", "report.md", "report.html", "trials.csv", "best.yaml", "model.json",
                           "study.db-wal", "study.db-shm", "study.db-journal", "study.db"}) {
    const std::string file = folder.file(name);
    if (std::error_code error; !std::filesystem::remove(file, error) && error)
      throw Error(Message{{file, 0, 0}, "cannot be removed: " + system_words(error.value()), "remove it by hand"},
                  Fault::failure);
  }
}

// What is to be done when the training has ended, or was left.
struct Ending {
  study::RunEnd end = study::RunEnd::done;
  bool left = false;   // a step of the training still goes on: then the process ends here
  double seconds = 0;  // that it has worked, if it was left
};

// Writes the reports, prints what came out, and says how to go on.
int report_and_end(study::Storage& storage, const study::RunFolder& folder, const study::Study& study,
                   const Options& options, const Signals& signals, const Ending& ending) {
  int code = kDone;
  LeavableTask reports([&] {
    if (ending.left && !study::stop_storing(storage, ending.seconds))
      std::cerr
          << "note: another program keeps study.db locked: trials that waited for it could not be stored, and are "
             "trained again when the run goes on\n";
    const report::Findings findings = report::find(storage);
    storage.close();
    report::write(findings, folder.path(), study.report.formats);
    if (options.given("json"))
      std::cout << report::render(findings, "json");
    else if (!options.given("quiet"))
      std::cout << report::summary(findings, folder.path());
    std::cout.flush();
    code = findings.best() ? kDone : kAllFailed;
  });
  const bool reported = reports.wait(signals.interrupted(), kReportPatience);
  if (reported && !ending.left && ending.end != study::RunEnd::interrupted) return code;
  if (!reported)
    std::cerr << "not all reports are written, that would take longer than an interruption may; to write them:\n"
              << "  holdout report " << shell_quoted(folder.path()) << "\n";
  std::cerr << "interrupted; to go on:\n  " << resume_line(options) << std::endl;
  const int interrupted = kInterrupted + signals.number();
  if (!reported || ending.left) leave(interrupted);
  return interrupted;
}

}  // namespace

int run_study(const Options& options) {
  constexpr int kMaxThreads = 1024;
  const int threads = options.integer("threads", 1, kMaxThreads, 0);
  Signals signals;  // before any other thread
  study::StudyFile file = study::read_study(options.text("argument"), options.texts("set"));
  const std::string out = options.given("out") ? options.text("out") : "runs/" + study::slug(file.study.name);
  data::Prepared data = study::prepare(file, study::spill_near(out));
  note_memory(data.dataset);
  const study::StudyRecord record = study::record_of(file, data);
  const study::RunFolder folder(out);
  if (options.given("fresh")) remove_earlier_run(folder);
  report::check_outputs(folder.path(), file.study.report.formats);

  const std::string database = folder.file("study.db");
  const bool quiet = options.given("quiet");
  std::unique_ptr<study::Storage> storage;
  bool searched = false;  // all but outer folds is done
  if (study::database_exists(database)) {
    storage = study::Storage::open(database, false);
    const study::StudyRecord& stored = storage->study();
    check_same(folder, stored, record);
    check_space(stored, record);
    const bool more = stored.text != record.text && !only_reports_differ(stored, record);
    searched = study::finished(*storage) && !more;
    if (note_without_derivatives(*storage, file.study)) searched = false;
    if (stored.text != record.text || stored.folder != record.folder) storage->go_on_as(record);
    if (!searched) note_other_machine(storage->facts());
  } else {
    storage = study::Storage::create(database, record);
  }
  signals.ask_first();
  Ending ending;
  if (searched && study::nested_finished(*storage)) {
    if (!quiet) std::cerr << folder.path() << " holds this run, finished: nothing is trained again\n";
    return report_and_end(*storage, folder, file.study, options, signals, ending);
  }
  if (!quiet && !options.given("json"))
    for (const std::string& notice : data.notices) std::cerr << "note: " << escaped(notice) << "\n";
  const Workers workers(threads);
  note_shortage(workers);
  auto progress = make_progress(show(quiet, options.given("json")), {record.name, record.metric, record.maximize},
                                signals.interrupted());
  const auto start = std::chrono::steady_clock::now();
  study::RunEnd end = study::RunEnd::interrupted;  // the training's own: it may still write it when it is left
  LeavableTask training([&] {
    const std::atomic<bool>& interrupt = signals.interrupted();
    study::RunEnd ended = study::RunEnd::done;
    if (!searched) ended = study::run(file, data, *storage, workers, interrupt, *progress);
    if (ended != study::RunEnd::interrupted && study::run_outer_folds(file, data, folder, *storage, workers, interrupt,
                                                                      *progress) == study::RunEnd::interrupted)
      ended = study::RunEnd::interrupted;
    end = ended;
  });
  if (training.wait(signals.interrupted(), kTrainingPatience)) {
    progress.reset();
    ending.end = end;
    return report_and_end(*storage, folder, file.study, options, signals, ending);
  }
  try {  // nothing that the training uses may go
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    report_and_end(*storage, folder, file.study, options, signals, {study::RunEnd::interrupted, true, spent.count()});
  } catch (const std::exception& e) {
    std::cerr << e.what() << std::endl;
  }
  leave(kFailure);
}

}  // namespace holdout::cli
