#include "database_file.hpp"

#include <sys/stat.h>

#include <array>
#include <string_view>

namespace holdout::study {
namespace {

using namespace sqlite_api;

// The first bytes of a database (sqlite.org/fileformat.html): a magic string; from byte 16 the bytes of a page, 1 for
// 65536; from byte 28 the number of pages. Both numbers begin with their highest byte.
constexpr std::size_t kHeader = 32;
constexpr std::string_view kMagic("SQLite format 3\0", 16);

std::int64_t number_at(const std::array<unsigned char, kHeader>& header, std::size_t from, std::size_t bytes) {
  std::int64_t x = 0;
  for (std::size_t i = 0; i < bytes; ++i) x = x * 256 + header[from + i];
  return x;
}

}  // namespace

sqlite_api::sqlite3* connection_of(soci::session& sql) {
  return static_cast<soci::sqlite3_session_backend*>(sql.get_backend())->conn_;
}

std::optional<DatabaseFile::Identity> DatabaseFile::identity_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return Identity{info.st_dev, info.st_ino};
}

void DatabaseFile::watch(soci::session& sql) {
  file_ = identity_of(path_);
  size_ = 0;
  problem(sql);  // remembers the size and the log
}

std::string DatabaseFile::problem(soci::session& sql) {
  if (!file_) return {};
  const std::optional<Identity> now = identity_of(path_);
  if (!now) return "was deleted or moved by another program while it was in use";
  if (*now != *file_) return "was replaced by another program: this is not the file that was opened";
  if (std::string problem = log_problem(); !problem.empty()) return problem;
  return content_problem(sql);
}

// SQLite makes both files as it first reads, and keeps them while a connection is open.
std::string DatabaseFile::log_problem() {
  const auto differs = [this](const char* ending, std::optional<Identity>& known) {
    const std::optional<Identity> now = identity_of(path_ + ending);
    if (!known) known = now;
    return known != now;
  };
  if (differs("-wal", log_) || differs("-shm", index_))
    return "its log, the file beside it that ends in -wal or -shm, was deleted or replaced by another program";
  return {};
}

// Read through SQLite's own descriptor: closing another one would give up the locks that it holds on the file.
std::string DatabaseFile::content_problem(soci::session& sql) {
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(connection_of(sql), "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || !file ||
      !file->pMethods)
    return {};
  std::array<unsigned char, kHeader> header{};
  sqlite3_int64 size = 0;
  if (file->pMethods->xFileSize(file, &size) != SQLITE_OK) return {};
  file->pMethods->xRead(file, header.data(), static_cast<int>(kHeader), 0);  // what is not there is zeros
  const std::string_view begin(reinterpret_cast<const char*>(header.data()), kMagic.size());
  if (begin != kMagic) return "was overwritten or cut off by another program while it was in use";
  // VACUUM makes it smaller too, and says so in the header.
  const std::int64_t page = number_at(header, 16, 2);
  if (size < size_ && size < number_at(header, 28, 4) * (page == 1 ? 65536 : page))
    return "was cut off by another program while it was in use";
  size_ = size;
  return {};
}

}  // namespace holdout::study
