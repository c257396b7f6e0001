#include "memory.hpp"

#include <sys/resource.h>
#include <sys/wait.h>

#include <numeric>

#include <holdout/base/limits.hpp>

#include "records.hpp"
#include "support/toys.hpp"

using namespace holdout;
using namespace holdout::study;
using namespace holdout::study::testing;

namespace {

data::Prepared rows_of(std::size_t rows, std::size_t features, std::size_t folds) {
  data::Prepared data;
  data.dataset.rows = rows, data.dataset.features = features;
  data.split.folds.resize(folds);
  for (data::Fold& fold : data.split.folds) {
    fold.train.resize(rows - rows / 4), fold.holdout.resize(rows / 4);
    std::iota(fold.train.begin(), fold.train.end(), 0u);
  }
  return data;
}

}  // namespace

TEST_CASE("memory: every fold in every precision that occurs, the refit, and a vector of lanes on each thread") {
  train::LaneConfig config;
  const std::vector<train::LaneConfig> doubles(3, config);
  config.training.precision = "float32";
  const std::vector<train::LaneConfig> both{doubles[0], config};
  const data::Prepared data = rows_of(1000, 50, 4);
  const double part = 1000 * (50 * 8 + 16), half = 1000 * (50 * 4 + 12);
  const auto lane = [&](const train::LaneConfig& c) {  // and its scores
    return static_cast<double>(train::working_set(c, 50, 0)) + 250 * 8;
  };
  CHECK(training_bytes(data, doubles, 3) == 5 * part + 3 * 8 * lane(doubles[0]));
  CHECK(training_bytes(data, both, 1) == 4 * (part + half) + part + 8 * lane(both[0]) + 16 * lane(both[1]));
  CHECK(free_bytes().value_or(0) > 1e6);  // Linux says
}

TEST_CASE("memory: ridge regression's basis in every fold, and what finding it takes on each thread") {
  const std::vector<train::LaneConfig> exact(1, holdout::testing::lane("linear", "exact", 0.1, 1, 0, 1));
  std::vector<train::LaneConfig> grouped = exact;  // no basis serves several λ
  grouped[0].model.l2_groups.resize(1);
  const data::Prepared data = rows_of(1000, 50, 4);
  const auto without_lanes = [&](const std::vector<train::LaneConfig>& configs) {
    return training_bytes(data, configs, 3) - 3 * 8 * static_cast<double>(train::working_set(configs[0], 50, 0));
  };
  CHECK(without_lanes(exact) - without_lanes(grouped) == (4 + 2 * 3) * 50 * 50 * 8);
}

TEST_CASE("memory: large designs make room for the refit's") {
  train::LaneConfig config;
  config.training.precision = "float32";
  data::Prepared data = rows_of(2'000'000, 100, 1);
  const double row = 100 * 4 + 12;
  // Scores of 16 lanes would take 64 MB.
  const double cohort = 16 * static_cast<double>(train::working_set(config, 100, 0)) + 32 * 1024 * 1024;
  CHECK(training_bytes(data, std::span(&config, 1), 2) == 2e6 * row + 2 * cohort);
  data.split.test.resize(200'000);
  CHECK(training_bytes(data, std::span(&config, 1), 2) == 2.2e6 * row + 2 * cohort);
}

TEST_CASE("memory: what cannot fit is refused with both numbers") {
  const std::vector<train::LaneConfig> configs(1);
  CHECK_NOTHROW(check_memory(rows_of(1000, 50, 4), configs, 2));
  Fault fault = Fault::input;
  const std::string message = message_of([&] { check_memory(rows_of(40'000, 1'000'000'000, 5), configs, 2); }, &fault);
  CHECK(contains(message, "training needs about 1.6e+06 GB of memory, and "));
  CHECK(contains(message, "40000 rows of 1000000000 features in 5 folds, 2 threads"));
  CHECK(fault == Fault::failure);
}

TEST_CASE("memory: the process's own limit counts") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    constexpr double kMore = 100e6;
    long long pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    rlimit limit{};
    ::getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = static_cast<rlim_t>(static_cast<double>(pages * ::sysconf(_SC_PAGESIZE)) + kMore);
    if (::setrlimit(RLIMIT_AS, &limit) != 0) ::_exit(2);
    const auto free = free_bytes();
    ::_exit(free && *free > kMore / 2 && *free <= kMore ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}
