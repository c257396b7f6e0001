// What the harnesses have in common. An input of any bytes is understood, or is an Error with words for it: any other
// exception, signal, leak or hang is a find.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <holdout/base/error.hpp>

namespace holdout::fuzz {

/// Ends the process, so that the input is kept.
[[noreturn]] inline void find(const std::string& what) {
  std::fprintf(stderr, "found: %s\n", what.c_str());
  std::abort();
}

/// body(), whose Errors must say something.
template <class Body>
void understood_or_refused(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    if (error.messages().empty()) find("an error without words");
    for (const Message& message : error.messages())
      if (message.text.empty()) find("an error without words");
    for (const char c : std::string_view(error.what()))
      if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7F) find("control characters in a message");
  }
}

/// A file of these bytes that is in no folder.
class MemoryFile {
 public:
  MemoryFile(const std::uint8_t* bytes, std::size_t size) : fd_(::memfd_create("input", MFD_CLOEXEC)) {
    if (fd_ < 0 || ::write(fd_, bytes, size) != static_cast<ssize_t>(size)) std::exit(2);
  }
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

}  // namespace holdout::fuzz

/// One input. Defined by each harness, called by libFuzzer or by replay.cpp.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);
