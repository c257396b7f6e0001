#include <bit>
#include <clocale>
#include <cmath>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "report/fake.hpp"
#include "writers.hpp"

using namespace holdout;
using namespace holdout::report;
using Json = nlohmann::ordered_json;

namespace {

std::string text(const FakeStorage& s) { return json(find(s), {}); }
Json parsed(const FakeStorage& s) { return Json::parse(text(s)); }

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [key, value] : object.items()) names.push_back(key);
  return names;
}

}  // namespace

TEST_CASE("json: the keys of the schema, in their order") {
  const Json j = parsed(sample());
  using Keys = std::vector<std::string>;
  CHECK(keys(j) ==
        Keys{"schema", "study", "objective", "data", "search_space", "best", "findings", "trials", "notices", "run"});
  CHECK(keys(j["best"]) == Keys{"trial", "value", "parameters", "metrics", "test", "refit", "minimum", "predictions",
                                "uncertainty", "corrected", "curve"});
  CHECK(keys(j["trials"][0]) == Keys{"number", "state", "value", "parameters", "metrics", "reason", "epochs", "steps",
                                     "train_loss", "gradient_norm", "end"});
  CHECK(keys(j["run"]) ==
        Keys{"threads", "seconds", "versions", "cpu_target", "started", "finished", "interrupted", "trials_begun"});
}

TEST_CASE("json: the whole of a run") {
  const Json j = parsed(sample());
  CHECK(j["schema"] == 1);
  CHECK(j["study"] == "sample");
  CHECK(j["objective"] == Json{{"metric", "log_loss"}, {"direction", "minimize"}});
  CHECK(j["data"]["classes"] == Json::array({"no", "yes"}));
  CHECK(j["data"]["baseline"] == 0.66);
  CHECK(j["notices"] == Json::array({"column 'a' is constant"}));
  CHECK(j["best"]["trial"] == 2);
  CHECK(j["best"]["test"]["log_loss"] == 0.33);
  CHECK(j["best"]["refit"] == Json::parse(R"({"test": {"log_loss": 0.31, "error": 0.04}, "epochs": 200})"));
  CHECK(j["best"]["curve"][1] == Json::parse(R"({"epoch": 100, "train_loss": 0.4, "holdout": 0.5})"));
  CHECK(j["best"]["uncertainty"] == Json::parse(R"({"value": 0.03, "test": 0.02})"));
  CHECK(j["run"]["versions"] == Json{{"holdout", "0.1.0"}});
  CHECK(j["run"]["interrupted"] == false);
  CHECK(j["findings"]["bounds"] == Json::parse(R"([
    {"path": "training.learning_rate", "end": "max", "value": 0.0999, "bound": 0.1},
    {"path": "training.epochs", "end": "max", "value": 200, "bound": 200}])"));
  CHECK(j["findings"]["near_ties"]["percent"] == 1);
  CHECK(j["search_space"][0] ==
        Json::parse(
            R"({"path": "model.l2", "values": [0.0], "min": 1e-6, "max": 10.0, "scale": "log", "integer": false})"));
  CHECK(j["search_space"][2]["step"].is_number_integer());
  CHECK(j["search_space"][4]["only_if"] == Json::parse(R"({"path": "training.optimizer", "value": "momentum"})"));
}

TEST_CASE("json: trials by state; no value unless complete; switched-off parameters absent") {
  const Json trials = parsed(sample())["trials"];
  REQUIRE(trials.size() == 5);
  CHECK(trials[0]["state"] == "failed");
  CHECK(trials[0]["value"].is_null());
  CHECK(trials[0]["reason"] == "diverged at epoch 3");
  CHECK(trials[0]["train_loss"].is_null());  // infinite
  CHECK(trials[1]["state"] == "pruned");
  CHECK(trials[1]["value"].is_null());
  CHECK(trials[2]["state"] == "complete");
  CHECK(trials[2]["reason"].is_null());
  CHECK(trials[2]["metrics"]["auc"].is_null());
  CHECK(trials[2]["parameters"].dump() ==
        R"({"model.l2":0.0,"training.learning_rate":0.0999,"training.epochs":200,"training.optimizer":"momentum",)"
        R"("training.optimizer.momentum.momentum":0.75,"data.standardize":true})");
  CHECK_FALSE(trials[3]["parameters"].contains("training.optimizer.momentum.momentum"));
}

TEST_CASE("json: unfinished trials are not reported, but counted in run") {
  FakeStorage s = sample();
  s.all[4].outcome.state = study::TrialState::running;
  const Json j = parsed(s);
  CHECK(j["trials"].size() == 4);
  CHECK(j["run"]["interrupted"] == true);
  CHECK(j["run"]["trials_begun"] == 5);
}

TEST_CASE("json: no complete trial, no facts") {
  FakeStorage s = storage("mse", false, {failure(0, "diverged at epoch 1")});
  s.run.reset();
  const Json j = parsed(s);
  CHECK(j["best"].is_null());
  CHECK(j["data"].is_null());
  CHECK(j["notices"] == Json::array());
  CHECK(j["findings"]["failures"][0] ==
        Json::parse(R"({"state": "failed", "reason": "diverged at epoch 1", "trials": 1})"));
}

TEST_CASE("json: a value that is no number is null, with the reason beside it") {
  const Json j = parsed(storage("mse", false, {trial(0, std::numeric_limits<double>::infinity())}));
  CHECK(j["trials"][0]["value"].is_null());
  CHECK(j["trials"][0]["reason"] == "the value is inf");
}

TEST_CASE("json: doubles read back to the same bits, a minus zero as zero, in any locale") {
  // 5e-324 and 1.797…e308: ends of the double's range; 2^53 + 2; the others need 17 digits.
  const std::vector<double> values = {0.1 + 0.2, 1e22, 5e-324, 1.7976931348623157e308, 9007199254740994.0,
                                      1.0 / 3,   -2.5, 1e-7,   123456789012345680.0};
  FakeStorage s = storage("mse", false, {trial(0, 1)});
  for (const double v : values)
    s.all[0].outcome.metrics.emplace_back("m" + std::to_string(s.all[0].outcome.metrics.size()), v);
  s.all[0].outcome.metrics.emplace_back("zero", -0.0);
  const std::string before = text(s);
  const Json metrics = Json::parse(before)["trials"][0]["metrics"];
  for (std::size_t i = 0; i < values.size(); ++i)
    CHECK(std::bit_cast<std::uint64_t>(metrics["m" + std::to_string(i)].get<double>()) ==
          std::bit_cast<std::uint64_t>(values[i]));
  CHECK_FALSE(std::signbit(metrics["zero"].get<double>()));
  CHECK(before.find("0.30000000000000004") != std::string::npos);
  for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"})
    if (std::setlocale(LC_ALL, name)) CHECK(text(s) == before);
  std::setlocale(LC_ALL, "C");
}

TEST_CASE("json: two runs of one study differ in run only") {
  FakeStorage a = sample(), b = sample();
  b.run->threads = 64, b.run->seconds = 99, b.run->version = "9", b.run->cpu_target = "AVX2";
  b.run->started = b.run->finished = "2027-01-01 00:00:00";
  Json x = parsed(a), y = parsed(b);
  CHECK(x["run"] != y["run"]);
  x.erase("run"), y.erase("run");
  CHECK(x.dump() == y.dump());
}

TEST_CASE("json: hostile text stays text, and the file stays UTF-8") {
  FakeStorage s = sample();
  s.record.name = "\"},\n\x01 \xff";
  const Json j = parsed(s);
  CHECK(j["study"] == "\"},\n\x01 \uFFFD");
}

TEST_CASE("json: folds and no test by the training rows alone with k folds") {
  FakeStorage s = sample();
  s.all[2].outcome.fold_values = {0.29, 0.31};
  s.won->test.clear();
  const Json best = parsed(s)["best"];
  CHECK(best["folds"] == Json::array({0.29, 0.31}));
  CHECK(best["test"].is_null());
  // s = 0.02 / √2, over √2: 0.01
  CHECK(best["uncertainty"]["value"].get<double>() == doctest::Approx(0.01).epsilon(1e-12));
}
