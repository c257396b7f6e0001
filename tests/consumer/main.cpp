// Somebody else's program: a search with an objective of its own, and a header of each layer.
#include <cmath>
#include <cstdio>

#include <holdout/base/number.hpp>
#include <holdout/data/load.hpp>
#include <holdout/report/report.hpp>
#include <holdout/search/search.hpp>
#include <holdout/search/searchers.hpp>
#include <holdout/study/runner.hpp>
#include <holdout/train/trainer.hpp>
#include <holdout/update/rules.hpp>

namespace {

struct Parabola final : holdout::search::Objective {
  std::vector<holdout::search::Evaluation> evaluate(std::span<const holdout::search::Request> requests) override {
    std::vector<holdout::search::Evaluation> answers;
    for (const auto& request : requests) {
      const double x = std::get<double>(request.configuration.values[0].value());
      answers.push_back({.trial = trials++, .value = (x - 3) * (x - 3)});
      if (answers.back().value < best) best = answers.back().value, where = x;
    }
    return answers;
  }
  int trials = 0;
  double best = INFINITY, where = 0;
};

}  // namespace

int main() {
  const holdout::search::SearchSpace space({{"x", {}, holdout::search::Interval{.min = 0, .max = 10, .points = 11}}});
  const auto searcher = holdout::search::searchers().make(space, holdout::Seed{1});
  Parabola objective;
  holdout::search::search(*searcher, objective, 4);
  std::printf("%zu update rules, %zu formats; x = %s after %d trials\n", holdout::update::rules().size(),
              holdout::report::formats().size(), holdout::to_text(objective.where).c_str(), objective.trials);
  // Links study, train and data as well: reading a study that is not there is an error, and says so.
  try {
    holdout::study::StudyFile file = holdout::study::read_study("nowhere.yaml", {});
    holdout::study::prepare(file);
  } catch (const holdout::Error& error) {
    std::printf("%s\n", error.what());
    return 0;
  }
  return 1;
}
