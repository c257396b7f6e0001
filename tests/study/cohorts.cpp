#include "cohorts.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include <holdout/study/study.hpp>

using namespace holdout;

namespace {

std::vector<train::LaneConfig> configs(std::size_t n, const char* precision = "float64") {
  std::vector<train::LaneConfig> all(n);
  for (std::size_t i = 0; i < n; ++i) {
    all[i].model.l2 = static_cast<double>(i);
    all[i].training.precision = precision;
  }
  return all;
}

std::vector<std::size_t> sizes(const std::vector<std::vector<std::size_t>>& cohorts) {
  std::vector<std::size_t> out;
  for (const auto& c : cohorts) out.push_back(c.size());
  return out;
}

constexpr std::size_t kMegabyte = 1 << 20;

}  // namespace

TEST_CASE("property: every configuration is in one cohort, and only with its like") {
  auto all = configs(300);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].training.batch_size = i % 3 == 0 ? 32 : 64;
    if (i % 5 == 0) all[i].training.optimizer.select(1);
    if (i % 7 == 0) all[i].training.precision = "float32";
  }
  for (const int threads : {1, 2, 7, 64}) {
    std::vector<int> seen(all.size());
    for (const auto& cohort : study::cut_into_cohorts(all, {20, 0, 1, threads, kMegabyte})) {
      CHECK(std::is_sorted(cohort.begin(), cohort.end()));
      for (const std::size_t i : cohort) {
        ++seen[i];
        CHECK(study::values_of(all[i], Scope::cohort) == study::values_of(all[cohort[0]], Scope::cohort));
      }
    }
    CHECK(std::all_of(seen.begin(), seen.end(), [](int n) { return n == 1; }));
  }
}

TEST_CASE("lane fields do not part configurations") {
  auto all = configs(8);
  for (std::size_t i = 0; i < all.size(); ++i) all[i].training.learning_rate.start = 0.1 * static_cast<double>(i + 1);
  CHECK(study::cut_into_cohorts(all, {10, 0, 1, 1, kMegabyte}).size() == 1);
}

TEST_CASE("enough cohorts for the threads: 61 of float64 on 16 cores are 8 of one vector, not 2 of four") {
  const auto on_sixteen = sizes(study::cut_into_cohorts(configs(61), {10, 0, 1, 16, kMegabyte}));
  CHECK(on_sixteen.size() >= 8);
  CHECK(*std::max_element(on_sixteen.begin(), on_sixteen.end()) <= 8);
  CHECK(sizes(study::cut_into_cohorts(configs(61), {10, 0, 1, 2, kMegabyte})) == std::vector<std::size_t>{32, 29});
  CHECK(sizes(study::cut_into_cohorts(configs(61), {10, 0, 1, 1, kMegabyte})) == std::vector<std::size_t>{61});
  // Folds are tasks as well: five folds of one cohort feed four threads.
  CHECK(sizes(study::cut_into_cohorts(configs(61), {10, 0, 5, 4, kMegabyte})) == std::vector<std::size_t>{61});
  CHECK(sizes(study::cut_into_cohorts(configs(8), {10, 0, 1, 2, kMegabyte})) == std::vector<std::size_t>{4, 4});
}

TEST_CASE("a cohort's working set stays in half of the cache, but never below one vector") {
  const std::size_t features = 1000;
  for (const std::size_t lanes : sizes(study::cut_into_cohorts(configs(200), {features, 0, 1, 1, kMegabyte})))
    CHECK(lanes * train::working_set(configs(1)[0], features, 0) <=
          kMegabyte / 2 + 8 * train::working_set(configs(1)[0], features, 0));
  for (const std::size_t lanes : sizes(study::cut_into_cohorts(configs(200), {1'000'000, 0, 1, 1, kMegabyte})))
    CHECK(lanes == 8);
}

TEST_CASE("cohorts: sparse rows are worth wide ones, however many features there are") {
  CHECK(sizes(study::cut_into_cohorts(configs(64), {50'000, 2, 1, 1, kMegabyte, true})) ==
        std::vector<std::size_t>{32, 32});
  CHECK(study::cut_into_cohorts(configs(64), {50'000, 2, 1, 1, kMegabyte, false}).size() > 2);
}

TEST_CASE("no configurations, no cohorts") { CHECK(study::cut_into_cohorts({}, {10, 0, 1, 4, kMegabyte}).empty()); }
