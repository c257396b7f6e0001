#include <holdout/study/storage.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <iterator>
#include <thread>

#include "records.hpp"

namespace fs = std::filesystem;
using namespace holdout;
using namespace holdout::study;
using namespace holdout::study::testing;

TEST_CASE("storage: a study comes back as it was written") {
  const Scratch scratch;
  StudyRecord study = record();
  for (const bool maximize : {false, true}) {
    study.maximize = maximize, study.metric = maximize ? "accuracy" : "log_loss";
    const std::string path = scratch / (maximize ? "max.db" : "min.db");
    Storage::create(path, study);
    const auto storage = Storage::open(path, true);
    const StudyRecord& back = storage->study();
    CHECK(back.name == study.name);
    CHECK(back.maximize == maximize);
    CHECK(back.metric == study.metric);
    CHECK(back.text == study.text);
    CHECK(back.fingerprint == study.fingerprint);
    REQUIRE(back.space.size() == study.space.size());
    for (std::size_t i = 0; i < back.space.size(); ++i) {
      const search::Parameter &a = back.space.parameters()[i], &b = study.space.parameters()[i];
      CHECK(a.path == b.path);
      CHECK(a.values == b.values);
      REQUIRE(a.interval.has_value() == b.interval.has_value());
      if (a.interval) {
        CHECK(bits(a.interval->min) == bits(b.interval->min));
        CHECK(bits(a.interval->max) == bits(b.interval->max));
        CHECK(a.interval->log == b.interval->log);
        CHECK(a.interval->step == b.interval->step);
        CHECK(a.interval->integer == b.interval->integer);
        CHECK(a.interval->points == b.interval->points);
      }
      REQUIRE(a.condition.has_value() == b.condition.has_value());
      if (a.condition) {
        CHECK(a.condition->parameter == b.condition->parameter);
        CHECK(a.condition->choice == b.condition->choice);
      }
    }
  }
}

TEST_CASE("storage: every field of every trial comes back to the last bit") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  const std::vector<Trial> all = trials(0, 40);
  for (const Trial& t : all) REQUIRE(space().contains(t.configuration));
  {
    const auto storage = Storage::create(path, record());
    storage->begin(all);
    // Outcomes come in any order and in several calls; trials are read by number.
    std::vector<Trial> odd, even;
    for (const Trial& t : all) (t.number % 2 ? odd : even).push_back(t);
    std::reverse(odd.begin(), odd.end());
    storage->finish(odd);
    storage->finish(even);
    check_equal(whole(*storage), all);
  }
  for (const bool read_only : {true, false}) check_equal(whole(*Storage::open(path, read_only)), all);
}

TEST_CASE("storage: a begun trial has its configuration and no outcome; it is begun again under its number") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  Storage::create(path, record())->begin(trials(0, 3));
  const auto storage = Storage::open(path, false);
  for (const Trial& t : whole(*storage)) {
    CHECK(t.outcome.state == TrialState::running);
    CHECK(t.configuration == trial(t.number).configuration);
  }
  std::vector<Trial> again = trials(1, 5);
  again[0].configuration = trial(8).configuration;  // has other parameters than trial 1
  again[0].outcome = trial(8).outcome;
  again[0].near = {}, again[0].fidelity = {};
  storage->begin(again);
  storage->finish(again);
  const auto back = whole(*storage);
  REQUIRE(back.size() == 5);
  CHECK(back[0].outcome.state == TrialState::running);
  for (std::size_t i = 1; i < 5; ++i) check_equal(back[i], again[i - 1]);
}

TEST_CASE("storage: a trial with an outcome is never written again") {
  const Scratch scratch;
  const auto storage = Storage::create(scratch / "study.db", record());
  storage->begin(trials(0, 6));
  storage->finish(trials(0, 4));
  std::vector<Trial> again = {trial(4), trial(2)};
  again[1].outcome.value = 0;
  Fault fault = Fault::input;
  const std::string message = message_of([&] { storage->finish(again); }, &fault);
  CHECK(contains(message, "study.db: error: trial 2 already has an outcome"));
  CHECK(fault == Fault::failure);
  CHECK(contains(message_of([&] { storage->begin(again); }), "trial 2 already has an outcome"));
  auto back = whole(*storage);
  check_equal(back[2], trial(2));
  CHECK(back[4].outcome.state == TrialState::running);  // what stood beside it in the transaction was undone with it
  storage->finish(trials(4, 6));                        // and the storage works on
  check_equal(whole(*storage), trials(0, 6));
}

TEST_CASE("storage: a trial solved in part is pruned, with its value; parameters of models come back by number") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  std::vector<Trial> all = trials(0, 3);
  all[0].outcome.theta = {{1.0 / 3, -0.0, kNaN, 5e-324}, {}, {-kInfinity}};
  all[1].outcome.theta = {std::vector<double>(5000, 0.1)};
  all[2].outcome.full = false;
  {
    const auto storage = Storage::create(path, record());
    storage->begin(all);
    storage->finish(all);
  }
  const auto storage = Storage::open(path, true);
  const std::vector<Trial> back = whole(*storage);
  CHECK(back[2].outcome.state == TrialState::pruned);
  CHECK(bits(back[2].outcome.value) == bits(all[2].outcome.value));
  CHECK_FALSE(may_be_best(back[2].outcome));
  for (int number = 0; number < 4; ++number) {
    const auto theta = storage->theta(number);
    const auto expected =
        number < 3 ? all[static_cast<std::size_t>(number)].outcome.theta : std::vector<std::vector<double>>{};
    REQUIRE(theta.size() == expected.size());
    for (std::size_t fold = 0; fold < theta.size(); ++fold) check_equal(theta[fold], expected[fold]);
  }
}

TEST_CASE("storage: a complete trial has a finite value") {
  const Scratch scratch;
  const auto storage = Storage::create(scratch / "study.db", record());
  const double values[] = {kNaN, kInfinity, -kInfinity, -0.0};
  std::vector<Trial> all = {trial(0), trial(1), trial(2), trial(4)};
  for (int i = 0; i < 4; ++i) {
    all[static_cast<std::size_t>(i)].number = i;
    all[static_cast<std::size_t>(i)].outcome.value = values[i];
  }
  storage->begin(all);
  storage->finish(all);
  const auto back = whole(*storage);
  for (std::size_t i = 0; i < 3; ++i) CHECK(back[i].outcome.state == TrialState::failed);
  CHECK(back[0].outcome.reason == "the hold-out error is nan");
  CHECK(back[2].outcome.reason == "the hold-out error is -inf");
  CHECK(back[3].outcome.state == TrialState::complete);
  CHECK(bits(back[3].outcome.value) == bits(0.0));  // the sign of a zero would not outlive SQLite
}

TEST_CASE("storage: facts and winner come back, and the last ones count") {
  const Scratch scratch;
  const auto storage = Storage::create(scratch / "study.db", record());
  CHECK(!storage->facts());
  CHECK(!storage->winner());
  RunFacts facts;
  facts.task = "classification", facts.search = "random", facts.data_file = "data/x.csv", facts.target = "\"y\"",
  facts.classes = {"no", "yes"};
  facts.rows = 5'000'000'000, facts.features = 30, facts.train_rows = 320, facts.holdout_rows = 107,
  facts.test_rows = 142;
  facts.folds = 5, facts.baseline = kInfinity, facts.notices = {"a", "b\n"}, facts.threads = 8, facts.seconds = 0.1;
  facts.version = "0.1.0", facts.cpu_target = "AVX3", facts.started = "2026-11-24 05:29:58",
  facts.finished = "2026-11-24 05:30:00", facts.interrupted = true;
  facts.conclusion =
      search::Conclusion{false, 1e-8, 4, 37, "open", {{1, 0.1, 2.0 / 3, 0.25, false}, {0, 1e-6, 1e-5, {}, true}}};
  Winner winner;
  winner.trial = 17, winner.test = {{"log_loss", 1.0 / 3}, {"auc", kNaN}},
  winner.refit_test = {{"b", -kInfinity}, {"a", 1}};
  winner.refit_epochs = 12, winner.test_standard_error = kNaN, winner.best_yaml = "name: best\nx: 'λ'\n";
  winner.predictions = HoldoutPredictions{3,           {1.0 / 3, 2}, {0.1, -1e300}, {5, 1, 0, 7},
                                          {0, 0.5, 1}, {0, 1, 1},    {-0.25, 1.5},  {0.5, 2.0 / 3}};
  winner.defaults =
      DefaultResult{{{Value(0.0), {}, Value("inf"), Value(kInfinity), Value(std::int64_t{3}), Value(true), {}}},
                    {2, 4},
                    7,
                    kNaN,
                    "diverged at epoch 3",
                    {{"mse", 1.0 / 3}}};
  storage->write(RunFacts{});
  storage->write(facts);
  storage->write(Winner{});
  storage->write(winner);
  const auto back = storage->facts();
  REQUIRE(back);
  CHECK(back->task == facts.task);
  CHECK(back->search == facts.search);
  CHECK(back->data_file == facts.data_file);
  CHECK(back->target == facts.target);
  CHECK(back->classes == facts.classes);
  CHECK(back->rows == facts.rows);
  CHECK(back->features == facts.features);
  CHECK(back->train_rows == facts.train_rows);
  CHECK(back->holdout_rows == facts.holdout_rows);
  CHECK(back->test_rows == facts.test_rows);
  CHECK(back->folds == facts.folds);
  CHECK(bits(back->baseline) == bits(facts.baseline));
  CHECK(back->notices == facts.notices);
  CHECK(back->threads == facts.threads);
  CHECK(bits(back->seconds) == bits(facts.seconds));
  CHECK(back->version == facts.version);
  CHECK(back->cpu_target == facts.cpu_target);
  CHECK(back->started == facts.started);
  CHECK(back->finished == facts.finished);
  CHECK(back->interrupted == facts.interrupted);
  CHECK(back->conclusion == facts.conclusion);
  const auto won = storage->winner();
  REQUIRE(won);
  CHECK(won->trial == winner.trial);
  check_equal(won->test, winner.test);
  check_equal(won->refit_test, winner.refit_test);
  CHECK(won->refit_epochs == winner.refit_epochs);
  CHECK(bits(won->test_standard_error) == bits(winner.test_standard_error));
  CHECK(won->best_yaml == winner.best_yaml);
  REQUIRE(won->defaults);
  CHECK(won->defaults->configuration == winner.defaults->configuration);
  CHECK(won->defaults->undeclared == winner.defaults->undeclared);
  CHECK(won->defaults->trial == winner.defaults->trial);
  CHECK(bits(won->defaults->value) == bits(winner.defaults->value));
  CHECK(won->defaults->reason == winner.defaults->reason);
  check_equal(won->defaults->test, winner.defaults->test);
  REQUIRE(won->predictions);
  CHECK(won->predictions->rows == 3);
  CHECK(won->predictions->target == winner.predictions->target);
  CHECK(won->predictions->predicted == winner.predictions->predicted);
  CHECK(won->predictions->confusion == winner.predictions->confusion);
  CHECK(won->predictions->false_positive == winner.predictions->false_positive);
  CHECK(won->predictions->true_positive == winner.predictions->true_positive);
}

TEST_CASE("storage: during a run there is a log beside the file; after close the file is alone and can be read only") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  const auto storage = Storage::create(path, record());
  storage->begin(trials(0, 12));
  CHECK(fs::exists(path + "-wal"));
  CHECK(whole(*Storage::open(path, true))[7].configuration == trial(7).configuration);
  storage->finish(trials(0, 12));
  storage->close();
  CHECK(std::distance(fs::directory_iterator(scratch.path()), fs::directory_iterator()) == 1);
  const std::string before = bytes_of(path);
  REQUIRE(::chmod(path.c_str(), 0444) == 0);
  {
    const auto reader = Storage::open(path, true);
    check_equal(whole(*reader), trials(0, 12));
    CHECK(std::distance(fs::directory_iterator(scratch.path()), fs::directory_iterator()) == 1);
  }
  CHECK(bytes_of(path) == before);
  storage->close();  // twice is once
}

TEST_CASE("storage: a reader that stays does not hold up the end") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  const auto storage = Storage::create(path, record());
  storage->begin(trials(0, 4));
  {
    const auto reader = Storage::open(path, true);
    storage->finish(trials(0, 4));
    storage->close();
    check_equal(whole(*reader), trials(0, 4));
    check_equal(whole(*storage), trials(0, 4));
  }
  storage->close();
  CHECK(!fs::exists(path + "-wal"));
  check_equal(whole(*Storage::open(path, true)), trials(0, 4));
}

TEST_CASE("storage: many threads may use it at once") {
  const Scratch scratch;
  const auto storage = Storage::create(scratch / "study.db", record());
  storage->begin(trials(0, 16));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&storage, t] {
      storage->finish(trials(4 * t, 4 * t + 4));
      (void)whole(*storage);
    });
  for (std::thread& thread : threads) thread.join();
  check_equal(whole(*storage), trials(0, 16));
}
