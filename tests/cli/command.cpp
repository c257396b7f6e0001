// What a user meets at the command line.
#include <doctest/doctest.h>

#include "process.hpp"

using process::Folder;
using process::has;
using process::lasting;
using process::read_file;
using process::shell;

namespace {

// Forty rows whose target is linear in two features, but for a wave.
std::string rows() {
  std::string text = "a,b,target\n";
  for (int i = 0; i < 40; ++i) {
    const int a = (i * 7) % 11, b = (i * 5) % 13;
    text += std::to_string(a) + "," + std::to_string(b) + "," + std::to_string(3 * a - 2 * b + (i % 3)) + "\n";
  }
  return text;
}

std::string study(const std::string& search = "grid") {
  return "name: small\n"
         "seed: 3\n"
         "data: {file: rows.csv, target: target, split: {method: holdout, fraction: 0.25, test: 0.2}}\n"
         "model: {type: linear, l2: {min: 1e-3, max: 10, scale: log, points: 9}}\n"
         "training: {optimizer: {values: [gd, nesterov]}, learning_rate: auto, batch_size: batch, epochs: 300}\n"
         "search: {method: " +
         search + "}\n";
}

void write_study(const Folder& folder, const std::string& text = study()) {
  process::write_file(folder.path / "rows.csv", rows());
  process::write_file(folder.path / "small.yaml", text);
}

}  // namespace

TEST_CASE("run: reports, summary and best.yaml; a second run trains nothing and says the same") {
  Folder folder;
  write_study(folder);
  const auto first = shell(folder, "$H run small.yaml --out run");
  REQUIRE_MESSAGE(first.code == 0, first.err);
  CHECK(has(first.out, "model.l2"));
  for (const char* name : {"study.db", "report.json", "report.md", "report.html", "trials.csv", "best.yaml"})
    CHECK_MESSAGE(std::filesystem::exists(folder.path / "run" / name), name);
  const std::string report = read_file(folder.path / "run/report.json");
  const auto again = shell(folder, "$H run small.yaml --out run");
  CHECK(again.code == 0);
  CHECK(again.out == first.out);
  CHECK(read_file(folder.path / "run/report.json") == report);
}

TEST_CASE("run: the number of threads changes nothing in the report") {
  Folder folder;
  write_study(folder, study("random, trials: 33"));
  REQUIRE(shell(folder, "$H run small.yaml --out one --threads 1").code == 0);
  const std::string one = lasting(read_file(folder.path / "one/report.json"));
  REQUIRE(one.size() > 1000);
  for (const char* threads : {"2", "3", "8"}) {
    CAPTURE(threads);
    REQUIRE(shell(folder, std::string("$H run small.yaml --fresh --out many --threads ") + threads).code == 0);
    CHECK(lasting(read_file(folder.path / "many/report.json")) == one);
  }
}

TEST_CASE("run: best.yaml is a study that gives the best value again, to the last bit") {
  Folder folder;
  write_study(folder);
  REQUIRE(shell(folder, "$H run small.yaml --out run").code == 0);
  const auto again = shell(folder, "$H run run/best.yaml --out again");
  REQUIRE_MESSAGE(again.code == 0, again.err);
  const auto value = [&](const std::string& run) {
    const std::string json = read_file(folder.path / run / "report.json");
    const auto at = json.find("\"value\"", json.find("\"best\""));
    return json.substr(at, json.find('\n', at) - at);
  };
  CHECK(value("run") == value("again"));
  CHECK(value("run").size() > 15);
}

TEST_CASE("run: --set changes the study; a wrong one names itself") {
  Folder folder;
  write_study(folder);
  REQUIRE(shell(folder, "$H run small.yaml --out run --set model.l2=0.5 --set training.optimizer=gd").code == 0);
  CHECK(has(read_file(folder.path / "run/best.yaml"), "l2: 0.5"));
  const auto wrong = shell(folder, "$H run small.yaml --out wrong --set training.epochs=abc");
  CHECK(wrong.code == 2);
  CHECK(has(wrong.err, "--set training.epochs=abc"));
  CHECK(!std::filesystem::exists(folder.path / "wrong"));
}

TEST_CASE("run: a folder with another study, or the same with other data, is refused and left alone") {
  Folder folder;
  write_study(folder);
  REQUIRE(shell(folder, "$H run small.yaml --out run").code == 0);
  const std::string report = read_file(folder.path / "run/report.json");
  const auto other = shell(folder, "$H run small.yaml --out run --set seed=4");
  CHECK(other.code == 2);
  CHECK(has(other.err, "another study"));
  CHECK(has(other.err, "seed: 4, was 3"));
  CHECK(has(other.err, "--fresh"));
  process::write_file(folder.path / "rows.csv", rows() + "1,2,3\n");
  const auto changed = shell(folder, "$H run small.yaml --out run");
  CHECK(changed.code == 2);
  CHECK(has(changed.err, "data file 'rows.csv'"));
  CHECK(read_file(folder.path / "run/report.json") == report);
  CHECK(shell(folder, "$H run small.yaml --out run --fresh").code == 0);
}

TEST_CASE("run: SIGINT, SIGTERM and SIGHUP end it with 130, 143 and 129; what is finished is stored and reported") {
  for (const auto& [signal, code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}, std::pair{SIGHUP, 129}}) {
    CAPTURE(signal);
    Folder folder;
    // One batch of a thousand short trials and then many more: it cannot end before it is told to.
    write_study(folder,
                "name: long\ndata: {file: rows.csv, target: target}\n"
                "model: {type: linear, l2: {min: 1e-6, max: 1, scale: log}}\n"
                "training: {optimizer: gd, learning_rate: auto, batch_size: batch, epochs: 2000}\n"
                "search: {method: random, trials: 1000000}\n");
    const int ended = process::interrupted(folder, "small.yaml", signal, [&] {
      return std::filesystem::exists(folder.path / "run/study.db-wal") &&
             std::filesystem::file_size(folder.path / "run/study.db-wal") > 1'000'000;  // some trials have outcomes
    });
    CHECK(ended == code);
    const std::string said = read_file(folder.path / ".stderr");
    CHECK(has(said, "to go on:\n  holdout run small.yaml --out run"));
    // Reports have less than a second then: where that is too short (a sanitizer, a busy machine), it is said.
    if (!has(said, "not all reports are written")) {
      REQUIRE(std::filesystem::exists(folder.path / "run/report.json"));
      CHECK(has(read_file(folder.path / "run/report.json"), "\"interrupted\": true"));
    }
    CHECK(shell(folder, "$H report run").code == 0);
    CHECK(has(read_file(folder.path / "run/report.json"), "\"interrupted\": true"));
  }
}

TEST_CASE("run: every trial diverges: exit 3, the reasons are told") {
  Folder folder;
  write_study(folder,
              "name: wild\ndata: {file: rows.csv, target: target}\n"
              "model: {type: linear, l2: {values: [0, 1]}}\n"
              "training: {optimizer: gd, learning_rate: 1e6, batch_size: batch, epochs: 100}\n");
  const auto ended = shell(folder, "$H run small.yaml --out run");
  CHECK(ended.code == 3);
  CHECK(has(ended.out, "diverged"));
  CHECK(has(read_file(folder.path / "run/report.json"), "\"best\": null"));
}

TEST_CASE("validate: rows, space and number of trials; nothing is written") {
  Folder folder;
  write_study(folder);
  const auto ended = shell(folder, "$H validate small.yaml");
  CHECK(ended.code == 0);
  CHECK(has(ended.out, "trials: 18"));
  CHECK(has(ended.out, "40 rows, 2 features"));
  write_study(folder,
              "data: {file: rows.csv, target: target, split: {method: holdout, fraction: 0.25}}\n"
              "model: {type: linear, l2: {min: 1e-3, max: 10, scale: log}}\n"
              "training: {optimizer: exact}\nsearch: {method: gradient}\n");
  const auto gradient = shell(folder, "$H validate small.yaml");
  CAPTURE(gradient.err);
  CHECK(has(gradient.out, "trials: as many as the search needs (gradient)"));
  CHECK(!std::filesystem::exists(folder.path / "runs"));
}

TEST_CASE("list: every family, and near misses") {
  Folder folder;
  const auto families = shell(folder, "$H list");
  CHECK(families.code == 0);
  for (const char* name : {"models", "optimizers", "searches", "splits", "metrics"}) {
    CAPTURE(name);
    CHECK(has(families.out, name));
    CHECK(shell(folder, std::string("$H list ") + name).code == 0);
  }
  CHECK(has(shell(folder, "$H list optimizers").out, "adamw"));
  CHECK(has(shell(folder, "$H list optimisers").err, "did you mean 'optimizers'"));
}

TEST_CASE("errors of the command line: exit 2, what is wrong and how to mend it") {
  Folder folder;
  write_study(folder);
  const struct {
    const char *line, *says;
  } cases[] = {
      {"$H", "no command"},
      {"$H rnu small.yaml", "did you mean 'run'"},
      {"$H run", "needs a study"},
      {"$H run nothere.yaml", "nothere.yaml"},
      {"$H run small.yaml --thread 2", "did you mean '--threads'"},
      {"$H run small.yaml --threads 0", "from 1 to 1024"},
      {"$H run small.yaml --threads -1", "from 1 to 1024"},
      {"$H run small.yaml --threads x", "'x'"},
      {"$H run small.yaml --threads 1 --threads 2", "twice"},
      {"$H run small.yaml --out", "needs a value"},
      {"$H run small.yaml --out --quiet", "needs a value"},
      {"$H run small.yaml --set training.epochs", "="},
      {"$H run small.yaml other.yaml", "other.yaml"},
      {"touch file; $H run small.yaml --out file", "file"},
      {"$H report .", "study.db"},
  };
  for (const auto& [line, says] : cases) process::check_refused(folder, line, says);
}

TEST_CASE("help is on standard output, and a full disk behind it is an error") {
  Folder folder;
  for (const char* line : {"$H --help", "$H run --help", "$H validate --help", "$H report --help", "$H --version"}) {
    CAPTURE(line);
    const auto ended = shell(folder, line);
    CHECK(ended.code == 0);
    CHECK(ended.out.size() > 10);
    CHECK(ended.err.empty());
  }
  CHECK(shell(folder, "$H list metrics > /dev/full").code == 1);
  CHECK(shell(folder, "$H list optimizers | true").err.empty());  // a reader that has had enough is no error
}

TEST_CASE("closed standard streams and an empty environment do no harm") {
  Folder folder;
  write_study(folder);
  CHECK(shell(folder, "$H run small.yaml --out run --quiet <&- >&- 2>&-").code == 0);
  CHECK(shell(folder, "env -i \"$H\" run small.yaml --out run2").code == 0);
  CHECK(lasting(read_file(folder.path / "run/report.json")) == lasting(read_file(folder.path / "run2/report.json")));
}
