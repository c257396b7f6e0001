// What holdout writes against Optuna's rules (its models and distributions, as collected for schema 12), in SQL and,
// where Python has it, by Optuna itself.
#include "optuna_schema.hpp"

#include <sys/wait.h>

#include <chrono>
#include <cstdlib>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "database.hpp"
#include "records.hpp"
#include "support/folder.hpp"
#include "timestamp.hpp"

using namespace holdout;
using namespace holdout::study;
using namespace holdout::study::testing;

namespace {

// Runs a program and collects what it prints. @return its exit status, −1 if it could not be started
int output_of(const std::vector<std::string>& command, std::string& output) {
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  int out[2];
  REQUIRE(::pipe(out) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::dup2(out[1], 1);
    ::close(out[0]);
    ::execvp(words[0], words.data());
    ::_exit(127);
  }
  ::close(out[1]);
  output.clear();
  char buffer[4096];
  for (ssize_t n; (n = ::read(out[0], buffer, sizeof buffer)) > 0;) output.append(buffer, static_cast<std::size_t>(n));
  ::close(out[0]);
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// The Python that has Optuna; empty if none has.
std::string python() {
  std::string ignored;
  for (const char* name : {"python3", "/usr/bin/python3"})
    if (output_of({name, "-c", "import importlib.util as u; exit(u.find_spec('optuna') is None)"}, ignored) == 0)
      return name;
  return {};
}

nlohmann::json seen_by_optuna(const std::string& python, const std::string& path, const std::string& study) {
  std::string output;
  const int status =
      output_of({python, holdout::testing::tests_folder() + "/support/optuna-check.py", path, study}, output);
  INFO(output);
  CHECK(status == 0);
  const auto seen = nlohmann::json::parse(output, nullptr, false);
  REQUIRE(seen.is_object());
  CHECK(seen.value("warnings", nlohmann::json()) == nlohmann::json::array());
  return seen;
}

nlohmann::json distribution(search::Parameter parameter, std::size_t column = 0) {
  parameter.path = "p";
  return nlohmann::json::parse(StoredParameters(search::SearchSpace({parameter})).distribution(column));
}

nlohmann::json expected(const char* text) { return nlohmann::json::parse(text); }

}  // namespace

TEST_CASE("optuna: distributions are spelled as Optuna spells them") {
  // The texts are those of optuna/distributions.py, distribution_to_json.
  using search::Interval;
  CHECK(distribution({{}, {}, Interval{.min = 1e-6, .max = 1, .log = true, .step = {}}, {}}) ==
        expected(
            R"({"name": "FloatDistribution", "attributes": {"low": 1e-06, "high": 1.0, "log": true, "step": null}})"));
  CHECK(distribution({{}, {}, Interval{.min = 4, .max = 64, .step = 4, .integer = true}, {}}) ==
        expected(R"({"name": "IntDistribution", "attributes": {"low": 4, "high": 64, "log": false, "step": 4}})"));
  CHECK(distribution({{}, {}, Interval{.min = 1, .max = 9, .log = true, .step = {}, .integer = true}, {}}) ==
        expected(R"({"name": "IntDistribution", "attributes": {"low": 1, "high": 9, "log": true, "step": 1}})"));
  CHECK(distribution({{}, {std::string("gd"), true, std::int64_t{3}, 0.5}, {}, {}}) ==
        expected(R"({"name": "CategoricalDistribution", "attributes": {"choices": ["gd", true, 3, 0.5]}})"));
  // A range that its step does not divide is cut to its last value: 4, 9, 14 and 0.1 … 0.3 (as a decimal).
  CHECK(distribution({{}, {}, Interval{.min = 4, .max = 17, .step = 5, .integer = true}, {}})["attributes"]["high"] ==
        14);
  CHECK(distribution({{}, {}, Interval{.min = 0.1, .max = 0.35, .step = 0.1}, {}})["attributes"]["high"] == 0.3);
  // Zero or the range.
  const search::Parameter both{{}, {0.0}, Interval{.min = 1e-6, .max = 1, .log = true, .step = {}}, {}};
  CHECK(distribution(both)["attributes"]["choices"] == expected(R"([0.0, "range"])"));
  CHECK(distribution(both, 1)["name"] == "FloatDistribution");
}

TEST_CASE("optuna: configurations become rows and come back") {
  const StoredParameters stored(space());
  for (int number = 0; number < 60; ++number) {
    const search::Configuration configuration = trial(number).configuration;
    search::Configuration back{std::vector<std::optional<Value>>(configuration.values.size())};
    for (const auto& [column, value] : stored.rows(configuration)) stored.read(stored.name(column), value, back);
    CHECK(back == configuration);
  }
  // l2 = 0 is the first choice of its kind and has no number; 0.5 is listed, so it is the second choice.
  const auto rows = stored.rows(trial(0).configuration);
  CHECK(stored.name(rows[0].column) == "model.l2.kind");
  CHECK(rows[0].value == 0);
  CHECK(stored.name(rows[1].column) == "training.clip_norm");
  CHECK(stored.rows(trial(1).configuration)[0].value == 1);
  CHECK(stored.rows(trial(2).configuration)[0].value == 2);
  CHECK(stored.name(stored.rows(trial(2).configuration)[1].column) == "model.l2");

  search::Configuration other{std::vector<std::optional<Value>>(7)};
  stored.read("added.by.optuna", 1, other);
  CHECK(other == search::Configuration{std::vector<std::optional<Value>>(7)});
  CHECK_THROWS_AS(stored.read("training.batch_size", 5, other), std::domain_error);
  CHECK_THROWS_AS(stored.read("training.batch_size", -1, other), std::domain_error);

  // A parameter that is called like another one's kind keeps its name.
  const search::SearchSpace clash({{"a", {0.0}, search::Interval{}, {}}, {"a.kind", {true}, {}, {}}});
  CHECK(StoredParameters(clash).name(0) == "a.kind_");
}

TEST_CASE("optuna: numbers and times") {
  for (const double x : {1.5, 0.0, kInfinity, -kInfinity, kNaN, 5e-324}) {
    const StoredNumber s = stored(x);
    CHECK(bits(number_from(s.value, s.null, s.type)) == bits(x));
    CHECK(s.null == !std::isfinite(x));
  }
  CHECK(bits(stored(-0.0).value) == bits(0.0));
  CHECK_THROWS_AS(number_from(0, true, "FINITE"), std::domain_error);
  CHECK_THROWS_AS(state_from("FAILED"), std::domain_error);
  // date -u -d @1767323045
  using namespace std::chrono;
  CHECK(timestamp(system_clock::time_point(seconds(1767323045) + microseconds(250))) == "2026-01-02 03:04:05.000250");
  CHECK(timestamp(system_clock::time_point(-microseconds(1))) == "1969-12-31 23:59:59.999999");
}

TEST_CASE("optuna: every row keeps the rules that Optuna does not forgive") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  {
    const auto storage = Storage::create(path, record());
    storage->begin(trials(0, 20));
    storage->finish(trials(0, 18));
    storage->write(RunFacts{});
    storage->write(Winner{});
  }
  Database database(path, true);
  const auto number = [&](const std::string& query) {
    long long n = -1;
    database.guarded([&] { database.sql() << query, soci::into(n); });
    return n;
  };
  const auto none = [&](const std::string& rows) {
    CAPTURE(rows);
    CHECK(number("select count(*) from " + rows) == 0);
  };
  const std::string digit = "[0-9]", two = digit + digit,
                    time = "'" + two + two + "-" + two + "-" + two + " " + two + ":" + two + ":" + two + "." + two +
                           two + two + "'";
  CHECK(number("select count(*) from trials") == 20);
  CHECK(number("select count(*) from trials where state = 'RUNNING'") == 2);
  none("trials where state not in ('RUNNING', 'COMPLETE', 'PRUNED', 'FAIL', 'WAITING')");
  none("trials where number != trial_id - 1");
  none("trials where datetime_start is null or datetime_start not glob " + time);
  none("trials where (datetime_complete is null) != (state = 'RUNNING')");
  none("trials where datetime_complete not glob " + time + " or datetime_complete < datetime_start");
  // The zone is UTC: SQLite's clock is.
  none("trials where abs(julianday('now') - julianday(datetime_start)) * 86400 > 60");
  CHECK(number("select count(*) from trial_values") == 17);
  none("trial_values where value_type != 'FINITE' or typeof(value) != 'real' or objective != 0");
  none(
      "trials t where (state in ('COMPLETE', 'PRUNED')) != (select count(*) from trial_values v where v.trial_id = "
      "t.trial_id)");
  none("trial_intermediate_values where intermediate_value_type not in ('FINITE', 'INF_POS', 'INF_NEG', 'NAN')");
  none(
      "trial_intermediate_values where (intermediate_value_type = 'FINITE') != (intermediate_value is not null) or "
      "step < 0");
  CHECK(number("select count(*) from trial_intermediate_values") == 18 * 4);
  none("trial_params where typeof(param_value) != 'real' or not json_valid(distribution_json)");
  none(
      "trial_params where json_extract(distribution_json, '$.name') = 'CategoricalDistribution' and not (param_value "
      "between 0 and json_array_length(distribution_json, '$.attributes.choices') - 1)");
  none(
      "trial_params where json_extract(distribution_json, '$.name') in ('FloatDistribution', 'IntDistribution') and "
      "not "
      "(param_value between json_extract(distribution_json, '$.attributes.low') and "
      "json_extract(distribution_json, '$.attributes.high'))");
  none(
      "trial_params where json_extract(distribution_json, '$.attributes.log') and coalesce(json_extract("
      "distribution_json, '$.attributes.step'), 1) != 1");
  none("(select param_name from trial_params group by param_name having count(distinct distribution_json) > 1)");
  for (const char* table : {"study_user_attributes", "trial_user_attributes"})
    none(std::string(table) + " where not json_valid(value_json)");
  none(
      "trials t where (state = 'FAIL') != (select count(*) from trial_user_attributes a where a.trial_id = t.trial_id "
      "and "
      "a.\"key\" = 'holdout:error')");
  CHECK(number("select schema_version from version_info where version_info_id = 1") == 12);
  none("alembic_version");
  none("pragma_foreign_key_check");
  CHECK(number("select count(*) from sqlite_master where type = 'index' and tbl_name = 'trials' and name = "
               "'ix_trials_study_id'") == 1);
}

TEST_CASE("optuna: it opens a run that goes on, and one that has ended") {
  const std::string with_optuna = python();
  if (with_optuna.empty()) {
    MESSAGE("skipped: no python3 with optuna here (Debian: python3-optuna)");
    return;
  }
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  StudyRecord study = record();
  study.name = "every \"kind\" – λ";
  const auto storage = Storage::create(path, study);
  storage->begin(trials(0, 10));
  storage->finish(trials(0, 8));

  const auto live = seen_by_optuna(with_optuna, path, study.name);
  CHECK(live["n_trials"] == 10);
  CHECK(live["states"] == expected(R"({"COMPLETE": 5, "FAIL": 1, "PRUNED": 2, "RUNNING": 2})"));
  CHECK(live["directions"] == expected(R"(["MINIMIZE"])"));
  CHECK(live["best"]["number"] == 6);  // the values fall with the number
  CHECK(live["best"]["value"] == 1.0 / 9);
  const auto& params = live["trials"][1]["params"];
  CHECK(params["model.l2.kind"] == 0.5);
  CHECK(!params.contains("model.l2"));
  CHECK(params["training.batch_size"] == "batch");
  CHECK(params["model.hidden.0"] == 8);
  CHECK(params["training.optimizer.momentum.momentum"] == std::get<double>(*trial(1).configuration.values[5]));
  CHECK(!live["trials"][0]["params"].contains("training.optimizer.momentum.momentum"));
  CHECK(live["trials"][3]["user_attrs"]["holdout:error"] == trial(3).outcome.reason);
  CHECK(live["trials"][0]["intermediate_values"] == expected(R"({"1": 0.1, "2": "-inf", "7": "inf", "200": "nan"})"));

  // Optuna has stamped its revision; the run goes on, ends, and other versions of Optuna may open the file again.
  storage->begin(trials(10, 12));
  storage->finish(trials(8, 12));
  storage->close();
  const auto ended = seen_by_optuna(with_optuna, path, study.name);
  CHECK(ended["states"] == expected(R"({"COMPLETE": 9, "FAIL": 1, "PRUNED": 2})"));
  check_equal(whole(*Storage::open(path, false)), trials(0, 12));
}
