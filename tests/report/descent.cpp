// Basins and flat parts, from trials that a gradient search could have left.
#include <doctest/doctest.h>

#include <holdout/report/findings.hpp>

#include "report/fake.hpp"

namespace holdout::report {
namespace {

// Trials with a slope are loose ones; the last one is full.
FakeStorage descent(const std::vector<std::tuple<double, double, double>>& points, double at, double value) {
  std::vector<study::Trial> trials;
  for (const auto& [x, y, slope] : points) {
    study::Trial t = trial(static_cast<int>(trials.size()), y, {{Value(x)}});
    t.outcome.state = study::TrialState::pruned, t.outcome.full = false;
    t.outcome.gradient = {slope};
    trials.push_back(std::move(t));
  }
  trials.push_back(trial(static_cast<int>(trials.size()), value, {{Value(at)}}));
  FakeStorage s = storage("mse", false, std::move(trials));
  s.record.space = search::SearchSpace({{"model.l2", {}, search::Interval{.min = 1e-4, .max = 1e4, .log = true}, {}}});
  return s;
}

}  // namespace

TEST_CASE("a basin inside and one at an end are found, best first") {
  const FakeStorage s =
      descent({{1e4, 9, 0.1}, {100, 5, 2}, {1, 2.1, -1}, {0.01, 4, -0.5}, {1e-4, 3, 0.2}, {2, 2.05, 0.5}}, 1.5, 2);
  const Findings f = find(s);
  REQUIRE(f.descent);
  REQUIRE(f.descent->basins.size() == 2);
  CHECK(f.descent->basins[0].at == 2);
  CHECK_FALSE(f.descent->basins[0].at_end);
  CHECK(f.descent->basins[1].at == 1e-4);
  CHECK(f.descent->basins[1].at_end);
  CHECK_FALSE(f.descent->flat);
}

TEST_CASE("a flat tail is reported as far as every point in it is as good as the best") {
  const FakeStorage s =
      descent({{1e4, 9, 0.1}, {100, 5, 2}, {1, 2.00001, 1e-6}, {0.01, 2, 1e-7}, {1e-4, 2, 1e-8}}, 1e-4, 2);
  const Findings f = find(s);
  REQUIRE(f.descent);
  REQUIRE(f.descent->flat);
  CHECK(f.descent->flat->first == 1e-4);
  CHECK(f.descent->flat->second == 1);
  REQUIRE(f.descent->basins.size() == 1);
  CHECK(f.descent->basins[0].at_end);
}

TEST_CASE("other searches have no descent") {
  FakeStorage s = descent({}, 1, 2);
  CHECK_FALSE(find(s).descent);
}

}  // namespace holdout::report
