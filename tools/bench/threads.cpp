// Two threads against one, on a sweep of 64 configurations and on one of 8, cut into cohorts as a study does it.
//
// The problem of sweep.cpp, float64. Prints the ratio of wall times, which needs two idle cores to mean anything, and
// of CPU times: one thread's against the larger of the two threads', which is the ratio on idle cores and shows what
// the cut itself loses.
//
// usage: bench_threads [rounds]
#include <ctime>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>

#include <holdout/base/parallel.hpp>

#include "cohorts.hpp"
#include "problem.hpp"

namespace holdout::bench {
namespace {

double thread_cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

struct Times {
  double wall = 0, cpu = 0;  // cpu: of the busiest thread
};

Times run(const train::Design<double>& design, std::span<const train::LaneConfig> configs, int threads) {
  const Workers workers(threads);  // one at a time: the smallest limit would hold for all
  const train::Metric& metric = *train::find_metric("log_loss");
  std::map<std::thread::id, double> busy;
  std::mutex mutex;
  Times out;
  out.wall = seconds([&] {
    const auto cohorts = study::cut_into_cohorts(configs, {kFeatures, 2, 1, workers.threads(), 0});
    workers.for_each(cohorts.size(), [&](std::size_t c) {
      const double from = thread_cpu_seconds();
      std::vector<train::LaneConfig> lanes;
      for (const std::size_t i : cohorts[c]) lanes.push_back(configs[i]);
      const auto trainer = train::make_trainer(design, metric, lanes, kSeed, 0);
      trainer->run_to({kEpochs, {}});
      (void)trainer->results();
      const double used = thread_cpu_seconds() - from;
      const std::lock_guard lock(mutex);
      busy[std::this_thread::get_id()] += used;
    });
  });
  for (const auto& [id, used] : busy) out.cpu = std::max(out.cpu, used);
  return out;
}

void compare(const train::Design<double>& design, std::size_t count, int rounds) {
  const auto all = make_configs(false);
  const std::span<const train::LaneConfig> configs(all.data(), count);
  std::vector<double> wall, cpu, seconds_of_one;
  for (int round = 0; round < rounds; ++round) {
    const Times alone = run(design, configs, 1), both = run(design, configs, 2);
    wall.push_back(alone.wall / both.wall), cpu.push_back(alone.cpu / both.cpu);
    seconds_of_one.push_back(alone.wall);
  }
  std::printf(
      "%2zu configurations: one thread %.3f s, two threads %.2f x (%.2f to %.2f) in wall time, %.2f x in CPU time\n",
      count, median(seconds_of_one), median(wall), *std::min_element(wall.begin(), wall.end()),
      *std::max_element(wall.begin(), wall.end()), median(cpu));
}

}  // namespace
}  // namespace holdout::bench

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 9;
  if (rounds < 1) return std::fprintf(stderr, "usage: bench_threads [rounds, at least 1]\n"), 2;
  const auto design = holdout::bench::make_design<double>(holdout::bench::make_data());
  for (const std::size_t count : {std::size_t{64}, std::size_t{8}}) holdout::bench::compare(design, count, rounds);
}
