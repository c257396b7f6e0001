// A storage that holds what a test puts into it, and a sample run.
#pragma once

#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <holdout/study/storage.hpp>

namespace holdout::report {

struct FakeStorage final : study::Storage {
  study::StudyRecord record;
  std::vector<study::Trial> all;
  std::optional<study::RunFacts> run;
  std::optional<study::Winner> won;
  std::optional<study::Nested> outer;

  const study::StudyRecord& study() const override { return record; }
  std::vector<study::Trial> trials() const override {
    std::vector<study::Trial> without = all;
    for (study::Trial& t : without) t.outcome.curve.clear();
    return without;
  }
  std::vector<study::Trial> answers() const override { return trials(); }
  std::vector<study::CurvePoint> curve(int number) const override {
    for (const study::Trial& t : all)
      if (t.number == number) return t.outcome.curve;
    return {};
  }
  std::vector<std::vector<double>> theta(int) const override { return {}; }
  std::optional<study::RunFacts> facts() const override { return run; }
  std::optional<study::Winner> winner() const override { return won; }
  std::optional<study::Nested> nested() const override { return outer; }
  // A report may not write.
  void go_on_as(const study::StudyRecord&) override { throw std::logic_error("go_on_as"); }
  void begin(std::span<const study::Trial>) override { throw std::logic_error("begin"); }
  void finish(std::span<const study::Trial>) override { throw std::logic_error("finish"); }
  void write(const study::RunFacts&) override { throw std::logic_error("write"); }
  void write(const study::Winner&) override { throw std::logic_error("write"); }
  void write(const study::Nested&) override { throw std::logic_error("write"); }
  void remove_from(int) override { throw std::logic_error("remove_from"); }
  void freeze() override { throw std::logic_error("freeze"); }
  void close() override { throw std::logic_error("close"); }
};

inline study::Trial trial(int number, double value, search::Configuration configuration = {}) {
  study::Trial t;
  t.number = number;
  t.configuration = std::move(configuration);
  t.outcome.value = value;
  return t;
}

inline study::Trial failure(int number, std::string reason, search::Configuration configuration = {}) {
  study::Trial t = trial(number, std::numeric_limits<double>::quiet_NaN(), std::move(configuration));
  t.outcome.state = study::TrialState::failed;
  t.outcome.reason = std::move(reason);
  t.outcome.train_loss = std::numeric_limits<double>::infinity();
  return t;
}

/// A finished run of `metric`, without parameters.
inline FakeStorage storage(std::string metric, bool maximize, std::vector<study::Trial> trials) {
  FakeStorage s;
  s.record.name = "sample";
  s.record.metric = std::move(metric);
  s.record.maximize = maximize;
  s.all = std::move(trials);
  s.run.emplace();
  s.run->finished = "2026-11-24 05:30:00";
  s.run->baseline = std::numeric_limits<double>::quiet_NaN();
  return s;
}

/// Five trials over every kind of parameter: 0 failed, 1 pruned, 2 the best, 3 complete, 4 complete.
inline FakeStorage sample() {
  using search::Interval;
  const search::SearchSpace space({
      {"model.l2", {0.0}, Interval{1e-6, 10, true}, {}},
      {"training.learning_rate", {}, Interval{1e-4, 0.1, true}, {}},
      {"training.epochs", {}, Interval{10, 200, false, 10.0, true}, {}},
      {"training.optimizer", {Value("gd"), Value("momentum")}, {}, {}},
      {"training.optimizer.momentum.momentum", {}, Interval{0.5, 0.99}, search::Condition{3, 1}},
      {"data.standardize", {true, false}, {}, {}},
  });
  const auto point = [](double l2, double rate, std::int64_t epochs, std::optional<double> momentum) {
    search::Configuration c;
    c.values = {l2, rate, epochs, Value(momentum ? "momentum" : "gd"), {}, true};
    if (momentum) c.values[4] = *momentum;
    return c;
  };
  FakeStorage s = storage("log_loss", false,
                          {failure(0, "diverged at epoch 3", point(1e-3, 0.09, 100, 0.9)),
                           trial(1, 0.5, point(1, 1e-3, 10, {})), trial(2, 0.1 + 0.2, point(0, 0.0999, 200, 0.75)),
                           trial(3, 0.302, point(1e-5, 0.02, 50, {})), trial(4, 1e22, point(1e-6, 1e-4, 50, {}))});
  s.record.space = space;
  s.record.text = "name: sample\n";
  s.all[1].outcome.state = study::TrialState::pruned;
  s.all[1].outcome.reason = "worse than half";
  study::Outcome& best = s.all[2].outcome;
  best.metrics = {{"log_loss", 0.1 + 0.2}, {"error", 0.0}, {"auc", std::numeric_limits<double>::quiet_NaN()}};
  best.end = "epochs", best.epochs = 200, best.steps = 1400, best.train_loss = -0.0, best.gradient_norm = 1e-300;
  best.curve = {{1, 0.69, 0.7}, {100, 0.4, 0.5}, {200, 0.25, 0.3}};
  s.run = study::RunFacts{"classification",
                          "random",
                          "data/x.csv",
                          "y",
                          {"no", "yes"},
                          569,
                          30,
                          341,
                          114,
                          114,
                          "holdout",
                          1,
                          1,
                          0.66,
                          {"column 'a' is constant"},
                          4,
                          1.5,
                          "0.1.0",
                          "AVX3",
                          "2026-11-24 05:29:58",
                          "2026-11-24 05:30:00",
                          false};
  s.won.emplace();
  s.won->trial = 2;
  s.won->test = {{"log_loss", 0.33}, {"error", 0.05}};
  s.won->refit_test = {{"log_loss", 0.31}, {"error", 0.04}};
  s.won->refit_epochs = 200;
  s.won->holdout_standard_error = 0.03;
  s.won->test_standard_error = 0.02;
  s.won->best_yaml = "name: sample\nmodel: {l2: 0}\n";
  return s;
}

}  // namespace holdout::report
