// Runs that are killed and go on, as processes.
#include <doctest/doctest.h>

#include "process.hpp"

using process::Folder;
using process::has;
using process::lasting;
using process::read_file;
using process::shell;

namespace {

void write_study(const Folder& folder, const std::string& search) {
  std::string rows = "a,b,target\n";
  for (int i = 0; i < 60; ++i)
    rows +=
        std::to_string(i * 7 % 11) + "," + std::to_string(i * 5 % 13) + "," + std::to_string(i % 3 + i * 7 % 11) + "\n";
  process::write_file(folder.path / "rows.csv", rows);
  process::write_file(
      folder.path / "small.yaml",
      "name: small\ndata: {file: rows.csv, target: target, split: {method: kfold, folds: 3, test: 0.2}}\n"
      "model: {type: linear, l2: {min: 1e-6, max: 1, scale: log}}\n"
      "training: {optimizer: {values: [gd, adam]}, learning_rate: 0.01, batch_size: 8, epochs: 40}\n"
      "search: " +
          search + "\n");
}

}  // namespace

TEST_CASE("resume: killed again and again, and stopped by Ctrl-C, a run ends with the report of an undisturbed one") {
  Folder folder;
  write_study(folder, "{method: random, trials: 120, batch: 40}");
  REQUIRE(shell(folder, "$H run small.yaml --out whole").code == 0);
  const std::string whole = lasting(read_file(folder.path / "whole/report.json"));
  int kills = 0, code = -1;
  for (; kills < 12 && code != 0; ++kills) {
    // The log grows with every cohort that is stored: each process lives until it has stored some.
    std::error_code none;
    const auto log = folder.path / "run/study.db-wal";
    const auto before = std::filesystem::file_size(log, none);
    const auto grown = [&] {
      const auto size = std::filesystem::file_size(log, none);
      return !none && size > (before == static_cast<std::uintmax_t>(-1) ? 0 : before) + 60'000;
    };
    code = process::interrupted(folder, "small.yaml", kills % 3 == 2 ? SIGINT : SIGKILL, grown);
    CHECK((code == 0 || code == -SIGKILL || code == 130));
  }
  CHECK(kills > 1);
  const auto last = shell(folder, "$H run small.yaml --out run");
  REQUIRE_MESSAGE(last.code == 0, last.err);
  CHECK(lasting(read_file(folder.path / "run/report.json")) == whole);
  CHECK(read_file(folder.path / "run/trials.csv") == read_file(folder.path / "whole/trials.csv"));
}

TEST_CASE("resume: more trials are welcome, fewer are not; other formats are written") {
  Folder folder;
  write_study(folder, "{method: random, trials: 10}");
  REQUIRE(shell(folder, "$H run small.yaml --out run").code == 0);
  REQUIRE(shell(folder, "$H run small.yaml --out run --set search.trials=25").code == 0);
  REQUIRE(shell(folder, "$H run small.yaml --out whole --set search.trials=25").code == 0);
  CHECK(lasting(read_file(folder.path / "run/report.json")) == lasting(read_file(folder.path / "whole/report.json")));
  const auto fewer = shell(folder, "$H run small.yaml --out run");
  CHECK(fewer.code == 2);
  CHECK(has(fewer.err, "search.trials: 10, was 25"));
  std::filesystem::remove(folder.path / "run/report.html");
  const auto formats =
      shell(folder, "$H run small.yaml --out run --set search.trials=25 --set 'report.formats=[html]'");
  CHECK(formats.code == 0);
  CHECK(has(formats.err, "nothing is trained again"));
  CHECK(std::filesystem::exists(folder.path / "run/report.html"));
}

TEST_CASE("resume: the log of a database that was deleted does not get into the next one") {
  Folder folder;
  write_study(folder, "{method: random, trials: 2000}");
  const auto log = folder.path / "run/study.db-wal";
  std::error_code none;
  const auto grown = [&] { return std::filesystem::file_size(log, none) > 100'000 && !none; };
  REQUIRE(process::interrupted(folder, "small.yaml", SIGKILL, grown) == -SIGKILL);
  std::filesystem::remove(folder.path / "run/study.db");
  CHECK(shell(folder, "$H run small.yaml --out run --set search.trials=9").code == 0);
  CHECK(has(read_file(folder.path / "run/report.json"), "\"trials_begun\": 9"));
}

TEST_CASE("verify: the best trial, one, all; a changed study.db or data file is found, with the reason") {
  Folder folder;
  write_study(folder, "{method: random, trials: 10}");
  REQUIRE(shell(folder, "$H run small.yaml --out run").code == 0);
  const auto best = shell(folder, "$H verify run");
  CHECK_MESSAGE(best.code == 0, best.err);
  CHECK(has(best.out, "the same to the last bit"));
  CHECK(has(shell(folder, "$H verify run --trial 3").out, "trial 3: the same to the last bit"));
  CHECK(has(shell(folder, "$H verify run --all").out, "10 trials: the same to the last bit"));
  CHECK(shell(folder, "$H verify run --trial 10").code == 2);
  CHECK(shell(folder, "mkdir sub && mv rows.csv sub && $H verify run").code == 2);
  CHECK(shell(folder, "$H verify run --data sub/rows.csv").code == 0);
  const auto changed = shell(folder, "sed '2s/^/1/' sub/rows.csv > rows.csv && $H verify run");
  CHECK(changed.code == 1);
  CHECK(has(changed.out, "stored is"));
  CHECK(has(changed.out, "could be the reason: data file 'rows.csv'"));
}
