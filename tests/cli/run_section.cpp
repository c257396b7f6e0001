// Two runs of one study, on one thread and on some: their pages differ in the section on the run and nowhere else.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "process.hpp"

using process::Folder;
using process::shell;

namespace {

std::string read(const Folder& folder, const std::string& file) {
  std::ifstream in(folder.path / file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Without what stands from one text to another.
std::string without(std::string text, const std::string& from, const std::string& to) {
  const std::size_t first = text.find(from);
  REQUIRE(first != std::string::npos);
  const std::size_t last = text.find(to, first + from.size());
  REQUIRE(last != std::string::npos);
  return text.erase(first, last - first);
}

}  // namespace

TEST_CASE("reports: of two runs with other threads only the section on the run differs") {
  Folder folder;
  std::string rows = "size,color,y\n";
  for (int i = 0; i < 80; ++i)
    rows += std::to_string(i * 7 % 11) + (i % 3 == 0 ? ",red," : ",blue,") + (i * 5 % 7 > 2 ? "no\n" : "yes\n");
  process::write_file(folder.path / "rows.csv", rows);
  process::write_file(
      folder.path / "s.yaml",
      "name: s\ndata: {file: rows.csv, target: y, split: {method: kfold, folds: 3}}\n"
      "model: {type: logistic, l2: {min: 0.001, max: 1, scale: log}}\n"
      "training: {optimizer: {values: [adam, rmsprop]}, learning_rate: {min: 0.01, max: 10, scale: log}, "
      "epochs: 20}\nsearch: {method: random, trials: 40}\n");
  for (const std::string threads : {"1", "3"}) {
    const auto run = shell(folder, "$H run s.yaml --quiet --threads " + threads + " --out run" + threads);
    REQUIRE_MESSAGE(run.code == 0, run.err);
  }
  const std::string one = read(folder, "run1/report.html"), other = read(folder, "run3/report.html");
  CHECK(one != other);  // it says how many threads there were
  CHECK(one.find("id=\"seconds\"") != std::string::npos);
  CHECK(without(one, "<h2>The run</h2>", "</section>") == without(other, "<h2>The run</h2>", "</section>"));
  CHECK(without(read(folder, "run1/report.md"), "## The run\n", "\n## ") ==
        without(read(folder, "run3/report.md"), "## The run\n", "\n## "));
  CHECK(without(read(folder, "run1/report.json"), "\n  \"run\": {", "\n}\n") ==
        without(read(folder, "run3/report.json"), "\n  \"run\": {", "\n}\n"));
  for (const char* file : {"trials.csv", "best.yaml", "model.json"}) {
    CAPTURE(file);
    CHECK(read(folder, std::string("run1/") + file) == read(folder, std::string("run3/") + file));
  }
}
