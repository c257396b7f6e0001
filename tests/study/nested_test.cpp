// Nested cross-validation: the same, to the last bit, as separate runs in a loop; whatever stops it, and on any number
// of threads.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <holdout/study/nested.hpp>
#include <holdout/study/verify.hpp>

#include "study/ran.hpp"
#include "support/folder.hpp"
#include "winner.hpp"

namespace holdout::study {
namespace {

using testing::Scratch;

const std::string kData = holdout::testing::tests_folder() + "/../studies/data/diabetes.csv";

// @param split  without its braces
std::string study(const std::string& split, const std::string& search = "{method: random, trials: 12}",
                  const std::string& training = "{optimizer: adam, batch_size: 32, epochs: 3, learning_rate: 0.1}") {
  return "data: {file: " + kData + ", target: target, split: {" + split +
         "}}\nmodel: {type: linear, l2: {min: 1e-4, max: 10, scale: log}}\ntraining: " + training +
         "\nobjective: {metric: mse}\nsearch: " + search + "\n";
}

struct Listener final : Observer {
  void changed(const RunState&) override {}
  void note(const std::string& text) override {
    notes.push_back(text);
    if (!stop_at.empty() && text.find(stop_at) != std::string::npos) stop = true;
  }
  std::vector<std::string> notes;
  std::string stop_at;
  std::atomic<bool> stop = false;
};

// The run of a study with its outer folds in a folder, as the command does it. @return the outer folds' end
RunEnd go_on(const std::string& text, const std::string& folder, Listener& listener, int threads = 2) {
  StudyFile file = read_text(text);
  data::Prepared data = prepare(file);
  const RunFolder own(folder);
  const std::string database = own.file("study.db");
  const std::unique_ptr<Storage> storage =
      database_exists(database) ? Storage::open(database, false) : Storage::create(database, record_of(file, data));
  const Workers workers(threads);
  const std::atomic<bool> never = false;
  if (!finished(*storage)) REQUIRE(run(file, data, *storage, workers, never, listener) == RunEnd::done);
  const RunEnd end = run_outer_folds(file, data, own, *storage, workers, listener.stop, listener);
  storage->close();
  return end;
}

Nested nested_of(const std::string& folder) { return Storage::open(folder + "/study.db", true)->nested().value(); }

void check_same(const Nested& a, const Nested& b) {
  CHECK(a.planned == b.planned);
  REQUIRE(a.folds.size() == b.folds.size());
  for (std::size_t k = 0; k < a.folds.size(); ++k) {
    CHECK(a.folds[k].configuration == b.folds[k].configuration);
    CHECK(a.folds[k].trial == b.folds[k].trial);
    CHECK(a.folds[k].holdout == b.folds[k].holdout);
    CHECK(a.folds[k].value == b.folds[k].value);
    CHECK(a.folds[k].rows == b.folds[k].rows);
  }
}

// What a run of its own says: of the tuned model on its test rows, and of the best value.
struct Separate {
  double value = 0, holdout = 0;
  search::Configuration configuration;
};

Separate separate(const std::string& text) {
  const testing::Ran ran(text);
  const Winner winner = ran.storage->winner().value();
  const std::vector<Trial> trials = ran.storage->trials();
  const Trial& best = *best_trial(trials, false);
  REQUIRE_FALSE(winner.default_outcome);
  REQUIRE(winner.refit_test.at(0).first == "mse");
  return {winner.refit_test[0].second, best.outcome.value, best.configuration};
}

// A file that says of every row of the data which part it is in: train, holdout, test, or its fold.
// @return whether every row is in one
bool write_parts(const std::string& path, const data::Split& split, std::size_t rows) {
  std::vector<std::string> part(rows, "-");
  for (std::size_t k = 0; k < split.folds.size(); ++k) {
    for (const std::uint32_t i : split.folds[k].holdout)
      part[i] = split.folds.size() > 1 ? std::to_string(k) : "holdout";
    if (split.folds.size() == 1)
      for (const std::uint32_t i : split.folds[k].train) part[i] = "train";
  }
  for (const std::uint32_t i : split.test) part[i] = split.folds.size() > 1 ? "-1" : "test";
  std::ofstream out(path);
  out << "part\n";
  for (const std::string& p : part) out << p << "\n";
  return std::find(part.begin(), part.end(), "-") == part.end();
}

}  // namespace

TEST_CASE("property: nested cross-validation is a loop of separate runs, to the last bit") {
  for (const std::string method : {"method: kfold, folds: 3", "method: kfold, folds: 2, test: 0.2",
                                   "method: holdout, fraction: 0.3", "method: time, folds: 1"}) {
    const std::string split = method + ", outer: 3";
    CAPTURE(method);
    const Scratch scratch;
    Listener listener;
    REQUIRE(go_on(study(split), scratch / "run", listener) == RunEnd::done);
    const Nested nested = nested_of(scratch / "run");
    StudyFile file = read_text(study(split));
    const data::Prepared data = prepare(file);
    REQUIRE(nested.folds.size() == data.outer.size());
    int compared = 0;  // with split columns
    for (std::size_t k = 0; k < nested.folds.size(); ++k) {
      CAPTURE(k);
      const OuterResult& fold = nested.folds[k];
      // By a split column, which knows nothing of outer folds, and has no word for rows that are in none of its parts.
      const data::Split& parts = data.outer[k].split;
      const std::string side = scratch / "parts.csv";
      if (write_parts(side, parts, data.dataset.rows)) {
        ++compared;
        const Separate other = separate(study("method: column, column: part, file: " + side));
        CHECK(fold.value == other.value);
        CHECK(fold.holdout == other.holdout);
        CHECK(fold.configuration == other.configuration);
      }
      // By the study of this outer fold alone.
      const Separate alone = separate(study(method + ", outer: {folds: 3, fold: " + std::to_string(k) + "}"));
      CHECK(fold.value == alone.value);
      CHECK(fold.holdout == alone.holdout);
      CHECK(fold.rows == static_cast<std::int64_t>(parts.test.size()));
    }
    CHECK(compared == (has(method, "test") ? 0 : has(method, "time") ? 1 : 3));
  }
}

TEST_CASE("property: nested cross-validation that is stopped goes on to the same, and so on other threads") {
  const std::string text = study("method: kfold, folds: 2, outer: 4", "{method: gradient}", "{optimizer: exact}");
  const Scratch scratch;
  Listener undisturbed;
  REQUIRE(go_on(text, scratch / "a", undisturbed, 1) == RunEnd::done);
  const Nested expected = nested_of(scratch / "a");
  REQUIRE(expected.folds.size() == 4);
  CHECK(undisturbed.notes.size() == 4);
  for (const char* at : {"outer fold 0", "outer fold 2"}) {
    Listener stopped;
    stopped.stop_at = at;
    CHECK(go_on(text, scratch / "b", stopped, 3) == RunEnd::interrupted);
    const auto storage = Storage::open(scratch / "b/study.db", true);
    CHECK(finished(*storage));
    CHECK_FALSE(nested_finished(*storage));
  }
  CHECK(nested_of(scratch / "b").folds.size() == 2);
  Listener rest;
  CHECK(go_on(text, scratch / "b", rest, 3) == RunEnd::done);
  CHECK(rest.notes.size() == 2);  // of 2 and 3: the first two have ended
  check_same(nested_of(scratch / "b"), expected);
  CHECK(nested_finished(*Storage::open(scratch / "b/study.db", true)));
}

TEST_CASE("nested cross-validation: the study's own search and model are those without it") {
  const Scratch scratch;
  Listener listener;
  go_on(study("method: kfold, folds: 3, outer: 2"), scratch / "run", listener);
  const auto with = Storage::open(scratch / "run/study.db", true);
  const testing::Ran without(study("method: kfold, folds: 3"));
  const std::vector<Trial> a = with->trials(), b = without.storage->trials();
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i].outcome.value == b[i].outcome.value);
  CHECK(with->winner()->best_yaml == without.storage->winner()->best_yaml);  // a fixed configuration: nothing to nest
  CHECK(with->nested()->planned == 2);
  CHECK_FALSE(without.storage->nested());
  CHECK(nested_finished(*without.storage));
}

TEST_CASE("nested cross-validation: the folder of another study in the place of an outer fold is refused") {
  const Scratch scratch;
  Listener listener;
  go_on(study("method: kfold, folds: 3, outer: 2"), scratch / "run", listener);
  std::filesystem::remove_all(scratch / "run/outer-1");
  std::filesystem::rename(scratch / "run/outer-0", scratch / "run/outer-1");
  try {
    go_on(study("method: kfold, folds: 3, outer: 2"), scratch / "run", listener);
    FAIL("not refused");
  } catch (const Error& error) {
    CHECK(has(error.what(), "outer-1 holds the run of another study"));
    CHECK(has(error.what(), "data.split"));
  }
}

TEST_CASE("nested: a metric with settings is found by its label among what the rows of a fold say") {
  const Scratch scratch;
  std::string text = study("method: kfold, folds: 3, outer: 3");
  const std::string metric = "metric: mse";
  text.replace(text.find(metric), metric.size(), "metric: {name: pinball, quantile: 0.9}");
  Listener listener;
  REQUIRE(go_on(text, scratch / "run", listener) == RunEnd::done);
  const Nested nested = nested_of(scratch / "run");
  REQUIRE(nested.folds.size() == 3);
  for (const OuterResult& fold : nested.folds) CHECK(fold.value > 0);
}

TEST_CASE("verify: runs of outer folds repeat themselves, and what the nested error took from them is theirs") {
  const Scratch scratch;
  const std::string text = study("method: kfold, folds: 2, outer: 3");
  Listener listener;
  REQUIRE(go_on(text, scratch / "run", listener) == RunEnd::done);
  StudyFile file = read_text(text);
  data::Prepared data = prepare(file);
  const auto verified = [&](bool all) {
    const auto storage = Storage::open(scratch / "run/study.db", true);
    return verify_outer_folds(*storage, file, data, scratch / "run", all, Workers(2));
  };
  for (const bool all : {false, true}) {
    const std::vector<OuterVerification> folds = verified(all);
    REQUIRE(folds.size() == 3);
    for (const OuterVerification& fold : folds) {
      CHECK((fold.missing.empty() && !fold.unfinished));
      CHECK(fold.run.same.size() == (all ? 12 : 1));
      CHECK((fold.run.deviations.empty() && fold.taken.empty()));
      CHECK(fold.run.same_corrected == all);
    }
  }
  Nested changed = nested_of(scratch / "run");
  changed.folds[1].value = std::nextafter(changed.folds[1].value, 0);
  changed.folds.pop_back(), changed.planned = 3;
  {
    const auto storage = Storage::open(scratch / "run/study.db", false);
    storage->write(changed);
    const auto outer = Storage::open(scratch / "run/outer-0/study.db", false);
    Winner winner = outer->winner().value();
    winner.refit_test.at(0).second *= 2;
    outer->write(winner);
  }
  const std::vector<OuterVerification> folds = verified(false);
  REQUIRE(folds.size() == 3);
  REQUIRE(folds[0].run.deviations.size() == 1);
  CHECK(folds[0].run.deviations[0].what == "winner.refit.test.mse");
  REQUIRE(folds[0].taken.size() == 1);
  CHECK(folds[0].taken[0].what == "value");
  CHECK(folds[1].run.deviations.empty());
  REQUIRE(folds[1].taken.size() == 1);
  CHECK(folds[2].unfinished);
  std::filesystem::remove_all(scratch / "run/outer-1");
  CHECK_FALSE(verified(false)[1].missing.empty());
}

}  // namespace holdout::study
