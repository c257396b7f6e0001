// Weights of classes, and hidden layers by depth and width: searched, stored, verified, resumed, and written as
// best.yaml.
#include <doctest/doctest.h>

#include "process.hpp"

using process::Folder;
using process::has;
using process::read_file;
using process::shell;

namespace {

// 72 rows of which every ninth is of the rare class.
std::string rows() {
  std::string text = "a,b,y\n";
  for (int i = 0; i < 72; ++i)
    text +=
        std::to_string(i * 7 % 11) + "," + std::to_string(i * 5 % 13) + "," + (i % 9 == 0 ? "rare" : "usual") + "\n";
  return text;
}

const char* const kStudy =
    "data: {file: d.csv, target: y, split: {method: holdout, fraction: 0.3, stratify: true, test: 0.2}}\n"
    "model: {type: mlp, hidden: {layers: {min: 1, max: 3}, units: {min: 2, max: 16, scale: log}}, class_weight: "
    "{classes: {rare: {min: 1, max: 20, scale: log}}}}\n"
    "training: {optimizer: adam, learning_rate: 0.01, batch_size: 16, epochs: 4}\n"
    "objective: {metric: log_loss}\n"
    "search: {method: random, trials: 12}\n";

}  // namespace

TEST_CASE(
    "run: weights of classes and shapes of perceptrons, from the search to verify, resume, export and best.yaml") {
  Folder folder;
  process::write_file(folder.path / "d.csv", rows());
  process::write_file(folder.path / "s.yaml", kStudy);
  const auto run = shell(folder, "$H run s.yaml --out whole --threads 2");
  REQUIRE_MESSAGE(run.code == 0, run.err);
  for (const char* path : {"model.hidden.layers", "model.hidden.units", "model.class_weight.classes.rare"}) {
    CHECK_MESSAGE(has(run.out, path), path);
    CHECK_MESSAGE(has(read_file(folder.path / "whole" / "trials.csv"), path), path);
    CHECK_MESSAGE(has(read_file(folder.path / "whole" / "report.html"), path), path);
  }
  CHECK(shell(folder, "$H verify whole").code == 0);
  // Fewer trials first, then the others: the same trials.
  REQUIRE(shell(folder, "$H run s.yaml --out parts --set search.trials=5").code == 0);
  REQUIRE(shell(folder, "$H run s.yaml --out parts").code == 0);
  CHECK(read_file(folder.path / "parts" / "trials.csv") == read_file(folder.path / "whole" / "trials.csv"));
  const auto best = shell(folder, "$H run whole/best.yaml --out best");
  CHECK_MESSAGE(best.code == 0, best.err);
  CHECK(shell(folder, "$H export whole --to python --out m.py").code == 0);
  CHECK(shell(folder, "$H predict whole d.csv > p.csv").code == 0);
}

TEST_CASE("init: a rare class gets its weight proposed, and the proposal can be run") {
  Folder folder;
  process::write_file(folder.path / "d.csv", rows());
  REQUIRE(shell(folder, "$H init d.csv --target y").code == 0);
  std::string study = read_file(folder.path / "d.yaml");
  CAPTURE(study);
  const std::string proposal = "  # class_weight: {classes: {rare: {min: 1, max: 8, scale: log, points: 5}}}";
  const std::size_t at = study.find(proposal);
  REQUIRE(at != study.npos);
  process::write_file(folder.path / "d.yaml", study.replace(at + 2, 2, ""));
  const auto run = shell(folder, "$H run d.yaml --quiet");
  CHECK_MESSAGE(run.code == 0, run.err);
}
