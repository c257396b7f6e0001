// The file behind a connection to SQLite, which goes on writing into a file that another program has deleted, moved or
// replaced. So the run asks before each transaction whether the file is still the one that it opened.
#pragma once

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace holdout::study {

/// SQLite's own handle of a session.
sqlite_api::sqlite3* connection_of(soci::session& sql);

/// Not thread-safe.
class DatabaseFile {
 public:
  explicit DatabaseFile(std::string path) : path_(std::move(path)) {}

  /// From now on it has to stay what it is.
  void watch(soci::session& sql);
  /// The log is gone for a good reason.
  void forget_log() { log_.reset(), index_.reset(); }
  /// What another program did to the file or to its log since watch(): "was deleted or moved by another program …".
  /// Empty: nothing, or it is not watched.
  std::string problem(soci::session& sql);

 private:
  struct Identity {
    dev_t device;
    ino_t file;
    bool operator==(const Identity&) const = default;
  };
  static std::optional<Identity> identity_of(const std::string& path);
  std::string log_problem();
  std::string content_problem(soci::session& sql);

  std::string path_;
  std::optional<Identity> file_, log_, index_;  // of the database, of its -wal and of its -shm
  std::int64_t size_ = 0;                       // the largest one seen since it last shrank
};

}  // namespace holdout::study
