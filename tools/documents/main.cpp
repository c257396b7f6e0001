// Writes what is generated from the declarations into the source tree, or says what is out of date there.
// usage: holdout_documents SOURCE [--check]      or      holdout_documents --install FOLDER
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <holdout/base/error.hpp>
#include <holdout/study/run_folder.hpp>
#include <holdout/study/schema.hpp>

#include "completion.hpp"

namespace {

constexpr std::string_view kBegin = "<!-- keys: written by tools/reference -->\n", kEnd = "<!-- end of keys -->\n";

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The text with what stands between the marks replaced.
std::string with_keys(const std::string& text, const std::string& path) {
  const std::size_t begin = text.find(kBegin), end = text.find(kEnd);
  if (begin == text.npos || end == text.npos || end < begin)
    throw holdout::Error(path + " has lost its marks: " + std::string(kBegin) + " … " + std::string(kEnd));
  return text.substr(0, begin) + std::string(kBegin) + "\n" + holdout::study::key_reference() + "\n" + text.substr(end);
}

int run(const std::string& source, bool check) {
  const std::string readme = source + "/studies/README.md";
  const std::pair<std::string, std::string> documents[] = {
      {readme, with_keys(content_of(readme), readme)},
      {source + "/studies/study.schema.json", holdout::study::study_schema()}};
  int stale = 0;
  for (const auto& [path, text] : documents) {
    if (content_of(path) == text) continue;
    if (check)
      std::cerr << path << " is out of date: run tools/reference\n";
    else
      holdout::study::write_file(path, text);
    ++stale;
  }
  return check && stale > 0 ? 1 : 0;
}

// What cmake --install puts beside the command.
int write_installed(const std::string& folder) {
  const std::pair<std::string, std::string> documents[] = {
      {folder + "/holdout.1", holdout::cli::manual()},
      {folder + "/holdout.bash", holdout::cli::completion_script("bash")},
      {folder + "/_holdout", holdout::cli::completion_script("zsh")}};
  for (const auto& [path, text] : documents) holdout::study::write_file(path, text);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 3 && std::string_view(argv[1]) == "--install") return write_installed(argv[2]);
    if (argc >= 2) return run(argv[1], argc > 2 && std::string_view(argv[2]) == "--check");
    std::cerr << "usage: holdout_documents SOURCE [--check] | --install FOLDER\n";
  } catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
  }
  return 2;
}
