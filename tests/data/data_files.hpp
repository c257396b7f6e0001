// Small data files for tests: written to a folder of their own, read with load(), gone at the end.
#pragma once

#include <zlib.h>

#include <sys/resource.h>
#include <unistd.h>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <holdout/base/error.hpp>
#include <holdout/base/number.hpp>
#include <holdout/data/load.hpp>

#include "support/folder.hpp"

namespace holdout::data::testing {

inline const std::string kCsv = holdout::testing::tests_folder() + "/data/csv/";

inline std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Folder {
 public:
  Folder() {
    static std::atomic<int> count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("holdout-data-" + std::to_string(getpid()) + "-" + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path() const { return path_.string(); }
  std::string path(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, std::string_view text) const {
    std::ofstream(path(name), std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
  }

 private:
  std::filesystem::path path_;
};

/// A lower limit of this process (RLIMIT_…), for a while.
class Limit {
 public:
  Limit(int what, rlim_t most) : what_(what) {
    ::getrlimit(what_, &before_);
    const rlimit now{most, before_.rlim_max};
    if (::setrlimit(what_, &now) != 0) throw std::runtime_error("setrlimit");
  }
  ~Limit() { ::setrlimit(what_, &before_); }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

 private:
  int what_;
  rlimit before_{};
};

/// File a.csv, target y, a quarter held out, not stratified unless asked.
inline DataSettings settings(const std::string& file = "a.csv") {
  DataSettings s;
  s.file = file, s.target = "y";
  return s;
}

/// load() of a file a.csv with this text.
inline Prepared load_text(std::string_view text, Task task = Task::regression, const DataSettings& s = settings()) {
  const Folder folder;
  folder.write(s.file, text);
  return load(s, folder.path(), task, Seed{7});
}

/// What it says when it fails; "(none)" if it does not.
inline std::string error_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "(none)";
}

inline std::vector<Message> messages_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.messages();
  }
  return {};
}

/// Whose fault it is when it fails.
inline std::optional<Fault> fault_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.fault();
  }
  return {};
}

inline bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// One gzip member.
inline std::string gzipped(std::string_view text, int level = 6) {
  std::string out(compressBound(static_cast<uLong>(text.size())) + 64, '\0');
  z_stream z{};
  deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

}  // namespace holdout::data::testing
