// Runs whose defaults are better than every trial, as processes: what each command makes of them.
#include <doctest/doctest.h>

#include "process.hpp"

using process::Folder;
using process::has;
using process::lasting;
using process::read_file;
using process::shell;

namespace {

// The default λ, 0, is far better than any other.
void write_study(const Folder& folder) {
  std::string rows = "a,b,target\n";
  for (int i = 0; i < 60; ++i)
    rows += std::to_string(i * 7 % 11) + "," + std::to_string(i * 5 % 13) + "," +
            std::to_string(3 * (i * 7 % 11) - 2 * (i * 5 % 13) + i % 3) + "\n";
  process::write_file(folder.path / "rows.csv", rows);
  process::write_file(folder.path / "ridge.yaml",
                      "name: ridge\ndata: {file: rows.csv, target: target, split: {method: holdout, test: 0.2}}\n"
                      "model: {type: linear, l2: {min: 0, max: 1000}}\ntraining: {optimizer: exact}\n"
                      "objective: {metric: rmse}\nsearch: {method: random, trials: 3}\n");
}

}  // namespace

TEST_CASE("best defaults: run, report, verify, predict, export, compare and more trials agree on them") {
  Folder folder;
  write_study(folder);
  const auto ran = shell(folder, "$H run ridge.yaml --out run");
  REQUIRE_MESSAGE(ran.code == 0, ran.err);
  CHECK(has(ran.out, "(the defaults; best of 3 trials: "));
  CHECK(has(ran.out, "\n  model.l2: 0\n"));
  const std::string json = read_file(folder.path / "run/report.json");
  CHECK(has(json, "\"trial\": null,\n    \"value\""));
  CHECK(has(json, "\"defaults\": true"));
  CHECK_FALSE(has(read_file(folder.path / "run/best.yaml"), "min:"));
  CHECK(has(read_file(folder.path / "run/model.json"), "\"trial\": null"));
  // From what is stored.
  REQUIRE(shell(folder, "cp -r run again && rm again/report.* again/*.csv again/best.yaml again/model.json").code == 0);
  CHECK(shell(folder, "$H report again").code == 0);
  for (const char* file : {"report.json", "report.html", "trials.csv", "best.yaml", "model.json"})
    CHECK(read_file(folder.path / "again" / file) == read_file(folder.path / "run" / file));
  const auto verified = shell(folder, "$H verify run");
  CHECK(verified.code == 0);
  CHECK(has(verified.out, "the defaults, which are the best configuration: the same to the last bit\n"));
  CHECK(shell(folder, "$H predict run rows.csv").code == 0);
  CHECK(has(shell(folder, "$H export run --to python").out, "STUDY, TRIAL = \"ridge\", None\n"));
  // A study of best.yaml has them alone.
  REQUIRE(shell(folder, "$H run run/best.yaml --out alone").code == 0);
  CHECK(has(shell(folder, "$H compare run alone").out, "run and alone have the same best rmse"));
  // Run on with more trials.
  REQUIRE(shell(folder, "$H run ridge.yaml --out run --set search.trials=9").code == 0);
  REQUIRE(shell(folder, "$H run ridge.yaml --out whole --set search.trials=9").code == 0);
  CHECK(lasting(read_file(folder.path / "run/report.json")) == lasting(read_file(folder.path / "whole/report.json")));
}

TEST_CASE("best defaults: outside of the range, one line says what to widen") {
  Folder folder;
  write_study(folder);
  const auto ran = shell(folder, "$H run ridge.yaml --out run --set 'model.l2={min: 10, max: 1000}'");
  REQUIRE(ran.code == 0);
  CHECK(has(ran.out, "widen model.l2 (10 to 1000) to include its default 0\n"));
  CHECK_FALSE(has(read_file(folder.path / "run/report.json"), "\"defaults\": true"));
  CHECK(has(read_file(folder.path / "run/report.md"), "to include its default 0"));
}
