// Trials kept: study.db, a SQLite database in the schema of Optuna's relational storage, so that optuna.load_study and
// optuna-dashboard open a live run. What holdout alone knows is in user attributes and holdout_ tables.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <holdout/base/error.hpp>
#include <holdout/search/objective.hpp>
#include <holdout/study/choice_bias.hpp>
#include <holdout/study/foreign_change.hpp>
#include <holdout/study/run_facts.hpp>
#include <holdout/study/trial.hpp>

namespace holdout::study {

/// What describes a study as a whole, kept beside its trials.
struct StudyRecord {
  std::string name;
  bool maximize = false;
  std::string metric;
  std::string text;  // the study in its normal form: YAML that runs
  search::SearchSpace space;
  std::string fingerprint;  // JSON: what must not change between a run and its resumption
  std::string folder;       // absolute; file names in the text are relative to it
};

/// Whether a run's database is at `path`.
/// @throws Error if something else is there than a regular file, or in the place of its log
bool database_exists(const std::string& path);

/// The database in the folder of a run, which is there. @throws Error if `run` is no folder, or not that of a run
std::string database_of(const std::string& run);

/// Another program keeps the database locked: nothing was written, and the same call may succeed later.
class Locked final : public Error {
 public:
  using Error::Error;
};

/// One run's database. Thread-safe; all writing goes through one connection. Other programs may write into it too, as
/// it is Optuna's schema: each write looks whether study, trials and file are still there. begin, finish and write
/// throw Locked after 0.2 s in which another program held the lock, and Error if another program deleted the study or
/// trials of it, or deleted, moved, replaced or overwrote the file: nothing is written then.
class Storage {
 public:
  /// Creates the database of a new run. @throws Error if the file exists or cannot be written
  static std::unique_ptr<Storage> create(const std::string& path, const StudyRecord& study);
  /// Opens a database for reading and, unless `read_only`, for going on.
  /// @throws Error if it is no database of holdout's, or damaged (quick_check)
  static std::unique_ptr<Storage> open(const std::string& path, bool read_only);

  virtual ~Storage() = default;

  virtual const StudyRecord& study() const = 0;
  /// The run goes on with a study that differs only in what does not matter to its trials: text, fingerprint, folder.
  virtual void go_on_as(const StudyRecord& study) = 0;
  /// Notes that these trials have begun: RUNNING rows with their parameters. One transaction. New numbers go on from
  /// the largest of the search's, in order; a trial that a killed run left RUNNING, or that another program changed or
  /// deleted before it was read, is begun again under its number. A trial that another program added under one of these
  /// numbers gets another one, behind all.
  virtual void begin(std::span<const Trial> trials) = 0;
  /// Notes outcomes of begun trials: state, value, attributes and curve together, in one transaction. A trial with an
  /// outcome is never written again. Complete with a value that is not finite is stored as failed.
  /// @throws Error if another program has ended or deleted a trial, or the file cannot be written (nothing is then)
  virtual void finish(std::span<const Trial> trials) = 0;
  /// Has this written by the next `finish`, in its transaction; the last one counts.
  virtual void write_with_outcomes(const ChoiceBiasState&) {}
  /// As last written; empty if never.
  virtual std::optional<ChoiceBiasState> choice_bias() const { return {}; }
  /// Deletes the trials of the search from this number on, with all that is stored of them, and the choice bias. One
  /// transaction.
  virtual void remove_from(int number) = 0;
  /// All trials of the search, by number, without learning curves and the parameters of their models: a run may have
  /// 100 000. One that another program has changed has no outcome.
  virtual std::vector<Trial> trials() const = 0;
  /// The same without metrics and words: what a search is told of a trial, and all that it needs to go on.
  virtual std::vector<Trial> answers() const = 0;
  /// What other programs have done to the trials, as they were last read; by kind and number.
  virtual std::vector<ForeignChange> foreign_changes() const { return {}; }
  /// The learning curve of one trial, by epoch.
  virtual std::vector<CurvePoint> curve(int number) const = 0;
  /// Those of one trial, [fold][parameter]; empty where none were kept.
  virtual std::vector<std::vector<double>> theta(int number) const = 0;

  /// Facts of the run, and what the winner did after the search. Writing replaces; empty if never written.
  virtual void write(const RunFacts& facts) = 0;
  virtual void write(const Winner& winner) = 0;
  virtual void write(const Nested& nested) = 0;
  virtual std::optional<RunFacts> facts() const = 0;
  virtual std::optional<Winner> winner() const = 0;
  virtual std::optional<Nested> nested() const = 0;

  /// From now on nothing is written any more: begin, finish, remove_from and write throw Error.
  virtual void freeze() = 0;
  /// A clean end: everything in one file, the journal gone. @throws Error if another program has damaged or replaced it
  virtual void close() = 0;
};

}  // namespace holdout::study
