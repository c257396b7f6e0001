// The one thread that writes to storage, so that training never waits for a disk.
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <vector>

#include <holdout/base/thread.hpp>
#include <holdout/study/storage.hpp>

namespace holdout::study {

/// Begun trials are written before outcomes that are handed over later; outcomes that wait together share a
/// transaction, and wait for each other up to half a second unless somebody waits for them (drain).
class Writer {
 public:
  explicit Writer(Storage& storage);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void begin(std::vector<Trial> trials);
  void finish(std::vector<Trial> trials);
  /// Whether writing has failed: training on would be in vain.
  bool failed() const;
  /// Waits until everything is on disk. @throws what writing threw
  void drain();

 private:
  void loop();

  Storage& storage_;
  mutable std::mutex mutex_;
  std::condition_variable wake_, idle_;
  std::vector<Trial> begun_, finished_;
  std::exception_ptr problem_;
  bool busy_ = false, stop_ = false;
  int draining_ = 0;  // threads that wait
  Thread thread_;     // last: starts when all else is there
};

}  // namespace holdout::study
