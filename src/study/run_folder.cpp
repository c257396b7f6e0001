#include <holdout/study/run_folder.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <thread>

#include <holdout/base/error.hpp>
#include <holdout/base/limits.hpp>

#include "files.hpp"
#include "timestamp.hpp"

namespace holdout::study {
namespace {

constexpr const char* kRemove = "remove it, or name another place";

std::string host() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 && name[0] ? name : "unknown host";
}

// What the holder wrote into the lock: one line, PID on HOST since TIME. One that has only just begun may not have
// written it yet; empty: it does not.
std::string read_line(int fd) {
  constexpr int kTries = 100;
  constexpr std::chrono::milliseconds kPause(5);
  for (int i = 0; i < kTries; ++i) {
    char text[512];
    const ssize_t n = ::pread(fd, text, sizeof text, 0);
    const std::string_view line(text, n > 0 ? static_cast<std::size_t>(n) : 0);
    if (const std::size_t end = line.find('\n'); end != line.npos) return escaped(line.substr(0, end));
    std::this_thread::sleep_for(kPause);
  }
  return {};
}

// For people only: the lock is the kernel's, so nothing depends on this text.
void sign(int fd, const std::string& path) {
  const std::string line = "process " + std::to_string(::getpid()) + " on " + host() + " since " +
                           timestamp(std::chrono::system_clock::now()).substr(0, 19) + " UTC\n";
  // First the text, then the cut: whoever reads in between sees a holder, not an empty file.
  if (::pwrite(fd, line.data(), line.size(), 0) != static_cast<ssize_t>(line.size()) ||
      ::ftruncate(fd, static_cast<off_t>(line.size())) != 0)
    throw system_error(path, "cannot be written", errno);
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(n));  // a full disk takes a part first, then says so
  }
  return true;
}

}  // namespace

std::string slug(std::string_view name) {
  constexpr std::size_t kLongest = 64;
  std::string out;
  for (const char c : name) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
    // A leading dot hides a folder, a leading dash looks like an option.
    if (out.empty() && c == '.') continue;
    if (plain)
      out += c;
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  out.resize(std::min(out.size(), kLongest));
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out.empty() ? "study" : out;
}

data::Spill spill_near(const std::string& path) {
  std::error_code error;
  std::filesystem::path folder = std::filesystem::absolute(path, error);
  while (folder.has_relative_path() && !std::filesystem::is_directory(folder, error)) folder = folder.parent_path();
  data::Spill spill{folder.string()};
  constexpr double kShare = 8;  // of a small limit: training needs the rest
  spill.bytes = std::min(spill.bytes, static_cast<std::size_t>(memory_in_reach() / kShare));
  return spill;
}

RunFolder::RunFolder(const std::string& path) : path_(path) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::create_directories(path_, error);
  if (const std::string problem = folder_problem(path_); !problem.empty() && something_at(path_))
    throw Error(
        Message{{path_, 0, 0}, "this is not the folder of a run: " + problem, "choose another folder with --out", {}});
  if (error) throw system_error(path_, "the folder cannot be made", error.value());

  const std::string lock = file("lock");
  check_output(lock);
  // A lock that is a link could make us write somewhere else.
  Descriptor held(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0666));
  if (held.fd() < 0 && errno == ELOOP)
    throw Error(Message{{lock, 0, 0}, "cannot be written: it is a link, not a regular file", kRemove}, Fault::failure);
  if (held.fd() < 0) throw system_error(path_, "the folder cannot be written", errno);
  while (::flock(held.fd(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) throw system_error(lock, "cannot be locked", errno);
    const std::string holder = read_line(held.fd());
    throw Error(Message{{path_, 0, 0},
                        "another run works in this folder" + (holder.empty() ? "" : ": " + holder),
                        "wait for it to end, stop it, or choose another folder with --out",
                        {}},
                Fault::failure);
  }
  sign(held.fd(), lock);
  for (fs::directory_iterator it(path_, error), end; !error && it != end; it.increment(error))
    if (abandoned(it->path().filename().string())) ::unlink(it->path().c_str());
  lock_ = held.release();
}

RunFolder::~RunFolder() { ::close(lock_); }

std::string RunFolder::file(std::string_view name) const {
  return path_ + (path_.ends_with('/') ? "" : "/") + std::string(name);
}

void check_output(const std::string& path) {
  if (const std::string problem = output_problem(path); !problem.empty())
    throw Error(Message{{path, 0, 0}, "cannot be written: " + problem, kRemove});
}

void write_file(const std::string& path, std::string_view content) {
  check_output(path);
  const std::string temporary = temporary_name(path);
  Descriptor out(create_temporary(temporary, path));
  // A failed fsync is final: what a second one says is no longer about the data that was lost.
  if (!write_all(out.fd(), content) || ::fsync(out.fd()) != 0 || !out.close() ||
      ::rename(temporary.c_str(), path.c_str()) != 0) {
    const int reason = errno;
    ::unlink(temporary.c_str());
    throw system_error(path, "cannot be written", reason);
  }
  sync_folder_of(path);
}

}  // namespace holdout::study
