// Runs that stop and go on: what is stored is not trained again, and the end is that of a run that never stopped.
#include <sys/wait.h>

#include <algorithm>
#include <atomic>

#include <nlohmann/json.hpp>

#include <holdout/study/fingerprint.hpp>
#include <holdout/study/runner.hpp>
#include <holdout/study/verify.hpp>

#include "records.hpp"

using namespace holdout;
using namespace holdout::study;
using namespace holdout::study::testing;

namespace {

constexpr int kTrials = 24;

StudyFile study_in(const Scratch& scratch, const std::string& training, const std::string& search) {
  std::string rows = "a,b,y\n";
  for (int i = 0; i < 40; ++i)
    rows +=
        std::to_string(i * 7 % 11) + "," + std::to_string(i * 5 % 13) + "," + std::to_string(i % 3 + i * 7 % 11) + "\n";
  std::ofstream(scratch / "rows.csv") << rows;
  return read_study_text("study.yaml",
                         "data: {file: rows.csv, target: y, split: {method: holdout, fraction: 0.25, test: 0.2}}\n"
                         "model: {type: linear, l2: {min: 1e-3, max: 10, scale: log}}\ntraining: " +
                             training + "\nsearch: " + search,
                         scratch.path());
}

StudyFile study_in(const Scratch& scratch, int trials = kTrials, const std::string& more = {}) {
  return study_in(scratch, "{optimizer: {values: [gd, adam]}, learning_rate: 0.01, epochs: 3}",
                  "{method: random, batch: 9, trials: " + std::to_string(trials) + "}\n" + more);
}

// Derivatives through the training's steps.
StudyFile forward_study_in(const Scratch& scratch) {
  return study_in(scratch, "{optimizer: adam, learning_rate: {min: 1e-3, max: 0.5, scale: log}, epochs: 5}",
                  "{method: gradient, evaluations: 12}\n");
}

// Is told of every cohort; may stop the run, or the process.
struct Watcher final : Observer {
  std::function<void(const RunState&)> look = [](const RunState&) {};
  RunState last;
  void changed(const RunState& state) override {
    last = state;
    look(state);
  }
};

RunEnd go(StudyFile file, const std::string& path, Watcher& watcher, std::atomic<bool>& interrupt, int threads = 1) {
  const data::Prepared data = prepare(file);
  const StudyRecord now = record_of(file, data);
  const auto storage = std::filesystem::exists(path) ? Storage::open(path, false) : Storage::create(path, now);
  const Workers workers(threads);
  return run(file, data, *storage, workers, interrupt, watcher);
}

RunEnd go(StudyFile file, const std::string& path) {
  Watcher watcher;
  std::atomic<bool> never = false;
  return go(file, path, watcher, never);
}

// Without the times that they took.
std::vector<Trial> trials_of(const std::string& path) {
  std::vector<Trial> trials = whole(*Storage::open(path, true));
  for (Trial& trial : trials) trial.outcome.seconds = 0;
  return trials;
}

}  // namespace

TEST_CASE("resume: interrupted after every cohort, a run ends as one that never stopped; nothing is trained twice") {
  const Scratch scratch;
  StudyFile file;
  SUBCASE("drawn at random") { file = study_in(scratch); }
  SUBCASE("by gradient through the steps") { file = forward_study_in(scratch); }
  SUBCASE("in cohorts, later ones from stored models") {
    file = study_in(scratch, "{optimizer: exact}", "{method: gradient, batch: 7}\n");
  }
  SUBCASE("by a metric without a derivative, with previews of stored models") {
    file = study_in(scratch, "{optimizer: exact}", "{method: gradient, batch: 7}\nobjective: {metric: mae}\n");
  }
  REQUIRE(go(file, scratch / "whole.db") == RunEnd::done);
  const std::string path = scratch / "study.db";
  std::int64_t stored = 0;
  int starts = 0;
  for (RunEnd end = RunEnd::interrupted; end != RunEnd::done; ++starts) {
    REQUIRE(starts < 20);
    std::atomic<bool> interrupt = false;
    Watcher watcher;
    watcher.look = [&](const RunState& state) { interrupt = state.done > state.stored && !state.winner; };
    end = go(file, path, watcher, interrupt);
    CHECK(watcher.last.stored <= stored);  // those of later batches have not been asked for yet
    stored = 0;
    for (const Trial& t : trials_of(path)) stored += has_outcome(t.outcome.state);
    CHECK(finished(*Storage::open(path, true)) == (end == RunEnd::done));
  }
  CHECK(starts > 2);
  check_equal(trials_of(path), trials_of(scratch / "whole.db"));
  const auto winner = Storage::open(path, true)->winner(), whole = Storage::open(scratch / "whole.db", true)->winner();
  REQUIRE((winner && whole));
  CHECK(winner->trial == whole->trial);
  check_equal(winner->test, whole->test);
  check_equal(winner->refit_test, whole->refit_test);
  CHECK(Storage::open(path, true)->facts()->conclusion ==
        Storage::open(scratch / "whole.db", true)->facts()->conclusion);
  REQUIRE((winner->defaults && whole->defaults));
  CHECK(winner->defaults->value == whole->defaults->value);
}

TEST_CASE("resume: a finished run with more trials is the run that had them from the start") {
  const Scratch scratch;
  REQUIRE(go(study_in(scratch, 13), scratch / "study.db") == RunEnd::done);
  REQUIRE(go(study_in(scratch, 31), scratch / "study.db") == RunEnd::done);
  REQUIRE(go(study_in(scratch, 31), scratch / "whole.db") == RunEnd::done);
  check_equal(trials_of(scratch / "study.db"), trials_of(scratch / "whole.db"));
}

TEST_CASE("resume: a trial that kills the process is found and failed after three more tries; the others are not") {
  const Scratch scratch;
  StudyFile file = study_in(scratch);
  REQUIRE(go(file, scratch / "whole.db") == RunEnd::done);
  const std::string path = scratch / "study.db";
  int deaths = 0;
  for (bool ended = false; !ended;) {
    REQUIRE(deaths < 20);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      Watcher watcher;
      std::atomic<bool> never = false;
      // Whoever trains the first trial dies before it can be stored.
      watcher.look = [](const RunState& state) {
        if (state.done > state.stored && state.stored == 0 && state.failed == 0) ::_exit(9);
      };
      ::_exit(go(file, path, watcher, never) == RunEnd::done ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    ended = WEXITSTATUS(status) == 0;
    if (!ended) {
      REQUIRE(WEXITSTATUS(status) == 9);
      ++deaths;
    }
  }
  CHECK(deaths == 5);  // two that are put down to chance, and three of the trial alone
  const std::vector<Trial> all = trials_of(path), whole = trials_of(scratch / "whole.db");
  REQUIRE(all.size() == kTrials);
  CHECK(all[0].outcome.state == TrialState::failed);
  CHECK(all[0].outcome.reason == "killed 3 times");
  for (std::size_t i = 1; i < all.size(); ++i) {
    Trial t = all[i];
    t.attempts = 0;
    check_equal(t, whole[i]);
  }
}

TEST_CASE("resume: trials that the search would not ask for are refused, not answered with") {
  const Scratch scratch;
  REQUIRE(go(study_in(scratch), scratch / "study.db") == RunEnd::done);
  const std::string message = message_of([&] { go(study_in(scratch, kTrials, "seed: 8\n"), scratch / "study.db"); });
  CHECK(contains(message, "trial 0 of the stored run is not the one"));
}

TEST_CASE("fingerprint: every changed key is told with both values, and only what is harmless may change") {
  const Scratch scratch;
  const auto told = [&](StudyFile was, StudyFile is) {
    std::string text;
    for (const Change& change : changes(record_of(was, prepare(was)), record_of(is, prepare(is))))
      text += to_string(change) + (change.harmless ? " (harmless)\n" : "\n");
    return text;
  };
  StudyFile file = study_in(scratch);
  CHECK(told(file, file) == "");
  CHECK(told(file, study_in(scratch, 30)) == "search.trials: 30, was 24 (harmless)\n");
  CHECK(told(file, study_in(scratch, 20)) == "search.trials: 20, was 24\n");
  CHECK(told(file, study_in(scratch, 64)) == "search.trials: not given, was 24 (harmless)\n");  // 64 is the default
  CHECK(told(file, study_in(scratch, kTrials, "seed: 8\nreport: {formats: [json]}\n")) ==
        "seed: 8, was 0\nreport.formats: [json], was not given (harmless)\n");
  CHECK(told(study_in(scratch, kTrials, "report: {formats: [json]}\n"), file) ==
        "report.formats: not given, was [json] (harmless)\n");
  CHECK(contains(told(file, forward_study_in(scratch)), "search.trials: not given, was 24\n"));
  CHECK(contains(told(forward_study_in(scratch), file), "search.trials: 24, was not given\n"));
  const StudyRecord before = record_of(file, prepare(file));
  StudyRecord other = before;
  // A study of another version, whose search nobody can plan; and one that had no data file.
  other.text = "name: x\nsearch: {method: tarot}\n";
  other.fingerprint = nlohmann::json{{"study", other.text + "older: 3\n"}, {"files", nlohmann::json::array()}}.dump();
  std::string text;
  for (const Change& change : changes(other, record_of(study_in(scratch, 30), prepare(file))))
    text += to_string(change) + (change.harmless ? " (harmless)\n" : "\n");
  CHECK(contains(text, "search.trials: 30, was not given\n"));
  CHECK(contains(text, "older: not given, was 3\n"));
  CHECK(contains(text, "model.type: linear, was not given\n"));
  CHECK(contains(text, "data file 'rows.csv': "));
  CHECK(contains(text, ", was not given\n"));
  std::ofstream(scratch / "rows.csv", std::ios::app) << "1,2,3\n";
  const std::vector<Change> data = changes(before, record_of(file, prepare(file)));
  REQUIRE(data.size() == 1);
  CHECK(data[0].what == "data file 'rows.csv'");
  CHECK(!data[0].harmless);
  CHECK(contains(data[0].is, "bytes with CRC-32"));
}

TEST_CASE("verify: a run repeats itself to the last bit, and what does not is named") {
  const Scratch scratch;
  StudyFile file = study_in(scratch);
  const std::string path = scratch / "study.db";
  REQUIRE(go(file, path) == RunEnd::done);
  const Workers workers(2);
  const auto storage = Storage::open(path, true);
  std::vector<Trial> all = whole(*storage);
  const Verification good = verify(*storage, file, prepare(file), all, workers);
  CHECK(good.same.size() == kTrials);
  CHECK(good.deviations.empty());
  CHECK(good.skipped.empty());
  CHECK(reasons_to_differ(*storage, record_of(file, prepare(file))).empty());

  all[3].outcome.train_loss = std::nextafter(all[3].outcome.train_loss, 0);
  all[4].outcome.curve.back().holdout *= 2;
  all[5].near = {{2}};
  const Verification bad = verify(*storage, file, prepare(file), std::span(all).subspan(2, 4), workers);
  CHECK(bad.same == std::vector<int>{2});
  REQUIRE(bad.deviations.size() == 3);
  CHECK(bad.deviations[0].trial == 3);
  CHECK(bad.deviations[0].what == "train_loss");
  CHECK(bad.deviations[0].stored != bad.deviations[0].now);
  CHECK(bad.deviations[1].what == "hold-out at epoch 3");
  CHECK(bad.deviations[2].what == "near");  // the search run once more does not begin there
  CHECK(bad.deviations[2].trial == 5);
  CHECK(bad.deviations[2].now.empty());
  const std::vector<std::string> reasons =
      reasons_to_differ(*storage, record_of(study_in(scratch, kTrials, "seed: 8\n"), prepare(file)));
  CHECK(reasons == std::vector<std::string>{"seed: 8, was 0"});
}
