#include <holdout/base/files.hpp>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <holdout/base/error.hpp>
#include <holdout/base/limits.hpp>

namespace holdout {
namespace {

constexpr std::string_view kFile = "regular file", kFolder = "directory";

std::string_view kind_of(mode_t mode) {
  if (S_ISREG(mode)) return "regular file";
  if (S_ISDIR(mode)) return "directory";
  if (S_ISFIFO(mode)) return "named pipe (FIFO)";
  if (S_ISSOCK(mode)) return "socket";
  return "device";
}

std::string not_a(std::string_view wanted, mode_t mode) {
  return "it is a " + std::string(kind_of(mode)) + ", not a " + std::string(wanted);
}

// What a link says; empty if `path` is none.
std::string target_of(const std::string& path) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::read_symlink(path, error);
  return error ? std::string() : target.string();
}

// What is wrong where stat(path) failed for this reason.
std::string why_missing(const std::string& path, int reason, std::string_view wanted) {
  if (reason == ENOENT) {
    const std::string none = std::string("no such ") + (wanted == kFile ? "file" : "directory");
    const std::string target = target_of(path);
    return target.empty() ? none : none + ": it is a link to " + holdout::quoted(target) + ", which is not there";
  }
  if (reason == ENOTDIR) return "no such file: a part of its path is not a directory";
  return system_words(reason);
}

// Pipes that no name leads to: a shell's <(…), behind /dev/fd/63. Whoever made them writes to them.
bool is_anonymous_pipe(const std::string& path) {
  struct statfs system {};
  return ::statfs(path.c_str(), &system) == 0 && static_cast<unsigned long>(system.f_type) == PIPEFS_MAGIC;
}

bool names_standard_input(std::string_view path) {
  return path == "/dev/stdin" || path == "/dev/fd/0" || path == "/proc/self/fd/0";
}

Input refused(std::string problem) {
  Input input;
  input.problem = std::move(problem);
  return input;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = other.release();
  }
  return *this;
}

bool Descriptor::close() {
  const int fd = release();
  return fd < 0 || ::close(fd) == 0;
}

Input open_input(const std::string& path, Accept accept) {
  if (accept == Accept::streams && names_standard_input(path)) return standard_input();
  struct stat there {};
  if (::stat(path.c_str(), &there) != 0) return refused(why_missing(path, errno, kFile));
  const bool stream = accept == Accept::streams && S_ISFIFO(there.st_mode) && is_anonymous_pipe(path);
  if (!S_ISREG(there.st_mode) && !stream) return refused(not_a(kFile, there.st_mode));
  // Looked at once more when it is open: something else may have taken its place, which must not be waited for.
  Input input;
  input.file = Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | (stream ? 0 : O_NONBLOCK)));
  if (input.file.fd() < 0 || ::fstat(input.file.fd(), &there) != 0) return refused(why_missing(path, errno, kFile));
  if (!stream && !S_ISREG(there.st_mode)) return refused(not_a(kFile, there.st_mode));
  if (!stream) input.size = static_cast<std::uint64_t>(there.st_size);
  return input;
}

Input standard_input() {
  Input input;
  input.file = Descriptor(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
  struct stat there {};
  if (input.file.fd() < 0 || ::fstat(input.file.fd(), &there) != 0) return refused(system_words(errno));
  if (S_ISDIR(there.st_mode)) return refused(not_a(kFile, there.st_mode));
  return input;
}

int read_up_to(const Descriptor& file, std::size_t most, std::string& text) {
  while (text.size() < most) {
    char block[65536];
    const ssize_t n = ::read(file.fd(), block, std::min(sizeof block, most - text.size()));
    if (n == 0) break;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    text.append(block, static_cast<std::size_t>(n));
  }
  return 0;
}

std::string output_problem(const std::string& path) {
  struct stat there {};
  if (::stat(path.c_str(), &there) == 0) return S_ISREG(there.st_mode) ? "" : not_a(kFile, there.st_mode);
  const int reason = errno;
  if (reason == ENOENT || reason == ENOTDIR) return target_of(path).empty() ? "" : why_missing(path, reason, kFile);
  return why_missing(path, reason, kFile);
}

std::string folder_problem(const std::string& path) {
  struct stat there {};
  if (::stat(path.c_str(), &there) != 0) return why_missing(path, errno, kFolder);
  return S_ISDIR(there.st_mode) ? "" : not_a(kFolder, there.st_mode);
}

bool something_at(const std::string& path) {
  struct stat there {};
  return ::lstat(path.c_str(), &there) == 0;
}

std::string absolute_path(const std::string& path) {
  std::error_code error;
  const std::filesystem::path full = std::filesystem::absolute(path, error);
  return error ? path : full.lexically_normal().string();
}

}  // namespace holdout
