// Storage where things go wrong: files that are none of ours or damaged, other programs' hands, kills, full disks.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

#include <holdout/base/version.hpp>
#include <holdout/study/storage.hpp>

#include "database.hpp"
#include "records.hpp"
#include "sql.hpp"

namespace fs = std::filesystem;
using namespace holdout;
using namespace holdout::study;
using namespace holdout::study::testing;

namespace {

long long count(const std::string& path, const std::string& query) {
  Database database(path, true);
  long long n = -1;
  database.guarded([&] { database.sql() << query, soci::into(n); });
  return n;
}

// body() in a process of its own. @return its status as waitpid gives it
int in_process(const std::function<void()>& body) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    try {
      body();
    } catch (...) {
      ::_exit(99);
    }
    ::_exit(0);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

}  // namespace

// Without it, a reader that closes the file believes itself the last one, and deletes the log that the run writes to.
TEST_CASE("storage: a new run holds its lock on the database from the beginning") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  const auto storage = Storage::create(path, record());
  // What SQLite holds as long as a database with a write-ahead log is open (its os_unix.c): these bytes, shared.
  constexpr off_t kShared = 0x40000002, kSharedBytes = 510;
  const int status = in_process([&] {
    struct flock lock {};
    lock.l_type = F_WRLCK, lock.l_whence = SEEK_SET, lock.l_start = kShared, lock.l_len = kSharedBytes;
    const int file = ::open(path.c_str(), O_RDWR);
    if (file < 0 || ::fcntl(file, F_GETLK, &lock) != 0) ::_exit(2);
    ::_exit(lock.l_type == F_RDLCK ? 0 : 1);
  });
  CHECK(status == 0);
}

TEST_CASE("storage: what is there already is not replaced") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  write_run(path);
  const std::string before = bytes_of(path);
  Fault fault = Fault::failure;
  CHECK(contains(message_of([&] { Storage::create(path, record()); }, &fault),
                 "study.db: error: there is a run already"));
  CHECK(fault == Fault::input);
  CHECK(bytes_of(path) == before);
  CHECK(std::distance(fs::directory_iterator(scratch.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("storage: paths may have spaces, quotes and other letters") {
  const Scratch scratch;
  for (const char* folder : {"a b  c", "λ=1", "say\"so\"", "it's", "x;y?mode=ro#z%20"}) {
    fs::create_directory(scratch / folder);
    const std::string path = scratch / (std::string(folder) + "/study.db");
    write_run(path);
    CHECK(fs::is_regular_file(path));
    check_equal(whole(*Storage::open(path, false)), trials(0, 12));
  }
  fs::create_directory(scratch / "a \"b\"");
  const std::string message = message_of([&] { Storage::create(scratch / "a \"b\"/study.db", record()); });
  CHECK(contains(message, "both a space and a double quote"));
}

TEST_CASE("storage: what cannot be opened is named, with a way out") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  const auto opening = [&](bool read_only, Fault expected) {
    Fault fault = Fault::input;
    const std::string message = message_of([&] { Storage::open(path, read_only); }, &fault);
    CHECK(fault == expected);
    CHECK(message.starts_with(path + ": error: "));
    for (const char* inside : {"soci", "SOCI", "sqlite3_", "Cannot", "json.exception", "std::"})
      CHECK(!contains(message, inside));
    return message;
  };
  const auto put = [&](const std::string& content) { std::ofstream(path, std::ios::binary) << content; };

  for (const bool read_only : {true, false}) {
    CAPTURE(read_only);
    fs::remove_all(path);
    CHECK(contains(opening(read_only, Fault::input), "there is no such run"));
    CHECK(!fs::exists(path));
    fs::create_directory(path);
    CHECK(contains(opening(read_only, Fault::input), "not a regular file"));
    fs::remove(path);

    put("name: a study, not a database\n" + std::string(5000, 'x'));
    CHECK(contains(opening(read_only, Fault::failure), "this file is no database"));
    put("");
    CHECK(contains(opening(read_only, Fault::input), "not a holdout database"));
    fs::remove(path);
    sql(path, "create table studies (study_id integer)");
    CHECK(contains(opening(read_only, Fault::input), "not a holdout database"));
    fs::remove(path);

    // A page in the middle, and a cut. The file is left as it is found.
    write_run(path);
    const std::string whole = bytes_of(path);
    std::string damaged = whole;
    std::fill_n(damaged.begin() + 4096 * 3, 4096 * 4, '\x55');
    put(damaged);
    const std::string message = opening(read_only, Fault::failure);
    CHECK(contains(message, "this database is damaged"));
    CHECK(contains(message, "`sqlite3 study.db .recover`"));
    CHECK(bytes_of(path) == damaged);
    put(whole.substr(0, whole.size() / 2));
    CHECK(contains(opening(read_only, Fault::failure), "damaged"));
    fs::remove(path);

    const auto changed = [&](const std::string& statement) {
      fs::remove(path);
      write_run(path);
      sql(path, statement);
    };
    changed("update study_user_attributes set value_json = '2' where \"key\" = 'holdout:format'");
    CHECK(contains(opening(read_only, Fault::input), "written by holdout " + std::string(version())));
    changed("update study_directions set direction = 'MAXIMIZE'");
    CHECK(contains(opening(read_only, Fault::input), "the direction 'MAXIMIZE' for the metric log_loss"));
    changed("update studies set study_name = 'mine'");
    CHECK(contains(opening(read_only, Fault::input), "was renamed to 'mine' by another program"));
    changed("delete from study_directions");  // references, then the study: as Optuna does
    sql(path, "delete from study_user_attributes");
    CHECK(contains(opening(read_only, Fault::input), "its study was deleted by another program"));
    changed("update study_user_attributes set value_json = '[{\"path\": 3' where \"key\" = 'holdout:space'");
    CHECK(contains(opening(read_only, Fault::input), "an attribute is not the JSON"));
    changed(
        "update study_user_attributes set value_json = '[{\"path\": \"a\", \"values\": [1], \"condition\": "
        "{\"parameter\": 7, \"choice\": 0}}]' where \"key\" = 'holdout:space'");
    CHECK(contains(opening(read_only, Fault::input), "holds what holdout did not write"));
    changed("delete from study_user_attributes where \"key\" = 'holdout:fingerprint'");
    CHECK(contains(opening(read_only, Fault::input), "'holdout:fingerprint' is missing"));
    fs::remove(path);
  }
}

TEST_CASE("storage: rows that no one should have written are an error, not a wrong result") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  for (const char* statement :
       {"update trials set state = 'complete' where number = 4",
        "update trial_params set param_value = 9 where param_name = 'training.batch_size'",
        "update trial_values set value = null", "update trial_intermediate_values set intermediate_value_type = 'BIG'",
        "update trial_user_attributes set value_json = 'word' where \"key\" = 'holdout:end'"}) {
    CAPTURE(statement);
    fs::remove(path);
    write_run(path);
    sql(path, statement);
    const auto storage = Storage::open(path, true);
    CHECK(contains(message_of([&] { whole(*storage); }), "holds what holdout did not write"));
  }
}

TEST_CASE("storage: what Optuna adds is left alone") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  write_run(path);
  sql(path, "insert into alembic_version values ('v3.0.0.d')");
  sql(path, "insert into trial_user_attributes (trial_id, \"key\", value_json) values (1, 'mine', '{\"a\": [1]}')");
  sql(path,
      "insert into study_system_attributes (study_id, \"key\", value_json) values (1, 'dashboard:note_ver', '1')");
  sql(path, "insert into studies values (2, 'another')");
  sql(path, "insert into trials (number, study_id, state) values (0, 2, 'WAITING')");
  sql(path, "insert into trial_params (trial_id, param_name, param_value) values (13, 'model.l2.kind', 77)");
  check_equal(whole(*Storage::open(path, true)), trials(0, 12));
  CHECK(count(path, "select count(*) from alembic_version") == 1);
  check_equal(whole(*Storage::open(path, false)), trials(0, 12));
  CHECK(count(path, "select count(*) from alembic_version") == 0);  // so that every Optuna may open it
  CHECK(count(path, "select count(*) from study_system_attributes") == 1);
}

TEST_CASE("storage: killed at any moment, what was reported is there and nothing by halves") {
  const Scratch scratch;
  constexpr int kKills = 12, kCohort = 8;
  for (int kill = 0; kill < kKills; ++kill) {
    CAPTURE(kill);
    const std::string path = scratch / ("study" + std::to_string(kill) + ".db");
    int reported[2];
    REQUIRE(::pipe(reported) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      try {
        const auto storage = Storage::create(path, record());
        for (int from = 0;; from += kCohort) {
          storage->begin(trials(from, from + kCohort));
          storage->finish(trials(from, from + kCohort));
          const char c = 'x';
          if (::write(reported[1], &c, 1) != 1) ::_exit(98);
        }
      } catch (...) {
        ::_exit(99);
      }
    }
    ::close(reported[1]);
    // After a number of cohorts that were reported, plus a part of the next one's time.
    int done = 0;
    char c = 0;
    while (done < 1 + kill % 3 && ::read(reported[0], &c, 1) == 1) ++done;
    std::this_thread::sleep_for(std::chrono::milliseconds(4 * kill));
    ::kill(child, SIGKILL);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    while (::read(reported[0], &c, 1) == 1) ++done;
    ::close(reported[0]);

    const auto storage = Storage::open(path, false);
    const auto back = whole(*storage);
    const auto finished = static_cast<int>(
        std::count_if(back.begin(), back.end(), [](const Trial& t) { return t.outcome.state != TrialState::running; }));
    CHECK(finished >= done * kCohort);
    CHECK(finished % kCohort == 0);
    CHECK(static_cast<int>(back.size()) % kCohort == 0);
    for (const Trial& t : back) {
      if (t.outcome.state != TrialState::running)
        check_equal(t, trial(t.number));
      else
        CHECK(t.configuration == trial(t.number).configuration);
    }
    // And it goes on.
    std::vector<Trial> rest = trials(finished, static_cast<int>(back.size()) + 1);
    storage->begin(rest);
    storage->finish(rest);
    storage->close();
    check_equal(whole(*Storage::open(path, true)), trials(0, static_cast<int>(back.size()) + 1));
  }
}

TEST_CASE("storage: a file size limit while writing is an error that loses nothing") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  const int status = in_process([&] {
    const auto storage = Storage::create(path, record());
    storage->begin(trials(0, 10));
    storage->finish(trials(0, 10));
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{300'000, 300'000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(3);
    for (int from = 10; from < 2000; from += 10) {
      try {
        storage->begin(trials(from, from + 10));
        storage->finish(trials(from, from + 10));
      } catch (const Error& error) {
        const std::string message = error.what();
        const bool named = message.starts_with(path + ": error: cannot be read or written") ||
                           message.starts_with(path + ": error: cannot be written");
        const auto back = whole(*storage);  // reading goes on
        ::_exit(named && error.fault() == Fault::failure && back.size() >= 10 ? 42 : 4);
      }
    }
  });
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 42);
  const auto storage = Storage::open(path, false);
  const auto back = whole(*storage);
  CHECK(back.size() >= 10);
  for (const Trial& t : back)
    if (t.outcome.state != TrialState::running) check_equal(t, trial(t.number));
  const int next = static_cast<int>(back.size());
  storage->begin(trials(next, next + 10));
  storage->close();
}

TEST_CASE("storage: a failed creation leaves nothing behind") {
  const Scratch scratch;
  const std::string path = scratch / "study.db";
  const int status = in_process([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{10'000, 10'000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(3);
    const std::string message = message_of([&] { Storage::create(path, record()); });
    ::_exit(message.starts_with(path + ": error: cannot be") ? 42 : 4);
  });
  CHECK(WEXITSTATUS(status) == 42);
  CHECK(fs::is_empty(scratch.path()));
  CHECK(contains(message_of([&] { Storage::create(scratch / "no/study.db", record()); }), "no such file or directory"));
}
