// Rows that other programs wrote, changed or deleted, and attributes read one by one.
#include "stored_trials.hpp"

#include "attributes.hpp"
#include "database.hpp"
#include "records.hpp"
#include "sql.hpp"
#include "stored_checks.hpp"

namespace fs = std::filesystem;
using namespace holdout;
using namespace holdout::study;
using namespace holdout::study::testing;

namespace {

// A trial with that attribute, `name` without holdout:.
Trial with_attribute(const std::string& name, const std::string& json) {
  Trial t;
  read_attribute("holdout:" + name, json, t);
  return t;
}

// What is wrong with it; empty if nothing is.
std::string refusal(const std::string& name, const std::string& json) {
  try {
    with_attribute(name, json);
    return {};
  } catch (const std::exception& e) {
    return e.what();
  }
}

std::string space_refusal(const std::string& json) {
  try {
    space_from(json);
    return {};
  } catch (const std::domain_error& e) {
    return e.what();
  }
}

}  // namespace

TEST_CASE("stored trials: counted attempts, several starts and a guard come back; so does a pruned infinite error") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  std::vector<Trial> all = trials(0, 6);
  all[0].attempts = 3;
  all[1].outcome.start_values = {0.5, kInfinity, 1.0 / 3}, all[1].outcome.guard = 0.1 + 0.2;
  all[2].outcome.metrics.clear();
  all[5].outcome.value = kInfinity;  // of a pruned trial
  {
    const auto storage = Storage::create(path, record());
    storage->begin(all);
    storage->finish(all);
  }
  const std::vector<Trial> back = whole(*Storage::open(path, true));
  check_equal(back, all);
  CHECK(back[0].attempts == 3);
  CHECK(back[1].attempts == 0);
  CHECK(back[1].outcome.start_values == all[1].outcome.start_values);
  CHECK(back[1].outcome.guard == all[1].outcome.guard);
  CHECK(!back[0].outcome.guard);
  CHECK(back[5].outcome.state == TrialState::pruned);
}

TEST_CASE("stored trials: what another program deleted is not written into, and told") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  const auto storage = Storage::create(path, record());
  storage->begin(trials(0, 4));
  sql(path, "delete from trials where number = 2");
  for (const bool finishing : {true, false}) {
    CAPTURE(finishing);
    Fault fault = Fault::input;
    const std::string message =
        message_of([&] { finishing ? storage->finish(trials(1, 4)) : storage->begin(trials(1, 4)); }, &fault);
    CHECK(contains(message, "study.db: error: trial 2 was deleted by another program\n"));
    CHECK(contains(message, "other programs may read a study and add trials to it while it runs"));
    CHECK(fault == Fault::failure);
  }
  sql(path, "delete from trials where number = 3");  // the last ones: whose number comes next
  CHECK(contains(message_of([&] { storage->begin(trials(4, 5)); }, nullptr), "trials 2, 3 were deleted"));
  CHECK(contains(message_of([&] { storage->trials(); }, nullptr), "trials 2, 3 were deleted"));
  const std::vector<Trial> left = Storage::open(path, true)->trials();
  REQUIRE(left.size() == 2);
  for (const Trial& t : left) CHECK(t.outcome.state == TrialState::running);
}

TEST_CASE("stored trials: are told by their number in the search, whatever the order and Optuna's number of the rows") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  write_run(path);
  sql(path, "update trials set number = number + 100 where number < 2");
  sql(path, "update trials set trial_id = 1000 - trial_id where number < 9");  // without their parameters and values
  sql(path, "update trial_params set trial_id = 1000 - trial_id where trial_id between 3 and 9");
  sql(path, "update trial_values set trial_id = 1000 - trial_id where trial_id between 3 and 9");
  sql(path, "update trial_user_attributes set trial_id = 1000 - trial_id where trial_id between 3 and 9");
  const auto storage = Storage::open(path, true);
  const std::vector<Trial> all = storage->trials();
  REQUIRE(all.size() == 12);
  for (int number = 0; number < 12; ++number) {
    CHECK(all[static_cast<std::size_t>(number)].number == number);
    CHECK(all[static_cast<std::size_t>(number)].configuration == trial(number).configuration);
  }
  CHECK(storage->foreign_changes().empty());
}

TEST_CASE("stored trials: rows of another study between ours are nobody's") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  const auto storage = Storage::create(path, record());
  storage->begin(trials(0, 4));
  sql(path, "insert into studies values (2, 'another')");
  sql(path, "insert into trials (trial_id, number, study_id, state) values (5, 0, 2, 'COMPLETE')");
  sql(path, "insert into trial_params (trial_id, param_name, param_value) values (5, 'training.batch_size', 1)");
  sql(path, "insert into trial_values (trial_id, objective, value, value_type) values (5, 0, -7, 'FINITE')");
  sql(path, "insert into trial_user_attributes (trial_id, \"key\", value_json) values (5, 'holdout:epochs', '-7')");
  storage->begin(trials(4, 8));
  storage->finish(trials(0, 8));
  check_equal(whole(*storage), trials(0, 8));
}

TEST_CASE("stored trials: a database of other studies alone, and one whose study lost its name") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  write_run(path);
  sql(path, "update study_user_attributes set value_json = null where \"key\" = 'holdout:name'");
  CHECK(contains(message_of([&] { Storage::open(path, true); }), "`holdout:name`: expected text, found null"));
  sql(path, "delete from study_user_attributes where \"key\" = 'holdout:name'");
  CHECK(contains(message_of([&] { Storage::open(path, true); }), "`holdout:name`: expected text, found null"));
  sql(path, "delete from study_user_attributes");
  sql(path, "drop index holdout_trial_numbers");
  CHECK(contains(message_of([&] { Storage::open(path, true); }), "this is not a holdout database"));
}

TEST_CASE("stored trials: parameters of a model that are no numbers are refused") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  std::vector<Trial> all = trials(0, 1);
  all[0].outcome.theta = {{1, 2}};
  const auto storage = Storage::create(path, record());
  storage->begin(all);
  storage->finish(all);
  sql(path, "update holdout_theta set theta = x'010203'");
  CHECK(contains(message_of([&] { storage->theta(0); }), "parameters of a model that are no numbers"));
}

TEST_CASE("trials: the best one is complete, has a finite error, and was solved to the end") {
  Outcome outcome = trial(0).outcome;
  CHECK(may_be_best(outcome));
  outcome.full = false;
  CHECK_FALSE(may_be_best(outcome));
  outcome = trial(0).outcome, outcome.value = kInfinity;
  CHECK_FALSE(may_be_best(outcome));
  outcome = trial(0).outcome, outcome.state = TrialState::pruned;
  CHECK_FALSE(may_be_best(outcome));
}

TEST_CASE("attributes: numbers and words of one trial, as JSON has them") {
  CHECK(with_attribute("value", "0.25").outcome.value == 0.25);
  CHECK(with_attribute("value", " 0.25").outcome.value == 0.25);
  CHECK(with_attribute("value", "\"-inf\"").outcome.value == -kInfinity);
  CHECK(with_attribute("epochs", " 12").outcome.epochs == 12);
  CHECK(with_attribute("reason", "\"plain\"").outcome.reason == "plain");
  CHECK(with_attribute("reason", "\"\"").outcome.reason.empty());
  CHECK(with_attribute("reason", "\"λ\"").outcome.reason == "λ");
  CHECK(with_attribute("reason", R"("a \"b\" \u00e9 é")").outcome.reason == "a \"b\" é é");
  CHECK(with_attribute("unknown to this version", "[").outcome.reason.empty());
}

TEST_CASE("attributes: what is no number, word or truth is refused") {
  CHECK(refusal("value", "\"big\"") == "trial 0, 'holdout:value': no number: 'big'");
  CHECK(refusal("value", "true") == "trial 0, 'holdout:value': no number: 'true'");
  const std::string no_json = "this is not the JSON that is expected there";
  for (const char* json : {"1.5.2", "1e999", "-", ""}) {
    CAPTURE(json);
    CHECK(refusal("value", json) == "trial 0, 'holdout:value': " + no_json);
  }
  for (const char* json : {"[1]", "{}"}) CHECK(contains(refusal("value", json), "no number: "));
  for (const char* json : {"\"", "word", "\"open", "open\"", "\"a\"b\"", "\"a\nb\""}) {
    CAPTURE(json);
    CHECK(refusal("reason", json) == "trial 0, 'holdout:reason': " + no_json);
  }
  CHECK(refusal("reason", "3") == "trial 0, 'holdout:reason': expected text, found 3");
  for (const char* json : {"\"3\"", "1.5", "99999999999999999999", "null"}) {
    CAPTURE(json);
    CHECK(contains(refusal("epochs", json), "'holdout:epochs': expected an integer, found "));
  }
  CHECK(contains(refusal("epochs", "12-3"), no_json));
  CHECK(contains(refusal("full", "1"), "expected true or false, found 1"));
  for (const char* json : {"-1", "2147483648"})
    for (const char* name : {"near", "attempts"}) CHECK(contains(refusal(name, json), "no number of a trial"));
  CHECK(contains(refusal("metrics", "[1]"), "expected a mapping, found a list"));
  CHECK(contains(refusal("folds", "{\"a\": 1}"), "expected a list, found a mapping"));
}

TEST_CASE("attributes: spaces that hang together are read, others refused") {
  const std::string a = R"({"path": "a", "values": [1, 2]})";
  const auto b = [](const char* condition) {
    return R"({"path": "b", "values": [1], "condition": {)" + std::string(condition) + "}}";
  };
  CHECK(space_from("[" + a + "," + b(R"("parameter": 0, "choice": 1)") + "]").size() == 2);
  CHECK(space_from(R"([{"path": "a", "values": [], "interval": {}}])").parameters()[0].interval->min ==
        search::Interval().min);
  CHECK(space_refusal("[" + a + "," + b(R"("parameter": 0, "choice": 2)") + "]") == "a condition on nothing");
  CHECK(space_refusal("[" + a + "," + b(R"("parameter": 1, "choice": 0)") + "]") == "a condition on nothing");
  CHECK(space_refusal("[" + a + "," + a + "]") == "`space`: 'a' is listed twice");
  const std::pair<const char*, const char*> others[] = {
      {"{}", "`space`: expected a list"},
      {R"([{"path": 3, "values": [1]}])", "`space[0].path`: expected text, found 3"},
      {R"([{"path": "a"}])", "`values` is missing"},
      {R"([{"path": "a", "values": [null]}])", "expected text, found null"},
      {R"([{"path": "a", "values": [], "interval": {"min": true}}])", "`space[0].interval.min`: expected a finite"},
      {R"([{"path": "a", "values": [], "interval": {"min": 2, "max": 1}}])", "min 2 is above max 1"},
      {R"([{"path": "a", "values": [], "interval": {"points": 1.5}}])", "points`: expected an integer >= 0"},
      {R"([{"path": "a", "values": [], "interval": {"min": -1e308, "max": 1e308}}])", "is too wide"},
      {R"([{"path": "a", "values": [], "interval": {"step": 1e-310}}])", "is too small"},
      {R"([{"path": "a", "values": []}])", "`values` is empty"}};
  for (const auto& [json, message] : others) {
    CAPTURE(json);
    CHECK(contains(space_refusal(json), message));
  }
}

TEST_CASE("attributes: facts and winners of older versions keep their defaults; what is no mapping is refused") {
  CHECK(facts_from("{}").threads == RunFacts().threads);
  CHECK(facts_from(R"({"threads": 7})").threads == 7);
  CHECK(winner_from("{}").trial == Winner().trial);
  const Winner parts = winner_from(R"({"defaults": {}, "predictions": {}, "minimum": {}})");
  REQUIRE((parts.defaults && parts.predictions && parts.minimum));
  CHECK(parts.defaults->configuration.values.empty());
  CHECK(parts.predictions->rows == HoldoutPredictions().rows);
  CHECK(parts.minimum->reason.empty());
  CHECK_THROWS_AS(facts_from("[]"), std::domain_error);
  CHECK_THROWS_AS(winner_from(R"({"defaults": 3})"), std::domain_error);
}

TEST_CASE("attributes: facts and winners that cannot be are refused by the member's name") {
  const auto refused = [](auto from, const std::string& json) {
    try {
      from(json);
      return std::string();
    } catch (const std::domain_error& e) {
      return std::string(e.what());
    }
  };
  const std::pair<const char*, const char*> facts[] = {
      {R"({"rows": -1})", "`rows`: expected at least 0, found -1"},
      {R"({"rows": 1.5})", "`rows`: expected an integer, found 1.5"},
      {R"({"threads": 4294967296})", "`threads`: expected an integer from"},
      {R"({"seconds": "nan"})", "`seconds`: expected a finite number >= 0"},
      {R"({"task": "<b>"})", "`task`: expected regression or classification"},
      {R"({"classes": ["a", "a"]})", "`classes`: 'a' is listed twice"},
      {R"({"classes": ["a"]})", "`classes`: expected none, or two and more"},
      {R"({"task": "regression", "classes": ["a", "b"]})", "`classes` of a regression"},
      {R"({"started": "2026-11-24T05:30:00"})", "`started`: expected a time as in"},
      {R"({"notices": "a"})", "`notices`: expected a list"},
      {R"({"interrupted": 1})", "`interrupted`: expected true or false"}};
  for (const auto& [json, message] : facts) {
    CAPTURE(json);
    CHECK(contains(refused(facts_from, json), message));
  }
  const std::pair<const char*, const char*> winners[] = {
      {R"({"trial": -1})", "`trial`: expected at least 0"},
      {R"({"rises": -2})", "`rises`: expected at least -1"},
      {R"({"test_standard_error": -0.5})", "`test_standard_error`: expected no number below 0"},
      {R"({"minimum": {"convexity": 3}})", "`convexity`: expected an integer from 0 to 2, found 3"},
      {R"({"predictions": {"confusion": [1, 2, 3]}})", "`confusion` is no square"},
      {R"({"predictions": {"confusion": [1, -2, 3, 4]}})", "`confusion`: a number of rows that there cannot be, -2"},
      {R"({"predictions": {"target": [1], "predicted": []}})", "differ in length"},
      {R"({"predictions": {"false_positive": [0], "true_positive": [0, 1]}})", "differ in length"},
      {R"({"predictions": {"false_positive": [2], "true_positive": [1]}})", "a share of rows that is not from 0 to 1"},
      {R"({"predictions": {"target": ["x"]}})", "`target[0]`: expected a finite number, found 'x'"},
      {R"({"model": {"trial": 1}})", "`study` is missing"}};
  for (const auto& [json, message] : winners) {
    CAPTURE(json);
    CHECK(contains(refused(winner_from, json), message));
  }
  Winner winner;
  winner.defaults.emplace();
  CHECK_THROWS_AS(check(winner, space()), std::domain_error);  // a value for each parameter
  winner.defaults->configuration.values.resize(space().size());
  check(winner, space());
  winner.defaults->undeclared = {7};
  CHECK_THROWS_AS(check(winner, space()), std::domain_error);
}

TEST_CASE("attributes: fingerprints are what a later run compares with") {
  check_fingerprint(R"({"study": "", "files": [{"path": "x", "bytes": 1, "crc32": 4294967295}]})");
  for (const char* json : {"[]", "{}", R"({"study": 1, "files": []})", R"({"study": "", "files": {"a": 1}})",
                           R"({"study": "", "files": [1]})", R"({"study": "", "files": [{"path": "x"}]})",
                           R"({"study": "", "files": [{"path": "x", "bytes": -1, "crc32": 0}]})",
                           R"({"study": "", "files": [{"path": "x", "bytes": 1, "crc32": 4294967296}]})"}) {
    CAPTURE(json);
    CHECK_THROWS_AS(check_fingerprint(json), std::domain_error);
  }
}
