#include <holdout/study/storage.hpp>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <mutex>
#include <set>
#include <utility>

#include <holdout/base/error.hpp>

#include "attributes.hpp"
#include "choice_bias_json.hpp"
#include "database.hpp"
#include "files.hpp"
#include "foreign_rows.hpp"
#include "new_database.hpp"
#include "stored_checks.hpp"
#include "stored_study.hpp"
#include "stored_trials.hpp"
#include "study_attributes.hpp"

namespace holdout::study {
namespace {

constexpr const char* kReadOnly =
    "other programs may read a study and add trials to it while it runs; what was reported before still holds";

// How long one attempt waits for another program's lock: a run tries again (writer.hpp), and wants to hear a signal.
constexpr std::chrono::milliseconds kAttempt(200);

class SqliteStorage final : public Storage {
 public:
  SqliteStorage(const std::string& path, bool read_only) : database_(path, read_only) {
    StoredStudy stored = read_study(database_);
    id_ = stored.id, study_ = std::move(stored.record);
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
      throw Error(Message{{path + ending, 0, 0}, problem, "remove it, or choose another folder with --out", {}});
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
  make_database(path, study);
  return std::make_unique<SqliteStorage>(path, false);
}

std::unique_ptr<Storage> Storage::open(const std::string& path, bool read_only) {
  if (!database_exists(path))
    throw Error(
        Message{{path, 0, 0}, "there is no such run", "name the folder of a run; `holdout run STUDY` makes one", {}});
  return std::make_unique<SqliteStorage>(path, read_only);
}

}  // namespace holdout::study
