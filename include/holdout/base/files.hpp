// Files as inputs and outputs. What stands at a path and is no regular file (a named pipe, a device, a socket, a
// directory, a link to nothing) is told in words, and before anything waits for it or changes it. All inputs are opened
// here, and all outputs are looked at here first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace holdout {

/// An open file; closed when it goes.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
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

/// What can be read.
enum class Accept {
  files,    // regular files
  streams,  // also standard input (/dev/stdin), whatever it is, and pipes without a name: those of a shell's <(…)
};

/// An input that was opened, or why not.
struct Input {
  Descriptor file;
  std::uint64_t size = 0;  // bytes; of a stream 0
  std::string problem;     // empty if it is open; else "no such file", "it is a directory, not a regular file", …
};

/// Opens `path` for reading. Never waits for a writer, and touches no device.
Input open_input(const std::string& path, Accept accept = Accept::files);

/// Appends what is left of a file to `text`, until that has `most` bytes. @return 0, or an errno
int read_up_to(const Descriptor& file, std::size_t most, std::string& text);

/// Standard input, as a descriptor of its own.
Input standard_input();

/// Why a file cannot be written under the name `path`: empty if nothing is there, or a regular file, which a new one
/// replaces. "it is a directory, not a regular file". That folders on the way are missing shows when it is written.
std::string output_problem(const std::string& path);

/// Why `path` is no folder: empty if it is one; "no such directory", "it is a regular file, not a directory".
std::string folder_problem(const std::string& path);

/// Whether anything stands at `path`, if only a link to nothing.
bool something_at(const std::string& path);

/// With the current directory in front, and without . and ..; as it is where the current directory is gone.
std::string absolute_path(const std::string& path);

}  // namespace holdout
