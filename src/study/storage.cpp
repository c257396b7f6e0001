#include <holdout/study/storage.hpp>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <limits>
#include <mutex>
#include <set>
#include <stdexcept>
#include <utility>

#include <holdout/base/error.hpp>
#include <holdout/base/version.hpp>
#include <holdout/train/metric.hpp>

#include "attributes.hpp"
#include "choice_bias_json.hpp"
#include "database.hpp"
#include "files.hpp"
#include "foreign_rows.hpp"
#include "optuna_schema.hpp"
#include "stored_checks.hpp"
#include "stored_trials.hpp"
#include "study_attributes.hpp"
#include "timestamp.hpp"

namespace holdout::study {
namespace {

constexpr const char* kAnotherFolder = "a new run needs another folder: --out";
constexpr const char* kReadOnly =
    "other programs may read a study and add trials to it while it runs; what was reported before still holds";

Error refused(const std::string& path, std::string text, std::string hint) {
  return Error(Message{{path, 0, 0}, std::move(text), std::move(hint), {}});
}

// Everything a new study starts with, in a file that nobody else knows yet: so it needs no log and no syncs on the way.
void fill(const std::string& file, const std::string& shown, const StudyRecord& study) {
  Database database(file, false, shown);
  soci::session& sql = database.sql();
  database.guarded([&] {
    std::string mode;
    sql << "pragma journal_mode = memory", soci::into(mode);
    sql << "pragma synchronous = off";
  });
  database.transaction([&] {
    for (const std::string_view statement : schema()) sql << std::string(statement);
    const std::string library = "holdout " + std::string(version()) + " (optuna 3.1.0 schema)";
    sql << "insert into version_info values (1, :schema, :library)", soci::use(kOptunaSchema), soci::use(library);
    const long long id = 1;
    sql << "insert into studies values (:id, :name)", soci::use(id), soci::use(study.name);
    const std::string direction = study.maximize ? "MAXIMIZE" : "MINIMIZE";  // bound until the statement's end
    sql << "insert into study_directions (direction, study_id, objective) values (:direction, :id, 0)",
        soci::use(direction), soci::use(id);
    write_attribute(sql, id, kFormatKey, std::to_string(kFormat));
    write_attribute(sql, id, kVersionKey, string_json(version()));
    write_attribute(sql, id, kNameKey, string_json(study.name));
    write_attribute(sql, id, kMetricKey, string_json(study.metric));
    write_attribute(sql, id, kSpaceKey, space_json(study.space));
    write_changeable(sql, id, study);
  });
}

// A log or journal without its database belongs to one that somebody deleted; SQLite would play it into the new one.
void remove_remains(const std::string& path) {
  for (const char* ending : {"-wal", "-shm", "-journal"}) ::unlink((path + ending).c_str());
}

struct Found {
  long long id = 0;
  StudyRecord record;
};

void check_sound(Database& database) {
  database.guarded([&] {
    std::string first;
    database.sql() << "pragma quick_check(1)", soci::into(first);
    if (first != "ok") throw database.damaged(first);
  });
}

// The database's study is the one that still bears its own name: Optuna can copy, rename and delete studies.
long long find_study(Database& database) {
  soci::session& sql = database.sql();
  const std::string& file = database.shown();
  int tables = 0, ours = 0;
  sql << "select count(*) from sqlite_master where type = 'table' and name in ('studies', 'study_directions', "
         "'study_user_attributes', 'trials', 'alembic_version')",
      soci::into(tables);
  sql << "select count(*) from sqlite_master where name = 'holdout_trial_numbers'", soci::into(ours);
  if (tables != 5) throw refused(file, "this is not a holdout database", kAnotherFolder);

  std::vector<std::pair<long long, std::string>> studies;
  long long id = 0;
  std::string name;
  {
    soci::statement rows =
        (sql.prepare << "select study_id, study_name from studies where study_id in (select study_id from "
                        "study_user_attributes where \"key\" = 'holdout:format') order by study_id",
         soci::into(id), soci::into(name));
    rows.execute();
    while (rows.fetch()) studies.emplace_back(id, name);
  }
  std::string was;
  for (const auto& [study, now] : studies) {
    const auto attributes = attributes_of(sql, study);
    const auto at = [&attributes](const char* key) {
      const auto found = attributes.find(key);
      return found == attributes.end() ? std::string("null") : found->second;
    };
    if (integer_in(Json::parse(at(kFormatKey)), kFormatKey, 1) > kFormat)
      throw refused(file,
                    "written by holdout " + string_from(at(kVersionKey), kVersionKey) + ", which this one, " +
                        std::string(version()) + ", cannot read",
                    "use that version or a newer one");
    was = string_from(at(kNameKey), kNameKey);
    if (was == now) return study;
  }
  if (!studies.empty())
    throw refused(file,
                  "the study " + holdout::quoted(was) + " was renamed to " + holdout::quoted(studies.back().second) +
                      " by another program, which loses a part of its trials",
                  kAnotherFolder);
  throw refused(file,
                ours ? "its study was deleted by another program, as optuna can" : "this is not a holdout database",
                kAnotherFolder);
}

Found load(Database& database) {
  Found found;
  database.guarded([&] {
    soci::session& sql = database.sql();
    found.id = find_study(database);
    const auto attributes = attributes_of(sql, found.id);
    const auto at = [&attributes](const char* key) -> const std::string& {
      const auto it = attributes.find(key);
      if (it == attributes.end()) throw std::domain_error("the attribute '" + std::string(key) + "' is missing");
      return it->second;
    };
    std::string direction;
    sql << "select direction from study_directions where study_id = :study and objective = 0", soci::use(found.id),
        soci::into(direction);
    found.record.name = string_from(at(kNameKey), kNameKey);
    if (direction != "MAXIMIZE" && direction != "MINIMIZE")
      throw std::domain_error("no direction of a study: " + holdout::quoted(direction));
    found.record.maximize = direction == "MAXIMIZE";
    found.record.metric = string_from(at(kMetricKey), kMetricKey);
    const train::Metric* const metric = train::find_metric(found.record.metric);
    if (metric && metric->maximize != found.record.maximize)
      throw std::domain_error("the direction " + holdout::quoted(direction) + " for the metric " + found.record.metric);
    found.record.text = string_from(at(kTextKey), kTextKey);
    found.record.space = space_from(at(kSpaceKey));
    found.record.fingerprint = string_from(at(kFingerprintKey), kFingerprintKey);
    check_fingerprint(found.record.fingerprint);
    found.record.folder = string_from(at(kFolderKey), kFolderKey);
  });
  return found;
}

// How long one attempt waits for another program's lock: a run tries again (writer.hpp), and wants to hear a signal.
constexpr std::chrono::milliseconds kAttempt(200);

class SqliteStorage final : public Storage {
 public:
  SqliteStorage(const std::string& path, bool read_only) : database_(path, read_only) {
    check_sound(database_);
    Found found = load(database_);
    id_ = found.id, study_ = std::move(found.record);
    parameters_.emplace(study_.space);
    if (read_only) return;
    database_.prepare_for_writing();
    // Whichever Optuna opens it next writes its own revision there; one that is already there would lock others out.
    int stamped = 0;
    database_.guarded([&] { database_.sql() << "select count(*) from alembic_version", soci::into(stamped); });
    if (stamped > 0) database_.transaction([&] { database_.sql() << "delete from alembic_version"; });
    bool marked = false;
    database_.guarded([&] { marked = marks_trials(database_.sql()); });
    if (!marked) database_.transaction([&] { mark_trials(database_.sql(), id_); });
    database_.guarded([&] {
      writer_.emplace(database_.sql(), id_, *parameters_, path);
      count_ = count_trials(database_.sql(), id_);
      database_.sql() << "select coalesce(max(holdout_number) + 1, 0) from trials where study_id = :study",
          soci::use(id_), soci::into(end_);
    });
    database_.watch_file();
  }

  const StudyRecord& study() const override { return study_; }

  void go_on_as(const StudyRecord& study) override {
    const std::lock_guard lock(mutex_);
    check_open();
    database_.transaction([&] { write_changeable(database_.sql(), id_, study); });
    study_.text = study.text, study_.fingerprint = study.fingerprint, study_.folder = study.folder;
  }

  void begin(std::span<const Trial> trials) override {
    const std::lock_guard lock(mutex_);
    check_open();
    assert(writer_);
    // Lost in a power cut, these trials have simply not begun. Unless their attempts are counted: they may be the
    // cause.
    const bool counted = std::any_of(trials.begin(), trials.end(), [](const Trial& t) { return t.attempts > 0; });
    int begun = 0;
    transaction([&] { begun = writer_->begin(trials, again_); }, counted ? Durable::now : Durable::with_next);
    count_ += begun;
    for (const Trial& trial : trials) end_ = std::max(end_, trial.number + 1), again_.erase(trial.number);
  }

  void finish(std::span<const Trial> trials) override {
    const std::lock_guard lock(mutex_);
    check_open();
    assert(writer_);
    transaction([&] {
      writer_->finish(trials);
      if (!choice_bias_.empty()) write_attribute(database_.sql(), id_, kChoiceBiasKey, choice_bias_);
    });
    choice_bias_.clear();
  }

  void write_with_outcomes(const ChoiceBiasState& state) override {
    std::string json = choice_bias_json(state);
    const std::lock_guard lock(mutex_);
    choice_bias_ = std::move(json);
  }
  std::optional<ChoiceBiasState> choice_bias() const override { return read(kChoiceBiasKey, choice_bias_from); }

  void remove_from(int number) override {
    const std::lock_guard lock(mutex_);
    check_open();
    transaction([&] {
      remove_trials(database_.sql(), id_, number);
      delete_attribute(database_.sql(), id_, kChoiceBiasKey);
      count_ = count_trials(database_.sql(), id_);
    });
    end_ = std::min(end_, number);
  }

  std::vector<Trial> trials() const override { return read(Depth::all); }
  std::vector<Trial> answers() const override { return read(Depth::answers); }

  std::vector<ForeignChange> foreign_changes() const override {
    {
      const std::lock_guard lock(mutex_);
      if (foreign_) return *foreign_;
    }
    answers();
    return foreign_changes();
  }

  std::vector<CurvePoint> curve(int number) const override {
    const std::lock_guard lock(mutex_);
    std::vector<CurvePoint> all;
    database_.guarded([&] { all = read_curve(database_.sql(), id_, number); });
    return all;
  }

  std::vector<std::vector<double>> theta(int number) const override {
    const std::lock_guard lock(mutex_);
    std::vector<std::vector<double>> all;
    database_.guarded([&] { all = read_theta(database_.sql(), id_, number); });
    return all;
  }

  void write(const RunFacts& facts) override { write(kFactsKey, facts_json(facts)); }
  void write(const Winner& winner) override { write(kWinnerKey, winner_json(winner)); }
  void write(const Nested& nested) override { write(kNestedKey, nested_json(nested)); }
  std::optional<RunFacts> facts() const override { return read(kFactsKey, facts_from); }
  std::optional<Winner> winner() const override {
    std::optional<Winner> winner = read(kWinnerKey, winner_from);
    if (winner) database_.guarded([&] { check(*winner, study_.space); });
    return winner;
  }
  std::optional<Nested> nested() const override {
    std::optional<Nested> nested = read(kNestedKey, nested_from);
    if (nested) database_.guarded([&] { check(*nested, study_.space); });
    return nested;
  }

  void freeze() override {
    const std::lock_guard lock(mutex_);
    frozen_ = true;
  }

  void close() override {
    const std::lock_guard lock(mutex_);
    database_.check_file();
    database_.fold_log();
    database_.check_pages();
  }

 private:
  void check_open() const {
    if (frozen_) throw Error("the run has been stopped", "", Fault::failure);
  }

  std::vector<Trial> read(Depth depth) const {
    const std::lock_guard lock(mutex_);
    StoredTrials all;
    std::optional<RunFacts> facts;
    database_.guarded([&] {
      check_study();
      all = read_trials(database_.sql(), id_, *parameters_, study_.space, depth);
      const auto attributes = attributes_of(database_.sql(), id_);
      if (const auto found = attributes.find(kFactsKey); found != attributes.end()) facts = facts_from(found->second);
    });
    // What a deeper look has found is not forgotten.
    for (Trial& trial : all.trials)
      if (again_.contains(trial.number) && has_outcome(trial.outcome.state))
        trial.outcome = {}, trial.outcome.state = TrialState::running, all.changed.push_back(trial.number);
    again_.insert(all.changed.begin(), all.changed.end());
    std::sort(all.changed.begin(), all.changed.end());
    foreign_ = foreign_changes_of(all, facts ? facts->asked : 0);
    return std::move(all.trials);
  }

  // One that other programs may hold up, and only where they have left the study and its trials alone.
  void transaction(const std::function<void()>& body, Durable durable = Durable::now) {
    database_.transaction(
        [&] {
          check_study();
          if (may_have_orphans_) remove_orphans(database_.sql());
          body();
        },
        durable, kAttempt);
    may_have_orphans_ = false;
  }

  // Where another connection has written since the last look.
  void check_study() const {
    long long version = 0;
    database_.sql() << "pragma data_version", soci::into(version);
    if (version == seen_version_) return;
    const std::string problem =
        foreign_problem(database_.sql(), id_, study_.name, writer_ ? std::optional(count_) : std::nullopt, end_);
    if (!problem.empty()) throw Error(Message{{database_.shown(), 0, 0}, problem, kReadOnly, {}}, Fault::failure);
    seen_version_ = version;
    may_have_orphans_ = true;
  }

  void write(const char* key, const std::string& json) {
    const std::lock_guard lock(mutex_);
    check_open();
    transaction([&] { write_attribute(database_.sql(), id_, key, json); });
  }

  template <class T>
  std::optional<T> read(const char* key, T (*from)(std::string_view)) const {
    const std::lock_guard lock(mutex_);
    std::optional<T> out;
    database_.guarded([&] {
      const auto all = attributes_of(database_.sql(), id_);
      if (const auto found = all.find(key); found != all.end()) out = from(found->second);
    });
    return out;
  }

  mutable std::mutex mutex_;
  mutable Database database_;  // reading moves its cursors
  long long id_ = 0;
  StudyRecord study_;
  std::optional<StoredParameters> parameters_;
  std::optional<TrialWriter> writer_;
  bool frozen_ = false;
  std::string choice_bias_;                                    // JSON that waits for `finish`
  long long count_ = 0;                                        // trials of the search; known to who writes
  int end_ = 0;                                                // the number behind the largest of them
  mutable std::optional<long long> seen_version_;              // of the data, at the last look
  mutable bool may_have_orphans_ = true;                       // other programs may have deleted trials alone
  mutable std::set<int> again_;                                // changed by other programs, and not yet begun again
  mutable std::optional<std::vector<ForeignChange>> foreign_;  // as last read
};

}  // namespace

bool database_exists(const std::string& path) {
  for (const char* ending : {"", "-wal", "-shm", "-journal"})
    if (const std::string problem = output_problem(path + ending); !problem.empty())
      throw refused(path + ending, problem, "remove it, or choose another folder with --out");
  return something_at(path);
}

std::string database_of(const std::string& run) {
  constexpr const char* kHint = "holdout run STUDY makes one; its folder is runs/NAME unless --out says otherwise";
  const std::string problem = folder_problem(run), file = run + (run.ends_with('/') ? "" : "/") + "study.db";
  if (!problem.empty() && something_at(run))
    throw Error(holdout::quoted(run) + " is not the folder of a run: " + problem, kHint);
  if (!problem.empty() || !database_exists(file))
    throw Error(holdout::quoted(run) + " is not the folder of a run: it has no study.db", kHint);
  return file;
}

std::unique_ptr<Storage> Storage::create(const std::string& path, const StudyRecord& study) {
  const std::string temporary = temporary_name(path);
  {
    // Closed before SQLite opens the file for good: closing any descriptor of a file gives up all locks that the
    // process has on it. Without its lock, the first reader to leave would take the log with it.
    Descriptor file(create_temporary(temporary, path));
    try {
      fill(temporary, path, study);
      if (::fsync(file.fd()) != 0) throw system_error(path, "cannot be written", errno);
      if (::access(path.c_str(), F_OK) != 0) remove_remains(path);
      if (rename_new(temporary, path) != 0) {
        if (errno == EEXIST)
          throw refused(path, "there is a run already", "open it to go on, or choose another folder with --out");
        throw system_error(path, "cannot be written", errno);
      }
    } catch (...) {
      ::unlink(temporary.c_str());
      throw;
    }
  }
  sync_folder_of(path);
  return std::make_unique<SqliteStorage>(path, false);
}

std::unique_ptr<Storage> Storage::open(const std::string& path, bool read_only) {
  if (!database_exists(path))
    throw refused(path, "there is no such run", "name the folder of a run; `holdout run STUDY` makes one");
  return std::make_unique<SqliteStorage>(path, read_only);
}

}  // namespace holdout::study
