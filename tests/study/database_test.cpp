#include "database.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include "records.hpp"
#include "sql.hpp"

using namespace holdout;
using namespace holdout::study;
using namespace holdout::study::testing;

TEST_CASE("database: every code of SQLite's has words of ours, and a way out") {
  const Scratch scratch;
  struct {
    int code;
    const char *text, *hint;
  } const cases[] = {
      {SQLITE_FULL, "cannot be written: no space left on device", "make room and run it again"},
      {SQLITE_IOERR, "cannot be read or written: the system reports an input/output error", "(ulimit -f)"},
      {SQLITE_BUSY, "another program has kept the database locked for 30 s", "end the program that writes to it"},
      {SQLITE_LOCKED, "another program has kept the database locked for 30 s", "end the program that writes to it"},
      {SQLITE_READONLY, "cannot be written: permission denied", "check the permissions of the file and its folder"},
      {SQLITE_PERM, "cannot be written: permission denied", "check the permissions of the file and its folder"},
      {SQLITE_CANTOPEN, "cannot be opened", "has to be opened once in a folder that can be written"},
      {SQLITE_CORRUPT, "this database is damaged", "`sqlite3 study.db .recover`"},
      {SQLITE_NOTADB, "this file is no database, or its beginning is damaged", "`sqlite3 study.db .recover`"},
      {SQLITE_NOMEM, "out of memory", ""},
      {SQLITE_SCHEMA, "the database refused: no such table: trials", "if another program changed the file"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.code);
    const Message message = database_problem(scratch / "study.db", "runs/x/study.db", c.code, "no such table: trials");
    CHECK(message.place.file == "runs/x/study.db");
    CHECK(message.text == c.text);
    CHECK(contains(message.hint, c.hint));
    CHECK(message.hint.empty() == (c.code == SQLITE_NOMEM));
  }
}

TEST_CASE("database: an input or output error of a disk without room is told as a full disk") {
  const auto text = [](const std::string& path) { return database_problem(path, "x", SQLITE_IOERR, "").text; };
  CHECK(contains(text("/proc/study.db"), "no space left on device"));  // never has any
  CHECK(contains(text("/no/such/folder/study.db"), "input/output error"));
}

TEST_CASE("database: a path that SOCI cannot be told is refused for what is wrong with it") {
  const auto refused = [](const std::string& path) { return message_of([&] { Database(path, true); }); };
  CHECK(contains(refused("a \"b\"/study.db"), "a database's path cannot have both a space and a double quote"));
  CHECK(contains(refused("\"b\"/study.db"), "a database's path cannot begin with a double quote"));
}

TEST_CASE("database: another program's lock is told as one") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  sql(path, "create table t (x integer)");
  Database holder(path, false), waiting(path, false);
  holder.sql() << "begin immediate";
  int answer = 0;
  waiting.sql() << "pragma busy_timeout = 10", soci::into(answer);
  Fault fault = Fault::input;
  CHECK(contains(message_of([&] { waiting.transaction([] {}); }, &fault), "kept the database locked"));
  CHECK(fault == Fault::failure);
  holder.sql() << "rollback";
  CHECK_NOTHROW(waiting.transaction([&] { waiting.sql() << "insert into t values (1)"; }));
}

TEST_CASE("database: what a failing transaction throws is the cause, also where SQLite has undone it already") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  sql(path, "create table t (x integer)");
  Database database(path, false);
  const auto failing = [&](const char* first) {
    return message_of([&] {
      database.transaction([&] {
        database.sql() << "insert into t values (1)";
        database.sql() << first;
        throw Error("the cause");
      });
    });
  };
  CHECK(contains(failing("select 1"), "the cause"));
  CHECK(contains(failing("rollback"), "the cause"));
  int rows = -1;
  database.sql() << "select count(*) from t", soci::into(rows);
  CHECK(rows == 0);
}

TEST_CASE("database: failures that are not SQLite's are told in their own words") {
  const Scratch scratch;
  Database database(scratch / "study.db", false, "shown.db");
  CHECK(contains(message_of([&] { database.guarded([] { throw soci::soci_error("a null value"); }); }),
                 "shown.db: error: the database refused: a null value"));
  CHECK(contains(message_of([&] { database.guarded([] { throw std::domain_error("no number"); }); }),
                 "shown.db: error: holds what holdout did not write: no number"));
  CHECK(contains(message_of([&] { database.guarded([&] { database.sql() << "selct"; }); }),
                 "shown.db: error: the database refused: "));
}

TEST_CASE("database: the log is folded when nobody reads, left where somebody does, and damage is told") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  {
    Database database(path, false);
    database.prepare_for_writing();
    database.transaction([&] { database.sql() << "create table t (x integer)"; });
    database.transaction([&] { database.sql() << "insert into t values (1), (2)"; });
    {
      int x = 0;
      soci::statement rows = (database.sql().prepare << "select x from t", soci::into(x));
      rows.execute();
      REQUIRE(rows.fetch());
      CHECK_NOTHROW(database.fold_log());
      CHECK(std::filesystem::exists(path + "-wal"));
    }
    database.fold_log();
    CHECK(!std::filesystem::exists(path + "-wal"));
  }
  std::ofstream(path, std::ios::binary) << std::string(5000, 'x');
  Database damaged(path, false);
  CHECK(contains(message_of([&] { damaged.fold_log(); }), "this file is no database"));
}
