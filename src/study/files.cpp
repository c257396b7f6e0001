#include "files.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <system_error>

#include <holdout/base/limits.hpp>

namespace holdout::study {

Error system_error(const std::string& path, const std::string& what, int reason) {
  std::string hint;
  switch (reason) {
    case ENOSPC:
    case EDQUOT:
      hint = "make room and run it again: what is finished is stored";
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      hint = "check the permissions of the folder, or choose another one with --out";
      break;
    case EMFILE:
    case ENFILE:
      hint = "raise the limit of open files (ulimit -n)";
      break;
    case EFBIG:
      hint = "check the file size limit (ulimit -f)";
      break;
    default:
      break;
  }
  return Error(Message{{path, 0, 0}, what + ": " + system_words(reason), hint, {}}, Fault::failure);
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string temporary_name(const std::string& path) {
  const auto start = path.rfind('/') + 1;  // npos + 1 is 0
  return path.substr(0, start) + "." + path.substr(start) + "." + std::to_string(::getpid()) + ".tmp";
}

bool abandoned(std::string_view name) {
  constexpr std::string_view kEnd = ".tmp";
  if (!name.starts_with('.') || !name.ends_with(kEnd)) return false;
  name.remove_suffix(kEnd.size());
  const auto dot = name.rfind('.');
  if (dot == 0) return false;
  const std::string_view digits = name.substr(dot + 1);
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), pid);
  if (error != std::errc{} || end != digits.data() + digits.size() || pid <= 0) return false;
  return ::kill(pid, 0) != 0 && errno == ESRCH;
}

int create_temporary(const std::string& temporary, const std::string& path) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  int fd = ::open(temporary.c_str(), kFlags, 0666);
  if (fd < 0 && errno == EEXIST && ::unlink(temporary.c_str()) == 0) fd = ::open(temporary.c_str(), kFlags, 0666);
  if (fd < 0) throw system_error(path, "cannot be written", errno);
  return fd;
}

void sync_folder_of(const std::string& path) {
  Descriptor folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some network file systems cannot sync a folder and say EINVAL; they have nothing better to offer.
  if (folder.fd() < 0 || (::fsync(folder.fd()) != 0 && errno != EINVAL))
    throw system_error(path, "cannot be made safe on the disk", errno);
}

int rename_new(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return -1;
  if (::access(to.c_str(), F_OK) == 0) return errno = EEXIST, -1;
  return ::rename(from.c_str(), to.c_str());
}

}  // namespace holdout::study
