#include <algorithm>
#include <iostream>
#include <limits>

#include <holdout/base/error.hpp>
#include <holdout/base/files.hpp>
#include <holdout/base/number.hpp>
#include <holdout/report/report.hpp>
#include <holdout/study/run_folder.hpp>
#include <holdout/study/runner.hpp>
#include <holdout/study/verify.hpp>

#include "commands.hpp"
#include "leavable_task.hpp"
#include "options.hpp"
#include "signals.hpp"

namespace holdout::cli {
namespace po = boost::program_options;

Syntax verify_syntax() {
  po::options_description options;
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  options.add_options()("trial", text("N"), "this trial, instead of the best one")("all", "every trial")(
      "data", text("FILE"), "the data file, where it has moved")("threads", text("N"), "threads to use (all CPUs)");
  return {
      "Trains the best trial of a run again (and the study's defaults, where they are the best configuration),\n"
      "and the refit, and compares every number with the stored one to the last bit. Says what differs and what could "
      "be the reason. Exit code 1 if anything differs. Trials that\n"
      "a gradient search solved in part are compared with those of the whole search, run once more. With --all the\n"
      "value that is corrected for the choice is computed again too. Of nested cross-validation the same is done with\n"
      "the run of every outer fold.",
      "examples:\n  holdout verify runs/diabetes\n  holdout verify runs/diabetes --all\n", options};
}

namespace {

constexpr const char* kNothingToVerify = "only what the search asked for, and stored, can be compared";

std::string words_of(study::ForeignChange::Kind kind) {
  using Kind = study::ForeignChange::Kind;
  return kind == Kind::added ? "added" : kind == Kind::changed ? "changed" : "deleted";
}

std::vector<study::Trial> chosen(const study::Storage& storage, const Options& given, int number) {
  std::vector<study::Trial> trials = storage.trials();
  for (const study::ForeignChange& change : storage.foreign_changes()) {
    if (!given.given("all") && (!given.given("trial") || change.number != number)) continue;
    const std::string which = "trial " + std::to_string(change.number), what = words_of(change.kind);
    if (!given.given("all")) throw Error(which + " of study.db was " + what + " by another program", kNothingToVerify);
    std::cout << which << ": not trained again: " << what << " by another program\n";
  }
  std::erase_if(trials, [](const study::Trial& t) { return !has_outcome(t.outcome.state); });
  const auto with_curves = [&] {
    for (study::Trial& t : trials) t.outcome.curve = storage.curve(t.number);
    return std::move(trials);
  };
  if (given.given("all")) return with_curves();
  if (!given.given("trial")) {
    const report::Findings findings = report::find(storage);
    if (!findings.best()) throw Error("no trial of this run is complete: there is no best one", "name one: --trial N");
    number = findings.best_trial()->number;
  }
  std::erase_if(trials, [number](const study::Trial& t) { return t.number != number; });
  if (trials.empty()) throw Error("the run has no trial " + std::to_string(number) + " with an outcome");
  return with_curves();
}

std::string shown(const std::string& text) { return text.empty() ? "nothing" : escaped(text); }

// @param prefix  of each line: which outer fold they are of
void print(const study::Verification& result, const std::string& prefix) {
  constexpr std::size_t kShown = 20;
  for (const auto& [trial, why] : result.skipped)
    std::cout << prefix << "trial " << trial << ": not trained again: " << escaped(why) << "\n";
  if (result.same.size() == 1) std::cout << prefix << "trial " << result.same[0] << ": the same to the last bit\n";
  if (result.same.size() > 1) std::cout << prefix << result.same.size() << " trials: the same to the last bit\n";
  if (result.same_defaults)
    std::cout << prefix << "the defaults, which are the best configuration: the same to the last bit\n";
  if (result.same_corrected) std::cout << prefix << "corrected for the choice: the same to the last bit\n";
  for (std::size_t i = 0; i < result.deviations.size() && i < kShown; ++i) {
    const study::Deviation& d = result.deviations[i];
    std::cout << prefix << (d.trial ? "trial " + std::to_string(*d.trial) : "the defaults") << ": " << escaped(d.what)
              << " is " << shown(d.now) << ", stored is " << shown(d.stored) << "\n";
  }
  if (result.deviations.size() > kShown)
    std::cout << prefix << "… and " << result.deviations.size() - kShown << " more\n";
}

// @return whether anything differs
bool print(const std::vector<study::OuterVerification>& folds) {
  bool differ = false;
  for (const study::OuterVerification& fold : folds) {
    const std::string which = "outer fold " + std::to_string(fold.fold) + ": ";
    if (fold.unfinished) std::cout << which << "not compared: its search has not come to its end\n";
    if (!fold.missing.empty()) std::cout << which << "cannot be compared: " << escaped(fold.missing) << "\n";
    print(fold.run, which);
    for (const study::Deviation& d : fold.taken)
      std::cout << which << escaped(d.what) << " of its run is " << shown(d.now) << ", the nested error has "
                << shown(d.stored) << "\n";
    differ = differ || !fold.run.deviations.empty() || !fold.taken.empty();
  }
  return differ;
}

void print_reasons(const std::vector<std::string>& reasons) {
  for (const std::string& reason : reasons) std::cout << "could be the reason: " << reason << "\n";
  if (reasons.empty())
    std::cout
        << "no reason is known: study, data, version and vectors are those of the run, so study.db was changed or "
           "a machine computed wrongly\n";
}

}  // namespace

int verify(const Options& options) {
  const std::string run = options.text("argument"), file = study::database_of(run);
  if (options.given("all") && options.given("trial")) throw Error("--all and --trial cannot be given together");
  const bool given_trial = options.given("trial");
  const int number = options.integer("trial", 0, std::numeric_limits<int>::max(), 0);
  constexpr int kMaxThreads = 1024;
  Signals signals;  // before any other thread
  const Workers workers(options.integer("threads", 1, kMaxThreads, 0));
  note_shortage(workers);
  const auto storage = study::Storage::open(file, true);
  const std::vector<study::Trial> trials = chosen(*storage, options, number);
  std::vector<std::string> overrides;
  if (options.given("data")) overrides.push_back("data.file=" + absolute_path(options.text("data")));
  study::StudyFile study = study::read_study_text(file, storage->study().text, storage->study().folder, overrides);
  data::Prepared data = study::prepare(study, study::spill_near(run));
  const study::StudyRecord record = study::record_of(study, data);
  study::check_space(storage->study(), record);
  signals.ask_first();  // what a search that is run once more leaves in the temporary folder is removed
  study::Verification result;
  std::vector<study::OuterVerification> outer;
  LeavableTask training([&] {
    result = study::verify(*storage, study, data, trials, workers, &signals.interrupted());
    if (!given_trial && !result.interrupted)
      outer =
          study::verify_outer_folds(*storage, study, data, run, options.given("all"), workers, &signals.interrupted());
  });
  if (!training.wait(signals.interrupted(), kTrainingPatience)) {
    std::cerr << "interrupted: nothing is known of any trial" << std::endl;
    leave(kInterrupted + signals.number());
  }
  print(result, "");
  const bool differs = print(outer) || !result.deviations.empty();
  if (differs) print_reasons(study::reasons_to_differ(*storage, record));
  if (!outer.empty() && outer.back().run.interrupted) {
    std::cout.flush();
    std::cerr << "interrupted: outer fold " << outer.back().fold << " and those after it have not been compared"
              << std::endl;
    return kInterrupted + signals.number();
  }
  if (result.interrupted) {
    std::cout.flush();
    std::cerr << "interrupted: " << result.same.size() << " of " << trials.size() << " trials have been compared"
              << std::endl;
    return kInterrupted + signals.number();
  }
  const bool missing = std::any_of(outer.begin(), outer.end(),
                                   [](const study::OuterVerification& fold) { return !fold.missing.empty(); });
  return differs || missing ? kFailure : kDone;
}

}  // namespace holdout::cli
