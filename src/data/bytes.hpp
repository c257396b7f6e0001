// Bytes of a file, plain or gzip-compressed, as a stream.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include <holdout/base/files.hpp>
#include <holdout/data/load.hpp>

namespace holdout::data {

/// How much is read or set aside at once. Fuzzers get a few bytes, so that small files cross the ends of buffers too.
consteval std::size_t at_once([[maybe_unused]] std::size_t usual, [[maybe_unused]] std::size_t fuzzing) {
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
  return fuzzing;
#else
  return usual;
#endif
}

/// Reads a file from front to back; what starts with gzip's magic number is inflated on the way.
class Bytes {
 public:
  /// @param path  file to open
  /// @param name  how messages call it
  /// @param setting  the setting that names it (data.file), for messages
  /// @throws Error if there is no such regular file, or it cannot be read
  Bytes(const std::string& path, const std::string& name, const std::string& setting);
  /// Reads what a command was given: a file, a pipe of the shell's (<(…)), or standard input ("-", /dev/stdin).
  /// @throws Error if there is no such thing, or it is something else: a named pipe, a device
  explicit Bytes(const std::string& path);
  ~Bytes();
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;

  /// Up to `n` bytes; 0 at the end. @throws Error if reading fails, or the gzip file is cut, damaged or a bomb
  std::size_t read(char* to, std::size_t n);
  /// Of the file as it lies on the disk; complete once read() has returned 0.
  const FileMark& mark() const { return mark_; }
  /// Bytes of the file as it was opened; of a pipe 0.
  std::uint64_t size() const { return size_; }

 private:
  void begin(Input input);
  std::size_t read_disk(char* to, std::size_t n);
  std::size_t inflate_some(char* to, std::size_t n);
  bool more_raw();
  [[noreturn]] void fail(const std::string& what, const std::string& hint = {}) const;

  Descriptor file_;
  std::uint64_t size_ = 0;
  FileMark mark_;
  bool compressed_ = false, ended_ = false;
  z_stream stream_{};
  std::string raw_;  // compressed bytes that wait
  std::size_t inflated_ = 0;
};

}  // namespace holdout::data
