// What counts as an answer to a search, when it is given, when it is stored, and when it is read again.
#include "answers.hpp"

#include <atomic>
#include <cmath>

#include "database.hpp"
#include "derivatives.hpp"
#include "gradient_method.hpp"
#include "objective.hpp"
#include "ran.hpp"
#include "sql.hpp"

using namespace holdout;
using namespace holdout::study;
using namespace holdout::study::testing;

namespace {

const char* const kStudy =
    "data: {file: rows.csv, target: y, split: {method: holdout, fraction: 0.25, test: 0.2}}\n"
    "model: {type: linear, l2: {min: 1e-3, max: 10, scale: log}}\n"
    "training: {optimizer: adam, learning_rate: {min: 1e-3, max: 0.5, scale: log}, epochs: 5}\n"
    "search: {method: gradient, evaluations: 12}\n";

// A search through the steps of trainings, and its data.
struct Searched {
  Scratch scratch;
  StudyFile file;
  data::Prepared data;
  std::string path = scratch / "study.db";

  Searched() {
    std::string rows = "a,b,y\n";
    for (int i = 0; i < 40; ++i)
      rows += std::to_string(i * 7 % 11) + "," + std::to_string(i * 5 % 13) + "," + std::to_string(i % 3 + i * 7 % 11) +
              "\n";
    std::ofstream(scratch / "rows.csv") << rows;
    file = read_study_text("study.yaml", kStudy, scratch.path());
    data = prepare(file);
  }

  RunEnd go(const std::string& database) {
    const auto storage = std::filesystem::exists(database) ? Storage::open(database, false)
                                                           : Storage::create(database, record_of(file, data));
    const std::atomic<bool> never = false;
    Silent observer;
    return run(file, data, *storage, Workers(2), never, observer);
  }
};

std::vector<Trial> trials_of(const std::string& path) {
  std::vector<Trial> all = whole(*Storage::open(path, true));
  for (Trial& trial : all) trial.outcome.seconds = 0;
  return all;
}

search::Request asked(search::Want want, bool optional) {
  search::Request request{{{Value(0.1), Value(0.01)}}};
  request.want = want, request.derivatives_optional = optional;
  return request;
}

train::LaneResult ended(train::LaneEnd end) {
  train::LaneResult r;
  r.end = end, r.value = 0.5, r.metrics = {{"mse", 0.5}};
  return r;
}

}  // namespace

TEST_CASE("combine: nothing, where a fold was interrupted or has not ended") {
  const train::Metric& mse = *train::find_metric("mse");
  using train::LaneEnd;
  const std::vector<train::LaneResult> good = {ended(LaneEnd::epochs), ended(LaneEnd::patience)};
  CHECK(combine(good, mse).value().state == TrialState::complete);
  for (const LaneEnd end : {LaneEnd::interrupted, LaneEnd::running})
    for (const bool first : {true, false}) {
      std::vector<train::LaneResult> folds = good;
      folds[first ? 0 : 1] = end == LaneEnd::running ? train::LaneResult() : ended(end);  // one has no metrics yet
      CHECK_FALSE(combine(folds, mse));
    }
}

TEST_CASE("answers: complete ones have a finite value, and finite derivatives where they were wanted") {
  Outcome outcome;
  outcome.value = 0.25;
  const auto plain = asked(search::Want::value, false), sloped = asked(search::Want::gradient, false),
             optional = asked(search::Want::curvature, true);
  CHECK(is_answer(outcome, plain));
  CHECK_FALSE(is_answer(outcome, sloped));
  CHECK_FALSE(is_answer(outcome, optional));  // it does not say that it has none
  outcome.gradient = {1, 2};
  CHECK(is_answer(outcome, sloped));
  CHECK(is_answer(outcome, optional));
  outcome.curvature = {1, 2, 2, kInfinity};
  CHECK_FALSE(is_answer(outcome, optional));
  outcome.curvature.clear();
  outcome.gradient = {1, kNaN};
  CHECK_FALSE(is_answer(outcome, optional));
  outcome.gradient = {1};
  CHECK_FALSE(is_answer(outcome, sloped));
  outcome.gradient.clear(), outcome.no_derivatives = true;
  CHECK(is_answer(outcome, optional));
  CHECK_FALSE(is_answer(outcome, sloped));
  outcome.value = kNaN;
  CHECK_FALSE(is_answer(outcome, plain));
  CHECK_FALSE(is_answer(outcome, optional));
  outcome.state = TrialState::failed;
  CHECK(is_answer(outcome, sloped));
  outcome.state = TrialState::pruned, outcome.full = false;  // solved in part
  CHECK_FALSE(is_answer(outcome, sloped));
}

TEST_CASE("derivatives that are not finite: the value alone, if the search can do without; else the trial fails") {
  Searched searched;
  const auto storage = Storage::create(searched.path, record_of(searched.file, searched.data));
  const Designs designs(searched.data);
  const train::Metric& metric = metric_of(searched.file.study);
  Derivatives derivatives(searched.file.study, metric, designs, *storage);
  const auto put = [&](std::vector<double> gradient, std::vector<double> curvature, bool optional) {
    FoldDerivatives fold;
    fold.derivatives.gradient = std::move(gradient), fold.derivatives.curvature = std::move(curvature);
    Outcome outcome;
    outcome.value = 0.25;
    derivatives.put(outcome, 0, asked(search::Want::curvature, optional), std::span(&fold, 1));
    return outcome;
  };
  for (const double bad : {kNaN, kInfinity, -kInfinity}) {
    CAPTURE(bad);
    const Outcome alone = put({1, bad}, {}, true);
    CHECK(alone.state == TrialState::complete);
    CHECK(alone.value == 0.25);
    CHECK(alone.gradient.empty());
    CHECK(alone.no_derivatives);
    const Outcome failed = put({bad, 1}, {}, false);
    CHECK(failed.state == TrialState::failed);
    CHECK(std::isnan(failed.value));
    CHECK(failed.reason == "mse has no finite derivative there");
    const Outcome sloped = put({1, 1}, {1, 0, 0, bad}, false);
    CHECK(sloped.state == TrialState::complete);
    CHECK(sloped.gradient.size() == 2);
    CHECK(sloped.curvature.empty());
  }
  CHECK(put({}, {}, false).state == TrialState::failed);
  CHECK(put({1, 2}, {1, 2, 2, 3}, false).curvature.size() == 4);
}

TEST_CASE("storage: that an outcome has no derivatives comes back") {
  const Scratch scratch;
  std::vector<Trial> all = trials(0, 3);
  all[1].outcome.no_derivatives = true;
  const auto storage = Storage::create(scratch / "study.db", record());
  storage->begin(all), storage->finish(all);
  const std::vector<Trial> back = storage->answers();
  CHECK_FALSE(back.at(0).outcome.no_derivatives);
  CHECK(back.at(1).outcome.no_derivatives);
}

TEST_CASE("storage: trials from a number on are deleted with all that is theirs; frozen, it takes nothing any more") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  std::vector<Trial> all = trials(0, 6);
  const auto storage = Storage::create(path, record());
  storage->begin(all), storage->finish(all);
  storage->remove_from(2);
  check_equal(whole(*storage), std::vector<Trial>(all.begin(), all.begin() + 2));
  Database database(path, true);
  for (const char* table : {"trial_params", "trial_values", "trial_intermediate_values", "trial_user_attributes"}) {
    CAPTURE(table);
    int orphans = 0;
    database.guarded([&] {
      database.sql() << "select count(*) from " << table << " where trial_id not in (select trial_id from trials)",
          soci::into(orphans);
    });
    CHECK(orphans == 0);
  }
  const std::vector<Trial> again(all.begin() + 2, all.end());
  storage->begin(again), storage->finish(again);
  check_equal(whole(*storage), all);
  storage->freeze();
  CHECK_THROWS(storage->begin(trials(6, 7)));
  CHECK_THROWS(storage->finish(all));
  CHECK_THROWS(storage->remove_from(0));
  CHECK_THROWS(storage->write(RunFacts()));
  CHECK_THROWS(storage->write(Winner()));
  check_equal(whole(*storage), all);
}

TEST_CASE(
    "resume: a trial that was stored without its derivatives is trained again, with what was asked for after it") {
  Searched searched;
  const std::string right = searched.scratch / "right.db";
  REQUIRE(searched.go(right) == RunEnd::done);
  REQUIRE(searched.go(searched.path) == RunEnd::done);
  const auto first = [&] {
    return first_without_derivatives(*Storage::open(searched.path, true), searched.file.study);
  };
  CHECK_FALSE(first());
  int number = 0;
  SUBCASE("its derivatives are not finite") {
    number = 4;
    sql(searched.path,
        "update trial_user_attributes set value_json = '[\"nan\",\"nan\"]' where \"key\" = "
        "'holdout:gradient' and trial_id = (select trial_id from trials where number = 4)");
    sql(searched.path,
        "update trial_params set param_value = 0.25 where trial_id in (select trial_id from trials "
        "where number > 8)");  // what such a search asked for next
  }
  SUBCASE("they are missing") {
    sql(searched.path,
        "delete from trial_user_attributes where \"key\" = 'holdout:gradient' and trial_id = (select "
        "trial_id from trials where number = 0)");
  }
  SUBCASE("its value is missing") {
    number = 10;
    sql(searched.path, "delete from trial_values where trial_id = (select trial_id from trials where number = 10)");
  }
  sql(searched.path, "update trials set holdout_check = 0");  // the version that did this stored no checksums
  CHECK(first() == number);
  REQUIRE(searched.go(searched.path) == RunEnd::done);
  CHECK_FALSE(first());
  check_equal(trials_of(searched.path), trials_of(right));
  CHECK(Storage::open(searched.path, true)->winner().value().trial ==
        Storage::open(right, true)->winner().value().trial);
}

TEST_CASE("resume: a run whose training was left goes on as one that was interrupted, and nobody takes it for dead") {
  Searched searched;
  REQUIRE(searched.go(searched.scratch / "right.db") == RunEnd::done);
  {
    const auto storage = Storage::create(searched.path, record_of(searched.file, searched.data));
    RunFacts facts;
    facts.started = "2026-12-01 08:00:00", facts.seconds = 1.5, facts.deaths = 1;
    storage->write(facts);
    stop_storing(*storage, 2.5);
    const RunFacts left = storage->facts().value();
    CHECK(left.interrupted);
    CHECK_FALSE(left.finished.empty());
    CHECK(left.seconds == 4);
    CHECK_THROWS(storage->begin(trials(0, 1)));
    CHECK_FALSE(finished(*storage));
  }
  REQUIRE(searched.go(searched.path) == RunEnd::done);
  CHECK(Storage::open(searched.path, true)->facts().value().deaths == 0);
  CHECK(Storage::open(searched.path, true)->facts().value().seconds > 4);
  check_equal(trials_of(searched.path), trials_of(searched.scratch / "right.db"));
}
