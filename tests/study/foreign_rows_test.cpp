// What other programs do to a run's database: trials added, changed and deleted, the study gone, the file replaced.
#include "foreign_rows.hpp"

#include <algorithm>

#include "database.hpp"
#include "records.hpp"
#include "sql.hpp"

namespace fs = std::filesystem;
using namespace holdout;
using namespace holdout::study;
using namespace holdout::study::testing;

namespace {

using Kind = ForeignChange::Kind;

// As Optuna adds one, with the next number.
void add_trial(const std::string& path, const std::string& state, const std::string& value) {
  sql(path, "insert into trials (number, study_id, state) select count(*), 1, '" + state + "' from trials");
  sql(path, "insert into trial_params (trial_id, param_name, param_value) select max(trial_id), 'x', 77 from trials");
  if (!value.empty())
    sql(path, "insert into trial_values (trial_id, objective, value, value_type) select max(trial_id), 0, " + value +
                  ", 'FINITE' from trials");
}

std::string told(const Storage& storage) {
  std::string text;
  for (const ForeignChange& change : storage.foreign_changes())
    text += (change.kind == Kind::added     ? "added "
             : change.kind == Kind::changed ? "changed "
                                            : "deleted ") +
            std::to_string(change.number) + " " + change.state + (change.value ? std::to_string(*change.value) : "") +
            "; ";
  return text;
}

long long number_in(const std::string& path, const std::string& query) {
  Database database(path, true);
  long long n = -1;
  database.guarded([&] { database.sql() << query, soci::into(n); });
  return n;
}

}  // namespace

TEST_CASE("foreign rows: trials that another program added are told apart, and make room for those of the search") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  const auto storage = Storage::create(path, record());
  storage->begin(trials(0, 4));
  add_trial(path, "COMPLETE", "-7");
  add_trial(path, "WAITING", "");
  storage->finish(trials(0, 4));
  storage->begin(trials(4, 7));
  add_trial(path, "RUNNING", "");
  storage->begin(trials(7, 12));
  storage->finish(trials(4, 12));
  check_equal(whole(*storage), trials(0, 12));
  CHECK(storage->foreign_changes().size() == 3);
  CHECK(number_in(path, "select count(*) from trials where number = holdout_number") == 12);
  CHECK(number_in(path, "select count(distinct number) from trials") == 15);
  CHECK(number_in(path, "select max(number) from trials") == 14);  // without a gap
  storage->close();
  const auto back = Storage::open(path, true);
  check_equal(whole(*back), trials(0, 12));
  std::string all = told(*back);
  for (const char* state : {"COMPLETE-7.0", "WAITING;", "RUNNING;"}) CHECK(contains(all, state));
}

TEST_CASE("foreign rows: what was changed after it was stored has no outcome, is told, and can be trained again") {
  for (const char* statement :
       {"update trial_values set value = value / 2 where trial_id = 5",
        "update trials set state = 'FAIL' where trial_id = 5", "update trials set state = 'RUNNING' where trial_id = 5",
        "update trial_params set param_value = param_value + 1 where trial_id = 5 and param_name = 'training.epochs'",
        "delete from trial_params where trial_id = 5 and param_name = 'training.epochs'",
        "delete from trial_values where trial_id = 5",
        "update trial_user_attributes set value_json = '[0, 0, 0]' where trial_id = 5 and \"key\" = 'holdout:folds'",
        "update trials set holdout_check = null where trial_id = 5",
        "insert into trial_user_attributes (trial_id, \"key\", value_json) values (5, 'holdout:full', 'false')"}) {
    CAPTURE(statement);
    const Scratch scratch;
    const std::string path = scratch / "study.db";
    write_run(path);
    sql(path, statement);
    const auto storage = Storage::open(path, false);
    const bool detail = contains(statement, "holdout:folds");  // no search is told of it
    CHECK(told(*storage).empty() == detail);
    storage->trials();
    CHECK(told(*storage) == "changed 4 ; ");
    for (const Trial& t : storage->trials()) CHECK(has_outcome(t.outcome.state) == (t.number != 4));
    storage->begin(trials(4, 5));
    storage->finish(trials(4, 5));
    check_equal(whole(*storage), trials(0, 12));
    CHECK(told(*storage).empty());
  }
}

TEST_CASE("foreign rows: an outcome that another program gave to a begun trial is none") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  {
    const auto storage = Storage::create(path, record());
    storage->begin(trials(0, 3));
    storage->finish(trials(0, 2));
    sql(path, "update trials set state = 'COMPLETE' where number = 2");  // as the dashboard's `tell` does
    sql(path, "insert into trial_values (trial_id, objective, value, value_type) values (3, 0, -9, 'FINITE')");
    CHECK(contains(message_of([&] { storage->finish(trials(2, 3)); }), "already has an outcome, from another program"));
  }
  const auto storage = Storage::open(path, false);
  CHECK(!has_outcome(storage->trials()[2].outcome.state));
  CHECK(told(*storage) == "changed 2 ; ");
  storage->begin(trials(2, 3));
  storage->finish(trials(2, 3));
  check_equal(whole(*storage), trials(0, 3));
}

TEST_CASE("foreign rows: deleted trials are told, the last ones too where the run noted how many there were") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  {
    const auto storage = Storage::create(path, record());
    storage->begin(trials(0, 12));
    storage->finish(trials(0, 12));
    RunFacts facts;
    facts.asked = 12;
    storage->write(facts);
    storage->close();
  }
  sql(path, "delete from trials where number in (3, 11)");
  const auto storage = Storage::open(path, false);
  CHECK(told(*storage) == "deleted 3 ; deleted 11 ; ");
  storage->begin(trials(3, 4));
  storage->begin(trials(11, 12));
  storage->finish({{trial(3), trial(11)}});
  check_equal(whole(*storage), trials(0, 12));
}

TEST_CASE("foreign rows: a study that another program deletes, renames or strips is noticed by whatever is done next") {
  struct {
    const char *statement, *text;
  } const cases[] = {
      {"delete from studies", "its study was deleted by another program"},
      {"update studies set study_name = 'mine'", "its study was renamed to 'mine' by another program"},
      {"delete from study_user_attributes where \"key\" = 'holdout:space'", "attributes of its study were deleted"},
      {"delete from trials where number > 1", "trials 2, 3, 4, 5, 6, … were deleted by another program"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.statement);
    for (int what = 0; what < 4; ++what) {
      CAPTURE(what);
      const Scratch scratch;
      const std::string path = scratch / "study.db";
      const auto storage = Storage::create(path, record());
      storage->begin(trials(0, 12));
      sql(path, c.statement);
      Fault fault = Fault::input;
      const std::string message = message_of(
          [&] {
            if (what == 0) storage->finish(trials(0, 1));
            if (what == 1) storage->begin(trials(12, 13));
            if (what == 2) storage->write(RunFacts{});
            if (what == 3) storage->answers();
          },
          &fault);
      CHECK(contains(message, c.text));
      CHECK(fault == Fault::failure);
    }
  }
}

TEST_CASE("foreign rows: a file that another program deletes, moves, replaces or overwrites is called that") {
  struct {
    void (*act)(const std::string& path, const std::string& other);
    const char* text;
  } const cases[] = {
      {[](const std::string& path, const std::string&) { fs::remove(path); },
       "was deleted or moved by another program"},
      {[](const std::string& path, const std::string& other) { fs::rename(path, other); },
       "was deleted or moved by another program"},
      {[](const std::string& path, const std::string& other) {
         fs::copy_file(path, other);
         fs::rename(other, path);
       },
       "was replaced by another program"},
      {[](const std::string& path, const std::string&) { fs::remove(path + "-wal"); }, "its log, the file beside it"},
      {[](const std::string& path, const std::string&) { fs::resize_file(path, 0); },
       "was overwritten or cut off by another program"},
      {[](const std::string& path, const std::string&) { fs::resize_file(path, fs::file_size(path) / 2); },
       "was cut off by another program"},
      {[](const std::string& path, const std::string&) {
         std::fstream(path, std::ios::in | std::ios::out | std::ios::binary) << std::string(4096, 'x');
       },
       "was overwritten or cut off by another program"},
  };
  for (const auto& c : cases)
    for (int what = 0; what < 4; ++what) {
      CAPTURE(c.text);
      CAPTURE(what);
      const Scratch scratch;
      const std::string path = scratch / "study.db";
      const auto storage = Storage::create(path, record());
      storage->begin(trials(0, 12));
      storage->finish(trials(0, 6));
      c.act(path, scratch / "other.db");
      Fault fault = Fault::input;
      const std::string message = message_of(
          [&] {
            if (what == 0) storage->finish(trials(6, 12));
            if (what == 1) storage->begin(trials(12, 13));
            if (what == 2) storage->write(RunFacts{});
            if (what == 3) storage->close();
          },
          &fault);
      CHECK(contains(message, "study.db: error: " + std::string(c.text)));
      CHECK(fault == Fault::failure);
    }
}

TEST_CASE("foreign rows: garbage in the middle of the file is found at the end at the latest") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  write_run(path);
  const auto storage = Storage::open(path, false);
  storage->begin(trials(12, 13));
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096 * 5);
    file << std::string(4096 * 8, 'x');
  }
  CHECK(contains(message_of([&] {
                   storage->finish(trials(12, 13));
                   storage->close();
                 }),
                 "damaged"));
}

TEST_CASE("foreign rows: VACUUM by another program is no damage") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  const auto storage = Storage::create(path, record());
  storage->begin(trials(0, 12));
  storage->finish(trials(0, 12));
  sql(path, "create table ballast (x text)");
  sql(path, "insert into ballast select hex(zeroblob(200000))");
  sql(path, "drop table ballast");
  sql(path, "pragma wal_checkpoint(truncate)");
  storage->write(RunFacts{});
  sql(path, "vacuum");
  sql(path, "pragma wal_checkpoint(truncate)");
  storage->begin(trials(12, 13));
  storage->finish(trials(12, 13));
  storage->close();
  check_equal(whole(*Storage::open(path, true)), trials(0, 13));
}

TEST_CASE("foreign rows: a database of an older version is marked as it is opened for going on") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  write_run(path);
  for (const char* statement :
       {"drop index holdout_search_numbers", "alter table trials drop column holdout_number",
        "alter table trials drop column holdout_check", "alter table trials drop column holdout_detail_check",
        "update trials set state = 'RUNNING' where number = 11", "delete from trial_values where trial_id = 12",
        "delete from trial_user_attributes where trial_id = 12",
        "delete from trial_intermediate_values where trial_id = 12"})
    sql(path, statement);
  add_trial(path, "COMPLETE", "-7");
  {
    const auto before = Storage::open(path, true);
    std::vector<Trial> all = before->trials();
    CHECK(all.size() == 12);
    CHECK(told(*before) == "added 12 COMPLETE-7.000000; ");
  }
  const auto storage = Storage::open(path, false);
  CHECK(told(*storage) == "added 12 COMPLETE-7.000000; ");
  storage->begin(trials(11, 13));
  storage->finish(trials(11, 13));
  check_equal(whole(*storage), trials(0, 13));
  CHECK(told(*storage) == "added 13 COMPLETE-7.000000; ");
}
