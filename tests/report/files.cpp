// trials.csv, standard output, and the files of a report.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <holdout/base/error.hpp>
#include <holdout/report/report.hpp>

#include "report/fake.hpp"
#include "text.hpp"
#include "writers.hpp"

using namespace holdout;
using namespace holdout::report;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// A reader of RFC 4180, written from the RFC: records of cells.
std::vector<std::vector<std::string>> read_csv(const std::string& text) {
  std::vector<std::vector<std::string>> records(1, {""});
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string& cell = records.back().back();
    if (inside && text[i] == '"' && i + 1 < text.size() && text[i + 1] == '"')
      cell += '"', ++i;
    else if (text[i] == '"')
      inside = !inside;
    else if (!inside && text[i] == ',')
      records.back().emplace_back();
    else if (!inside && text.compare(i, 2, "\r\n") == 0)
      records.push_back({""}), ++i;
    else
      cell += text[i];
  }
  records.pop_back();  // after the last CRLF
  return records;
}

long lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "holdout_report_test";
  Folder() { std::filesystem::remove_all(path), std::filesystem::create_directory(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string read(const char* file) const {
    std::ifstream in(path / file, std::ios::binary);
    return (std::ostringstream() << in.rdbuf()).str();
  }
};

}  // namespace

TEST_CASE("csv: a row for each trial, in columns of the header") {
  const auto records = read_csv(csv(find(sample()), {}));
  using Row = std::vector<std::string>;
  REQUIRE(records.size() == 6);
  CHECK(records[0] == Row{"number", "state", "value", "model.l2", "training.learning_rate", "training.epochs",
                          "training.optimizer", "training.optimizer.momentum.momentum", "data.standardize", "log_loss",
                          "error", "auc", "epochs", "steps", "train_loss", "end", "reason"});
  CHECK(records[1] == Row{"0", "failed", "", "0.001", "0.09", "100", "momentum", "0.9", "true", "", "", "", "0", "0",
                          "", "", "diverged at epoch 3"});
  CHECK(records[3] == Row{"2", "complete", "0.30000000000000004", "0", "0.0999", "200", "momentum", "0.75", "true",
                          "0.30000000000000004", "0", "", "200", "1400", "0", "epochs", ""});
  CHECK(records[5][2] == "1e+22");
}

TEST_CASE("csv: formulas are defused, numbers are not touched, quotes follow RFC 4180") {
  for (const char* text : {"=1+1", "+1", "-1", "@SUM(A1)", "\tx"}) CHECK(csv_cell(text) == "'" + std::string(text));
  CHECK(csv_cell("\rx") == "\"'\rx\"");
  CHECK(csv_cell("a=1") == "a=1");
  CHECK(csv_cell("a,\"b\"\nc") == "\"a,\"\"b\"\"\nc\"");

  FakeStorage s = storage("m", false, {trial(0, -1.5, {{Value("=cmd|' /C calc'!A0"), -2.5, std::int64_t{-3}}})});
  s.record.space = search::SearchSpace({{"@p,", {Value("=cmd|' /C calc'!A0")}, {}, {}},
                                        {"q", {}, search::Interval{-3, 3}, {}},
                                        {"r", {}, search::Interval{-3, 3, false, {}, true}, {}}});
  s.all[0].outcome.metrics = {{"=m", -0.5}};
  s.all[0].outcome.end = "+end", s.all[0].outcome.reason = "-reason, \"why\"";
  using Row = std::vector<std::string>;
  const auto records = read_csv(csv(find(s), {}));
  CHECK(records.at(0) ==
        Row{"number", "state", "value", "'@p,", "q", "r", "'=m", "epochs", "steps", "train_loss", "end", "reason"});
  CHECK(records.at(1) == Row{"0", "complete", "-1.5", "'=cmd|' /C calc'!A0", "-2.5", "-3", "-0.5", "0", "0", "0",
                             "'+end", "'-reason, \"why\""});
}

TEST_CASE("summary: best, parameters, test error, states, place") {
  CHECK(summary(find(sample()), "runs/sample") ==
        "best log_loss: 0.3 ± 0.03  (trial 2; constant model: 0.66)\n"
        "  model.l2: 0\n"
        "  training.learning_rate: 0.0999\n"
        "  training.epochs: 200\n"
        "  training.optimizer: momentum\n"
        "  training.optimizer.momentum.momentum: 0.75\n"
        "  data.standardize: true\n"
        "test log_loss: 0.33 ± 0.02  (refitted: 0.31)\n"
        "trials: 3 complete, 1 failed, 1 pruned\n"
        "report: runs/sample\n");
}

TEST_CASE("summary: never more than 12 lines, never a control character") {
  FakeStorage s = sample();
  std::vector<search::Parameter> parameters;
  for (int i = 0; i < 30; ++i) parameters.push_back({"p\x1b[2J" + std::to_string(i), {}, search::Interval{}, {}});
  s.record.space = search::SearchSpace(parameters);
  for (study::Trial& t : s.all) t.configuration.values.assign(30, Value(0.5));
  s.run->interrupted = true;
  const std::string out = summary(find(s), "f");
  CHECK(lines(out) == 12);
  CHECK(out.starts_with("interrupted: results cover 5 of 5 trials begun"));
  CHECK(has(out, "… and 24 more parameters\n"));
  CHECK_FALSE(has(out, "\x1b"));
}

TEST_CASE("summary: why there is no best") {
  FakeStorage s = storage("mse", false,
                          {failure(0, "diverged at epoch 2"), failure(1, "diverged at epoch 9"),
                           trial(2, std::numeric_limits<double>::quiet_NaN())});
  CHECK(summary(find(s), "f") ==
        "no best mse: no trial succeeded\n"
        "  2 failed: diverged at epoch 2–9\n"
        "  1 complete, with a value that is no number\n"
        "trials: 1 complete, 2 failed, 0 pruned\n"
        "report: f\n");
  for (int i = 3; i < 40; ++i) s.all.push_back(failure(i, "reason " + std::string(static_cast<std::size_t>(i), 'x')));
  CHECK(lines(summary(find(s), "f")) == 12);
  CHECK(has(summary(find(storage("mse", false, {})), "f"), "no trial has ended\n"));
}

TEST_CASE("write: the chosen formats and best.yaml") {
  Folder folder;
  const Findings f = find(sample());
  const std::string path = folder.path.string();
  const std::vector<std::string> chosen = {"csv", "json"};
  CHECK(write(f, path, chosen) == std::vector{path + "/best.yaml", path + "/report.json", path + "/trials.csv"});
  CHECK(folder.read("report.json") == json(f, {}));
  CHECK(folder.read("trials.csv") == csv(f, {}));
  CHECK(folder.read("best.yaml") == "name: sample\nmodel: {l2: 0}\n");
  CHECK_FALSE(std::filesystem::exists(folder.path / "report.md"));

  const std::vector<std::string> all(formats().begin(), formats().end());
  CHECK(all == std::vector<std::string>{"json", "markdown", "html", "csv"});
  CHECK(write(f, path, all).size() == 5);
  CHECK(has(folder.read("report.md"), "- `report.html`: this report\n"));
}

TEST_CASE("write: an unknown format is an input error, before anything is written") {
  Folder folder;
  const std::vector<std::string> chosen = {"json", "htm"};
  try {
    write(find(sample()), folder.path.string(), chosen);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.fault() == Fault::input);
    CHECK(error.messages().at(0).text == "unknown report format 'htm'");
    CHECK(error.messages().at(0).hint == "did you mean 'html'?");
  }
  CHECK(std::filesystem::is_empty(folder.path));
}
