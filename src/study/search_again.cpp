#include "search_again.hpp"

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

#include <holdout/base/error.hpp>
#include <holdout/base/limits.hpp>
#include <holdout/study/fingerprint.hpp>
#include <holdout/study/runner.hpp>

namespace holdout::study {
namespace {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code error;
    path_ = (std::filesystem::temp_directory_path(error) / "holdout-verify-XXXXXX").string();
    if (error || !mkdtemp(path_.data()))
      throw Error("a temporary folder cannot be made: " + system_words(error ? error.value() : errno),
                  "the environment variable TMPDIR may name another place");
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;  // what is left there harms nobody
    std::filesystem::remove_all(path_, ignored);
  }

  std::string file(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

struct Unseen final : Observer {
  void changed(const RunState&) override {}
};

}  // namespace

std::optional<Searched> search_again(const StudyFile& file, const data::Prepared& data, const Workers& workers,
                                     const std::atomic<bool>& interrupt) {
  const TemporaryFolder folder;
  const auto storage = Storage::create(folder.file("study.db"), record_of(file, data));
  Unseen observer;
  if (run(file, data, *storage, workers, interrupt, observer) == RunEnd::interrupted) return {};
  Searched again{storage->trials(), storage->winner()};
  for (Trial& trial : again.trials) trial.outcome.curve = storage->curve(trial.number);
  return again;
}

}  // namespace holdout::study
