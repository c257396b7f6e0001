// A SQLite file through SOCI: opening it, transactions, and its failures in words.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include <soci/soci.h>

#include <holdout/base/error.hpp>

#include "database_file.hpp"
#include "gaps.hpp"

namespace holdout::study {

/// When a transaction is on the disk: as it ends, or with the next one that is to be there as it ends. After a power
/// cut the first transactions of a log are there, and none behind a missing one.
enum class Durable { now, with_next };

/// What to say where SQLite failed. An input or output error of a disk without room is told as what it is.
/// @param path   of the database
/// @param shown  its name in the message
/// @param code   SQLite's primary result code
/// @param said   SQLite's own words, for a code that we have none for
Message database_problem(const std::string& path, const std::string& shown, int code, const std::string& said);

/// One connection. Not thread-safe.
class Database {
 public:
  /// @param shown  the name for messages, where that is not `path`
  /// @throws Error if it cannot be opened; a file that is no database shows at the first use
  Database(const std::string& path, bool read_only, const std::string& shown = {});

  soci::session& sql() { return sql_; }
  const std::string& shown() const { return shown_; }
  /// What to throw when SQLite's own check found `what`.
  Error damaged(const std::string& what) const;

  /// Sets it up for a run that others may read: write-ahead log.
  void prepare_for_writing();
  /// The log goes into the file and the file needs no other; skipped where other programs have it open.
  void fold_log();

  /// body(), failures of SQLite and of what was stored turned into Error.
  /// @throws Locked where another program keeps the database locked
  void guarded(const std::function<void()>& body);
  /// body() in one transaction, some ms after the last one if there were many lately; undone if anything is thrown.
  /// @param patience  how long to wait for another program's lock, instead of half a minute
  void transaction(const std::function<void()>& body, Durable durable = Durable::now,
                   std::optional<std::chrono::milliseconds> patience = {});

  /// From now on the file has to stay the one that it is. Asked again by each transaction, and where SQLite fails.
  void watch_file() { file_.watch(sql_); }
  /// @throws Error if another program deleted, moved, replaced or overwrote the file
  void check_file();
  /// SQLite's check of the whole file as it is on the disk. @throws Error if it is damaged
  void check_pages();

 private:
  std::string path_, shown_;
  soci::session sql_;
  DatabaseFile file_;
  bool has_log_ = false;
  Gaps gaps_;
};

}  // namespace holdout::study
