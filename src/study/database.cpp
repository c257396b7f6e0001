#include "database.hpp"

#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include <holdout/base/error.hpp>
#include <holdout/study/storage.hpp>

#include "files.hpp"

namespace holdout::study {
namespace {

constexpr int kPatienceSeconds = 30;  // for other programs' transactions; Optuna's own patience is 5 s

// SOCI's connection text: a value with spaces stands in double quotes, and there is no escape for these.
std::string connection(const std::string& path, bool read_only) {
  const bool spaces = path.find(' ') != std::string::npos, quotes = path.find('"') != std::string::npos;
  if (quotes && (spaces || path.starts_with('"')))
    throw Error(Message{{path, 0, 0},
                        spaces ? "a database's path cannot have both a space and a double quote"
                               : "a database's path cannot begin with a double quote",
                        "choose another folder with --out",
                        {}});
  return std::string(read_only ? "readonly=1 " : "") + "timeout=" + std::to_string(kPatienceSeconds) +
         " dbname=" + (spaces ? '"' + path + '"' : path);
}

// Their memory maps or locks are not to be trusted with a write-ahead log (sqlite.org/wal.html).
bool on_network(const std::string& path) {
  constexpr std::array<std::uint32_t, 11> kMagic{0x6969,       // NFS
                                                 0x517B,       // SMB
                                                 0xFE534D42,   // SMB2
                                                 0xFF534D42,   // CIFS
                                                 0x0BD00BD0,   // Lustre
                                                 0x47504653,   // GPFS
                                                 0x65735546,   // FUSE: sshfs and others
                                                 0x00C36400,   // Ceph
                                                 0x5346414F,   // AFS
                                                 0x01021997,   // 9P
                                                 0x19830326};  // BeeGFS
  struct statfs info {};  // stays 0, which is none of them, where the system does not tell
  ::statfs(path.c_str(), &info);
  return std::find(kMagic.begin(), kMagic.end(), static_cast<std::uint32_t>(info.f_type)) != kMagic.end();
}

bool disk_is_full(const std::string& path) {
  constexpr std::uintmax_t kNothing = 64 * 1024;
  std::error_code error;
  const auto space = std::filesystem::space(folder_of(path), error);
  return !error && space.available < kNothing;
}

constexpr const char* kAnotherFile =
    "nothing is written to it any more; where the folder was moved, what was stored is there, and can be gone on with: "
    "--out";

constexpr const char* kWayOut =
    "`sqlite3 study.db .recover` saves what can be saved; a new run needs another folder (--out)";

int code_of(const soci::soci_error& error) {
  const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
  constexpr int kPrimary = 0xFF;  // the other bits are details
  return sqlite ? sqlite->result() & kPrimary : SQLITE_ERROR;
}

// How long SQLite waits for locks, as long as it lives.
class Patience {
 public:
  Patience(soci::session& sql, std::optional<std::chrono::milliseconds> patience)
      : connection_(patience ? connection_of(sql) : nullptr) {
    if (connection_) sqlite_api::sqlite3_busy_timeout(connection_, static_cast<int>(patience->count()));
  }
  ~Patience() {
    if (connection_) sqlite_api::sqlite3_busy_timeout(connection_, kPatienceSeconds * 1000);
  }
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;

 private:
  sqlite_api::sqlite3* connection_;
};

}  // namespace

Message database_problem(const std::string& path, const std::string& shown, int code, const std::string& said) {
  const auto message = [&](std::string text, std::string hint) {
    return Message{{shown, 0, 0}, std::move(text), std::move(hint), {}};
  };
  if (code == SQLITE_IOERR && disk_is_full(path)) code = SQLITE_FULL;
  switch (code) {
    case SQLITE_FULL:
      return message("cannot be written: no space left on device",
                     "make room and run it again: what is finished is stored");
    case SQLITE_IOERR:
      return message("cannot be read or written: the system reports an input/output error",
                     "check the disk, its quota and the file size limit (ulimit -f), then run it again: what is "
                     "finished is stored");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return message("another program has kept the database locked for " + std::to_string(kPatienceSeconds) + " s",
                     "end the program that writes to it, then run it again: what is finished is stored");
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return message("cannot be written: permission denied", "check the permissions of the file and its folder");
    case SQLITE_CANTOPEN:
      return message("cannot be opened",
                     "check the permissions of the file and its folder; a run that was killed has "
                     "to be opened once in a folder that can be written");
    case SQLITE_CORRUPT:
      return message("this database is damaged", kWayOut);
    case SQLITE_NOTADB:
      return message("this file is no database, or its beginning is damaged", kWayOut);
    case SQLITE_NOMEM:
      return message("out of memory", "");
    default:
      return message("the database refused: " + said,
                     "if another program changed the file, start a new run with --out");
  }
}

Database::Database(const std::string& path, bool read_only, const std::string& shown)
    : path_(path), shown_(shown.empty() ? path : shown), file_(path) {
  const std::string parameters = connection(path, read_only);
  guarded([&] { sql_.open(soci::sqlite3, parameters); });
}

Error Database::damaged(const std::string& what) const {
  return Error(Message{{shown_, 0, 0}, "this database is damaged: " + escaped(what), kWayOut, {}}, Fault::failure);
}

void Database::prepare_for_writing() {
  guarded([&] {
    std::string mode;
    sql_ << (on_network(path_) ? "pragma journal_mode = delete" : "pragma journal_mode = wal"), soci::into(mode);
    has_log_ = mode == "wal";
    sql_ << "pragma synchronous = full";
  });
}

void Database::check_file() {
  if (const std::string problem = file_.problem(sql_); !problem.empty())
    throw Error(Message{{shown_, 0, 0}, problem, kAnotherFile, {}}, Fault::failure);
}

void Database::check_pages() {
  guarded([&] {
    sql_ << "pragma shrink_memory";  // pages in memory would hide what the file has become
    std::string first;
    sql_ << "pragma quick_check(1)", soci::into(first);
    if (first != "ok") throw damaged(first);
  });
}

void Database::fold_log() {
  // A reader or writer that stays must not hold up the end of a run: what is in the log is safe there.
  constexpr int kPatience = 300;
  const auto wait = [this](int ms) {
    int answer = 0;
    sql_ << "pragma busy_timeout = " << ms, soci::into(answer);
  };
  guarded([&] {
    wait(kPatience);
    try {
      int busy = 0, in_log = 0, moved = 0;
      sql_ << "pragma wal_checkpoint(truncate)", soci::into(busy), soci::into(in_log), soci::into(moved);
      std::string mode;
      if (busy == 0) sql_ << "pragma journal_mode = delete", soci::into(mode);
      if (mode == "delete") file_.forget_log();
    } catch (const soci::soci_error& error) {
      if (const int code = code_of(error); code != SQLITE_BUSY && code != SQLITE_LOCKED) throw;
    }
    wait(kPatienceSeconds * 1000);
  });
}

void Database::guarded(const std::function<void()>& body) {
  // The file is this command's input, and what stands in its columns is wrong.
  const auto unreadable = [this](const char* why) {
    return Error(Message{{shown_, 0, 0}, std::string("holds what holdout did not write: ") + why, kWayOut, {}});
  };
  try {
    body();
  } catch (const soci::soci_error& error) {
    const int code = code_of(error);
    const Message message = database_problem(path_, shown_, code, error.get_error_message());
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED) throw Locked(message, Fault::failure);
    check_file();  // if the file is another one by now, that is the cause
    throw Error(message, Fault::failure);
  } catch (const nlohmann::json::exception&) {
    throw unreadable("an attribute is not the JSON that is expected there");
  } catch (const std::domain_error& error) {
    throw unreadable(error.what());
  }
}

void Database::transaction(const std::function<void()>& body, Durable durable,
                           std::optional<std::chrono::milliseconds> patience) {
  std::this_thread::sleep_until(gaps_.next(Gaps::Clock::now()));
  guarded([&] {
    check_file();
    const Patience waiting(sql_, patience);
    if (has_log_)  // without one, a file could be damaged
      sql_ << (durable == Durable::now ? "pragma synchronous = full" : "pragma synchronous = normal");
    sql_ << "begin immediate";
    try {
      body();
      sql_ << "commit";
    } catch (...) {
      try {
        sql_ << "rollback";
      } catch (const soci::soci_error&) {  // SQLite has undone it already: a full disk
      }
      gaps_.ended(Gaps::Clock::now());
      throw;
    }
  });
  gaps_.ended(Gaps::Clock::now());
}

}  // namespace holdout::study
