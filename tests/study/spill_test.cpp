// Studies whose rows lie in a file.
#include <doctest/doctest.h>

#include <fstream>

#include <nlohmann/json.hpp>

#include <holdout/study/run_folder.hpp>

#include "model_json.hpp"
#include "study/ran.hpp"

namespace holdout::study::testing {
namespace {

// Three hundred rows of three numbers, one of them missing now and then, and two classes.
std::string written(const Scratch& scratch) {
  std::ofstream out(scratch / "a.csv");
  out << "a,b,c,y\n";
  for (int i = 0; i < 300; ++i) {
    const int a = i * 37 % 101, b = i * 53 % 89, c = i * 29 % 97;
    out << a << ',' << 0.25 * b << ',' << (i % 50 == 7 ? "" : std::to_string(c)) << ','
        << (a + b > c + i % 60 ? "yes" : "no") << '\n';
  }
  return scratch / "a.csv";
}

struct Result {
  std::vector<Trial> trials;
  Winner winner;
};

Result run_with(const std::string& text, const data::Spill& spill) {
  const Scratch scratch;
  StudyFile file = read_text(text);
  const data::Prepared data = prepare(file, spill);
  const auto storage = Storage::create(scratch / "study.db", record_of(file, data));
  const std::atomic<bool> interrupt = false;
  Silent observer;
  run(file, data, *storage, Workers(2), interrupt, observer);
  return {storage->answers(), storage->winner().value()};
}

}  // namespace

TEST_CASE("a run gives the same bits wherever the rows are") {
  const Scratch scratch;
  const std::string data = "data: {file: " + written(scratch) + ", target: y, missing: mean, split: {method: ";
  const std::string model =
      "model: {type: logistic, l2: {min: 1e-4, max: 1, scale: log}}\n"
      "training: {optimizer: adam, learning_rate: 0.05, batch_size: 32, epochs: 3, precision: {values: [float32, "
      "float64]}}\nobjective: {metric: log_loss}\nsearch: {method: random, trials: 6}\n";
  for (const std::string& rest : {"holdout, test: 0.2}}\n" + model, "kfold, folds: 3}}\n" + model,
                                  "holdout}, features: {polynomial: 2}}\n" + model}) {
    CAPTURE(rest);
    const Result memory = run_with(data + rest, {}), disk = run_with(data + rest, {scratch.path(), 0});
    REQUIRE(memory.trials.size() == disk.trials.size());
    for (std::size_t i = 0; i < memory.trials.size(); ++i) {
      CHECK(memory.trials[i].outcome.value == disk.trials[i].outcome.value);
      CHECK(memory.trials[i].outcome.train_loss == disk.trials[i].outcome.train_loss);
    }
    CHECK(memory.winner.trial == disk.winner.trial);
    CHECK(memory.winner.test == disk.winner.test);
    CHECK(memory.winner.refit_test == disk.winner.refit_test);
    CHECK(memory.winner.minimum->gradient_norm == disk.winner.minimum->gradient_norm);
    CHECK(to_json(*memory.winner.model) == to_json(*disk.winner.model));
  }
}

TEST_CASE("spill_near: the folder itself, or the one that it will be made in") {
  const Scratch scratch;
  CHECK(spill_near(scratch.path()).folder == scratch.path());
  CHECK(spill_near(scratch / "runs/a").folder == scratch.path());
  CHECK(spill_near("/nowhere/at/all").folder == "/");
  CHECK(spill_near("").folder.empty());
  CHECK(spill_near("no-such-folder").folder == std::filesystem::current_path().string());
}

}  // namespace holdout::study::testing
