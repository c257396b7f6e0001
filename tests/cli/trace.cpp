// holdout trace at the command line.
#include <doctest/doctest.h>

#include "process.hpp"

using process::Folder;
using process::has;
using process::read_file;
using process::shell;

namespace {

constexpr const char* kFunction =
    "name: two paths\nmodel: {type: function, name: rosenbrock}\n"
    "training: {optimizer: gd, learning_rate: {values: [0.0005, 5]}, epochs: 30}\n";

constexpr const char* kFit =
    "name: fit\ndata: {file: rows.csv, target: y, split: {method: holdout, fraction: 0.25}}\nmodel: {type: logistic}\n"
    "training: {optimizer: {values: [gd, adam]}, learning_rate: 0.1, batch_size: 8, epochs: 5}\n";

std::string rows() {
  std::string text = "x,y\n";
  for (int i = 0; i < 40; ++i)
    text += std::to_string((i * 7) % 11) + "," + ((i * 7) % 11 + i % 5 > 6 ? "yes" : "no") + "\n";
  return text;
}

}  // namespace

TEST_CASE("trace: a function needs no data; the summary says which path diverged, the files are there") {
  Folder folder;
  process::write_file(folder.path / "f.yaml", kFunction);
  const auto ended = shell(folder, "$H trace f.yaml");
  REQUIRE_MESSAGE(ended.code == 0, ended.err);
  CHECK(has(ended.out, "diverged"));
  CHECK(has(ended.out, "runs/two-paths/trajectories.svg"));
  const std::string csv = read_file(folder.path / "runs/two-paths/trace.csv");
  CHECK(has(csv, "learning_rate 0.0005,30,"));
  for (const char* name : {"trajectories.svg", "loss.svg"})
    CHECK_MESSAGE(has(read_file(folder.path / "runs/two-paths" / name), "learning_rate 5 (diverged)"), name);
  REQUIRE(shell(folder, "$H trace f.yaml --out again --quiet").out.empty());
  CHECK(read_file(folder.path / "again/trace.csv") == csv);
  REQUIRE(shell(folder, "$H trace f.yaml --out other --set seed=9 --set training.noise=1").code == 0);
  CHECK(read_file(folder.path / "other/trace.csv") != csv);
}

TEST_CASE("trace: a fit also gets curves against examples and seconds; run takes the same study") {
  Folder folder;
  process::write_file(folder.path / "rows.csv", rows());
  process::write_file(folder.path / "fit.yaml", kFit);
  const auto ended = shell(folder, "$H trace fit.yaml --out t");
  REQUIRE_MESSAGE(ended.code == 0, ended.err);
  for (const char* name :
       {"trace.csv", "seconds.csv", "trajectories.svg", "loss.svg", "loss_examples.svg", "loss_seconds.svg"})
    CHECK_MESSAGE(std::filesystem::exists(folder.path / "t" / name), name);
  CHECK(has(read_file(folder.path / "t/trace.csv"), "adam,20,150,"));  // 30 rows, 4 steps an epoch
  CHECK(shell(folder, "$H run fit.yaml --out t").code == 0);
}

TEST_CASE("trace: what cannot be drawn is exit 2 with the way out; run sends functions to trace") {
  Folder folder;
  process::write_file(folder.path / "rows.csv", rows());
  process::write_file(folder.path / "f.yaml", kFunction);
  process::write_file(folder.path / "fit.yaml", kFit);
  const struct {
    const char *line, *says;
  } cases[] = {
      {"$H trace", "needs a study"},
      {"$H trace nothere.yaml", "nothere.yaml"},
      {"$H trace f.yaml --set model.name=himelblau", "did you mean 'himmelblau'"},
      {"$H trace f.yaml --set model.start=[1]", "expected two numbers"},
      {"$H trace f.yaml --set 'training.learning_rate={min: 1, max: 2}'", "one path for each value"},
      {"$H trace fit.yaml --set 'model.l2={values: [0, 1]}'", "share one surface"},
      {"$H run f.yaml", "holdout trace f.yaml"},
      {"$H trac f.yaml", "did you mean 'trace'"},
  };
  for (const auto& [line, says] : cases) process::check_refused(folder, line, says);
  CHECK(!std::filesystem::exists(folder.path / "runs"));
  const auto valid = shell(folder, "$H validate f.yaml");
  CHECK(valid.code == 0);
  CHECK(has(valid.out, "rosenbrock"));
  CHECK(has(valid.out, "training.learning_rate"));
  CHECK(has(shell(folder, "$H list functions").out, "beale"));
  CHECK(has(shell(folder, "$H trace --help").out, "type: function"));
}
