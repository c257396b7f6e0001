// How trials are called that a gradient search solved for itself alone.
#include "trial_words.hpp"

#include <doctest/doctest.h>

#include <holdout/report/report.hpp>

#include "report/fake.hpp"
#include "writers.hpp"

namespace holdout::report {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// One trial as the study asks for it, three for the search alone, one pruned, one failed.
FakeStorage searched() {
  std::vector<study::Trial> trials;
  for (int i = 0; i < 4; ++i) trials.push_back(trial(i, 0.5 - 0.1 * i));
  for (int i = 0; i < 3; ++i) {
    study::Outcome& outcome = trials[static_cast<std::size_t>(i)].outcome;
    outcome.state = study::TrialState::pruned, outcome.full = false, outcome.reason = "solved to 0.003 only";
  }
  trials.push_back(trial(4, 0.9));
  trials[4].outcome.state = study::TrialState::pruned, trials[4].outcome.reason = "worse than half";
  trials.push_back(failure(5, "diverged at epoch 2"));
  return storage("mse", false, std::move(trials));
}

}  // namespace

TEST_CASE("trials for the search only: counted as complete, and called so in summary, tables and files") {
  const FakeStorage s = searched();
  const Findings f = find(s);
  CHECK(search_only(f) == 3);
  CHECK(f.complete == 1);
  CHECK(f.pruned == 1);
  CHECK(has(summary(f, "f"), "trials: 4 complete (3 for the search only), 1 failed, 1 pruned\n"));
  const std::string table = csv(f, {});
  CHECK(has(table, "\n0,search only,,"));
  CHECK(has(table, "\n3,complete,"));
  CHECK(has(table, "\n4,pruned,,"));
  // What is pruned or failed has its reasons together; these are neither.
  REQUIRE(f.failures.size() == 2);
  for (const FailureGroup& group : f.failures) CHECK(group.trials.size() == 1);
  CHECK(has(html(f, {}), "of 6 trials complete (3 for the search only), 1 pruned"));
}

}  // namespace holdout::report
