// The two matrix passes of a training step against Eigen's square matrix product and the most the CPU can do, all in
// one run on one thread: 64 lanes, 200 features, batches of 64 rows drawn from 20 000 in random order, as in training.
//
// Prints operations a second, and the ratios of their medians over interleaved repetitions. Takes the options of Google
// Benchmark (--benchmark_repetitions, --benchmark_filter, …).
#include <benchmark/benchmark.h>

#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <holdout/base/random.hpp>
#include <holdout/train/cpu.hpp>
#include <holdout/train/lanes.hpp>

#include "kernels.hpp"
#include "machine.hpp"

namespace holdout::bench {
namespace {

constexpr std::size_t kRows = 20'000, kBatch = 64, kFeatures = 200, kLanes = 64, kGemm = 512;
constexpr Seed kSeed{1};

template <class T>
void fill(T* values, std::size_t n, std::string_view purpose) {
  Stream draws = stream(kSeed, purpose);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<T>(draws.uniform() - 0.5);
}

void count_operations(benchmark::State& state, double a_round) {
  state.counters["GF/s"] =
      benchmark::Counter(1e-9 * a_round * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

template <class T>
void peak(benchmark::State& state) {
  double operations = 0;
  for (auto _ : state) operations = multiply_adds<T>(100'000);
  count_operations(state, operations);
}

template <class T>
void gemm(benchmark::State& state) {
  std::vector<T> a(kGemm * kGemm), b(a.size()), c(a.size());
  fill(a.data(), a.size(), "a"), fill(b.data(), b.size(), "b");
  for (auto _ : state) {
    eigen_gemm(a.data(), b.data(), c.data(), kGemm);
    benchmark::ClobberMemory();
  }
  count_operations(state, 2.0 * kGemm * kGemm * kGemm);
}

/// What a pass works on; `next` takes the following batch of the shuffled rows.
template <class T>
struct Batches {
  train::AlignedVector<T> x = train::AlignedVector<T>(kRows * kFeatures);
  std::vector<std::uint32_t> order = stream(kSeed, "order").permutation(kRows);
  train::LaneTable<T> theta{kFeatures + 1, kLanes}, scores{kBatch, kLanes};
  std::size_t first = 0;

  Batches() {
    fill(x.data(), x.size(), "x");
    fill(theta.row(0), theta.rows() * kLanes, "theta"), fill(scores.row(0), kBatch * kLanes, "scores");
  }
  train::Rows<T> next() {
    first = first + 2 * kBatch <= kRows ? first + kBatch : 0;
    return train::Rows<T>{x.data(), kFeatures, order.data(), kRows}.part(first, kBatch);
  }
};

template <class T>
void score(benchmark::State& state) {
  Batches<T> b;
  for (auto _ : state)
    train::score(
        train::ScorePass<T>{b.next(), b.theta.row(0), b.theta.row(kFeatures), b.scores.row(0), kLanes, kLanes});
  count_operations(state, 2.0 * kBatch * kFeatures * kLanes);
}

template <class T>
void gradient(benchmark::State& state) {
  Batches<T> b;
  // In a training step the score pass has just read these rows.
  const train::Rows<T> rows = b.next();
  for (auto _ : state)
    train::gradient(
        train::GradientPass<T>{rows, b.scores.row(0), kLanes, b.theta.row(0), b.theta.row(kFeatures), kLanes, true});
  count_operations(state, 2.0 * kBatch * kFeatures * kLanes);
}

/// Both passes over the same batch, one after the other.
template <class T>
void both(benchmark::State& state) {
  Batches<T> b;
  train::LaneTable<T> g(kFeatures + 1, kLanes);
  for (auto _ : state) {
    const train::Rows<T> rows = b.next();
    train::score(train::ScorePass<T>{rows, b.theta.row(0), b.theta.row(kFeatures), b.scores.row(0), kLanes, kLanes});
    train::gradient(train::GradientPass<T>{rows, b.scores.row(0), kLanes, g.row(0), g.row(kFeatures), kLanes, true});
  }
  count_operations(state, 4.0 * kBatch * kFeatures * kLanes);
}

/// The console's table, and the medians of the rates.
class Ratios : public benchmark::ConsoleReporter {
 public:
  Ratios() : ConsoleReporter(OO_Tabular) {}
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      if (run.aggregate_name == "median" && run.counters.contains("GF/s"))
        medians_[run.run_name.function_name] = run.counters.at("GF/s").value;
    ConsoleReporter::ReportRuns(runs);
  }
  void Finalize() override {
    ConsoleReporter::Finalize();
    for (const char* type : {"float64", "float32"})
      for (const char* name : {"score", "gradient", "both"}) {
        const auto of = [&](const char* what) { return medians_[std::string(what) + "/" + type]; };
        if (of(name) > 0 && of("gemm") > 0 && of("peak") > 0)
          std::printf("%s %-8s %6.1f GF/s = %.2f x Eigen's GEMM (%.1f), %.2f x peak (%.1f)\n", type, name, of(name),
                      of(name) / of("gemm"), of("gemm"), of(name) / of("peak"), of("peak"));
      }
  }

 private:
  std::map<std::string, double> medians_;
};

template <class T>
void add_all(const std::string& type) {
  benchmark::RegisterBenchmark(("peak/" + type).c_str(), peak<T>);
  benchmark::RegisterBenchmark(("gemm/" + type).c_str(), gemm<T>);
  benchmark::RegisterBenchmark(("score/" + type).c_str(), score<T>);
  benchmark::RegisterBenchmark(("gradient/" + type).c_str(), gradient<T>);
  benchmark::RegisterBenchmark(("both/" + type).c_str(), both<T>);
}

}  // namespace
}  // namespace holdout::bench

int main(int argc, char** argv) {
  // Defaults of ours, before what the user says.
  std::vector<std::string> words{argv[0], "--benchmark_repetitions=9", "--benchmark_min_time=0.05",
                                 "--benchmark_enable_random_interleaving=true",
                                 "--benchmark_report_aggregates_only=true"};
  words.insert(words.end(), argv + 1, argv + argc);
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  int count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());
  if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) return 2;
  std::printf("kernels: %s\n", holdout::train::simd_target());
  holdout::bench::add_all<double>("float64");
  holdout::bench::add_all<float>("float32");
  holdout::bench::Ratios reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::Shutdown();
}
