// System calls on files, with their errors in words.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <holdout/base/error.hpp>

namespace holdout::study {

/// An open file; closed when it goes.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int fd() const { return fd_; }
  /// Closes it now. @return whether that went well; errno says why not
  bool close();
  /// Hands it over: the caller closes it.
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

/// `path: error: WHAT: no space left on device`, with a hint for the reasons that people meet; `reason` is an errno.
Error system_error(const std::string& path, const std::string& what, int reason);

/// The folder that a file lies in: "." for a plain name.
std::string folder_of(const std::string& path);

/// `.NAME.PID.tmp` in the same folder: the name under which a file is written before it gets its own.
std::string temporary_name(const std::string& path);

/// Whether a file of that name (without folder) is such a temporary one, of a process that is no more.
bool abandoned(std::string_view name);

/// Makes the new file `temporary`; one that a dead process with our number left is replaced.
/// @throws Error naming `path`
int create_temporary(const std::string& temporary, const std::string& path);

/// Makes the names in the folder of `path` outlast a power cut. @throws Error naming `path`
void sync_folder_of(const std::string& path);

}  // namespace holdout::study
