// holdout run with outer folds: what it prints and leaves, and that it can be stopped anywhere.
#include <doctest/doctest.h>

#include <csignal>

#include "process.hpp"

using process::Folder;
using process::has;
using process::lasting;
using process::read_file;
using process::shell;

namespace {

void write_study(const Folder& folder, const std::string& split = "{method: kfold, folds: 3, outer: {folds: 3}}") {
  std::string rows = "patient,x,z,y\n";
  for (int i = 0; i < 90; ++i)
    rows += std::to_string(i % 9) + "," + std::to_string(i * 7 % 31) + "," + std::to_string(i * 5 % 13) + "," +
            std::to_string(2 * (i * 7 % 31) + i * 11 % 17) + "\n";
  process::write_file(folder.path / "d.csv", rows);
  process::write_file(folder.path / "s.yaml",
                      "data: {file: d.csv, target: y, features: {exclude: [patient]}, split: " + split +
                          "}\nmodel: {type: linear, l2: {min: 1e-4, max: 10, scale: log}}\n"
                          "training: {optimizer: adam, learning_rate: 0.1, batch_size: 8, epochs: 60}\n"
                          "objective: {metric: mse}\nsearch: {method: random, trials: 40}\n");
}

}  // namespace

TEST_CASE("outer folds: the error is printed and in the reports; each fold is a run of its own, which verifies") {
  Folder folder;
  write_study(folder);
  const auto valid = shell(folder, "$H validate s.yaml");
  CHECK(has(valid.out, "outer folds: 3, each a search of its own without 30 rows"));
  const auto run = shell(folder, "$H run s.yaml --out run");
  REQUIRE_MESSAGE(run.code == 0, run.err);
  CHECK(has(run.out, "nested mse: "));
  CHECK(has(run.out, "mean of 3 outer folds"));
  CHECK(has(run.err, "outer fold 2 of 3: the search once more, without 30 rows"));
  CHECK(has(read_file(folder.path / "run/report.json"), "\"nested\""));
  CHECK(has(read_file(folder.path / "run/report.html"), "Nested cross-validation"));
  const auto again = shell(folder, "$H run s.yaml --out run");
  CHECK(has(again.err, "holds this run, finished"));
  const auto verified = shell(folder, "$H verify run/outer-1 && $H verify run && $H report run/outer-1");
  CHECK_MESSAGE(verified.code == 0, verified.err);
  // The study of one outer fold is that run.
  const auto alone = shell(folder, "$H run s.yaml --set data.split.outer.fold=1 --out alone && $H report run/outer-1");
  REQUIRE_MESSAGE(alone.code == 0, alone.err);
  CHECK(lasting(read_file(folder.path / "alone/report.json")) ==
        lasting(read_file(folder.path / "run/outer-1/report.json")));
  const auto best = shell(folder, "$H run run/best.yaml --out best");
  CHECK_MESSAGE(best.code == 0, best.err);
  CHECK_FALSE(has(best.out, "nested"));
}

TEST_CASE("outer folds: a run that is killed or interrupted in any of them ends with the report of one that is not") {
  Folder folder;
  write_study(folder);
  REQUIRE(shell(folder, "$H run s.yaml --out whole --quiet").code == 0);
  const std::string expected = lasting(read_file(folder.path / "whole/report.json"));
  int stopped = 0;
  for (const int signal : {SIGKILL, SIGINT})
    for (const char* where : {"outer-0", "outer-2"}) {
      const std::string database = folder / (std::string("run/") + where + "/study.db");
      const int code =
          process::interrupted(folder, "s.yaml", signal, [&] { return std::filesystem::exists(database); });
      stopped += code != 0;
      const auto rest = shell(folder, "$H run s.yaml --out run --quiet --threads 1");
      REQUIRE_MESSAGE(rest.code == 0, rest.err);
      CHECK(lasting(read_file(folder.path / "run/report.json")) == expected);
      std::filesystem::remove_all(folder.path / "run");
    }
  CHECK(stopped > 0);  // one that was done before the signal came shows nothing
}

TEST_CASE("outer folds: more trials go on in each of them, --fresh begins them again") {
  Folder folder;
  write_study(folder);
  REQUIRE(shell(folder, "$H run s.yaml --out run --quiet --set search.trials=10").code == 0);
  REQUIRE(shell(folder, "$H run s.yaml --out run --quiet").code == 0);
  REQUIRE(shell(folder, "$H run s.yaml --out whole --quiet").code == 0);
  CHECK(lasting(read_file(folder.path / "run/report.json")) == lasting(read_file(folder.path / "whole/report.json")));
  const auto fresh = shell(folder, "$H run s.yaml --out run --fresh --set training.epochs=5");
  CHECK_MESSAGE(fresh.code == 0, fresh.err);
  CHECK(has(fresh.out, "mean of 3 outer folds"));
}

TEST_CASE("outer folds: too few groups for them are refused before anything is trained") {
  Folder folder;
  write_study(folder, "{method: kfold, folds: 7, group: patient, outer: {folds: 3}}");
  process::check_refused(folder, "$H run s.yaml --out run", "outer fold 0: folds: 7, but 'patient' has 6 groups");
  CHECK_FALSE(std::filesystem::exists(folder.path / "run"));
  write_study(folder, "{method: kfold, folds: 3, outer: {folds: 3, fold: 5}}");
  process::check_refused(folder, "$H run s.yaml --out run", "outer.fold: 5, but the folds are 0 to 2");
}
