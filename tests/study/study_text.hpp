// Studies from text, and what the reader says of them.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <holdout/study/reader.hpp>

namespace holdout::study {

/// A file that is gone at the end of the test.
class StudyText {
 public:
  explicit StudyText(const std::string& text)
      : path_((std::filesystem::temp_directory_path() / ("holdout-reader-" + std::to_string(::getpid()) + ".yaml"))
                  .string()) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~StudyText() { std::filesystem::remove(path_); }
  StudyText(const StudyText&) = delete;
  StudyText& operator=(const StudyText&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline StudyFile read_text(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return read_study(StudyText(text).path(), overrides);
}

/// The messages without the file's name, one after the other; empty if the study is read.
inline std::string complaints(const std::string& text, const std::vector<std::string>& overrides = {}) {
  const StudyText file(text);
  try {
    read_study(file.path(), overrides);
    return {};
  } catch (const Error& error) {
    std::string all = error.what();
    for (std::size_t at; (at = all.find(file.path() + ":")) != std::string::npos;)
      all.erase(at, file.path().size() + 1);
    return all;
  }
}

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A study that only needs `rest` to be whole; `rest` begins on line 2.
inline std::string with(const std::string& rest) { return "data: {file: a.csv, target: y}\n" + rest; }

}  // namespace holdout::study
