// The folder of a run: its lock, and files that are written whole or not at all.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <holdout/data/row_store.hpp>

namespace holdout::study {

/// A name for a folder, from a study's name: letters, digits, dot, dash and underscore, 1 … 64 of them, no leading dot.
std::string slug(std::string_view name);

/// A run's folder, locked for this process as long as the object lives (flock on `lock`, freed by the kernel on any
/// death; nothing is ever left to clean up).
class RunFolder {
 public:
  /// Makes the folder if need be, and takes the lock.
  /// @throws Error if `path` is no folder, cannot be written, or another process holds it (names PID, host, since when)
  explicit RunFolder(const std::string& path);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const;

 private:
  std::string path_;
  int lock_ = -1;
};

/// Rows of data that are many go to the disk of a run's folder: into the folder, or, where it is not there yet, into
/// the one that it will be made in.
data::Spill spill_near(const std::string& path);

/// @throws Error if something stands at `path` that a new file may not replace: a directory, a named pipe, a device, a
/// link to nothing. For commands that write only after much work.
void check_output(const std::string& path);

/// Writes a file whole, after check_output: temporary name in the same folder, every write and close checked, synced,
/// renamed, folder synced. @throws Error(Fault::failure) naming the file and the system's reason; nothing is left
/// behind
void write_file(const std::string& path, std::string_view content);

}  // namespace holdout::study
