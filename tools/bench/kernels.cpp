// The passes of a training step against the most the CPU can do (independent multiply-adds in registers) and Eigen's
// square matrix product, all in one run on one thread.
//
// Linear models: 64 lanes, 200 features, batches of 64 rows: one batch over and over (in the cache), and batches drawn
// from 20 000 rows in random order, as in training. Perceptrons: the lanes of a cohort, batches of 64. Sparse rows: 32
// lanes, 75 nonzeros of 50 000 features. `adam` is whole trainings of 64 logistic regressions: score, loss, gradient,
// penalty, update, hold-out error; only the operations of scores and gradients count.
//
// Prints operations a second, then the medians and the best of interleaved repetitions as shares of the peak's. Takes
// the options of Google Benchmark (--benchmark_repetitions, --benchmark_filter, …).
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <holdout/train/cpu.hpp>
#include <holdout/train/lanes.hpp>

#include "kernels.hpp"
#include "machine.hpp"
#include "models.hpp"
#include "problem.hpp"

namespace holdout::bench {
namespace {

constexpr std::size_t kBatchRows = 64, kLanes = 64, kGemm = 512;

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

/// Rows, parameters and scores of linear models; `next` takes the following batch of the shuffled rows.
template <class T>
struct Linear {
  train::AlignedVector<T> x = train::AlignedVector<T>(kRows * kFeatures);
  std::vector<std::uint32_t> order = stream(kSeed, "order").permutation(kRows);
  train::LaneTable<T> theta{kFeatures + 1, kLanes}, scores{kBatchRows, kLanes}, slopes{kFeatures + 1, kLanes};
  std::size_t first = 0;

  Linear() {
    fill(x.data(), x.size(), "x");
    fill(theta.row(0), theta.rows() * kLanes, "theta"), fill(scores.row(0), kBatchRows * kLanes, "scores");
  }
  train::Rows<T> next() {
    first = first + 2 * kBatchRows <= kRows ? first + kBatchRows : 0;
    return train::Rows<T>{x.data(), kFeatures, order.data(), kRows}.part(first, kBatchRows);
  }
  train::ScorePass<T> score(const train::Rows<T>& rows) {
    return {rows, theta.row(0), theta.row(kFeatures), scores.row(0), kLanes, kLanes};
  }
  train::GradientPass<T> gradient(const train::Rows<T>& rows) {
    return {rows, scores.row(0), kLanes, slopes.row(0), slopes.row(kFeatures), kLanes, true};
  }
};
constexpr double kLinear = 2.0 * kBatchRows * kFeatures * kLanes;

template <class T>
void score(benchmark::State& state) {
  Linear<T> b;
  const train::Rows<T> rows = b.next();
  for (auto _ : state) train::score(b.score(rows));
  count_operations(state, kLinear);
}

template <class T>
void gradient(benchmark::State& state) {
  Linear<T> b;
  const train::Rows<T> rows = b.next();
  for (auto _ : state) train::gradient(b.gradient(rows));
  count_operations(state, kLinear);
}

/// Both passes over the same batch, one after the other, then the next batch.
template <class T>
void both_random(benchmark::State& state) {
  Linear<T> b;
  for (auto _ : state) {
    const train::Rows<T> rows = b.next();
    train::score(b.score(rows)), train::gradient(b.gradient(rows));
  }
  count_operations(state, 2 * kLinear);
}

template <class T>
void adam(benchmark::State& state) {
  static const train::Design<T> design = make_design<T>(make_data());
  const auto configs = make_configs(sizeof(T) == sizeof(float));
  for (auto _ : state)
    train::make_trainer(design, *train::find_metric("log_loss"), configs, kSeed, 0)->run_to({kEpochs, {}});
  count_operations(state, (4.0 * kRows + 2.0 * kHoldout) * kEpochs * kFeatures * kLanes);
}

using Shape = std::array<std::size_t, 3>;  // inputs, hidden units, outputs

/// A perceptron of three layers and a batch for it.
template <class T>
struct Perceptron {
  static constexpr std::size_t kStride = train::lane_stride<T>(64 / sizeof(T));  // what study::cut_into_cohorts gives
  std::size_t inputs, outputs, units;
  std::unique_ptr<train::Model<T>> model;
  train::AlignedVector<T> x, scores, tape;
  train::LaneTable<T> theta, slopes;

  explicit Perceptron(const Shape& shape) : inputs(shape[0]), outputs(shape[2]), units(shape[1]) {
    train::ModelSettings settings;
    select(settings, "mlp");
    settings.hidden = {static_cast<std::int64_t>(units)};
    model = train::make_model<T>(settings, inputs, outputs);
    theta = {model->parameters(), kStride}, slopes = theta;
    x.resize(kBatchRows * inputs), scores.resize(kBatchRows * outputs * kStride);
    tape.resize(kBatchRows * model->tape() * kStride);
    fill(x.data(), x.size(), "x"), fill(theta.row(0), theta.rows() * kStride, "theta");
  }
  train::Rows<T> rows() const { return {x.data(), inputs, nullptr, kBatchRows}; }
  double scores_operations() const {
    return 2.0 * kBatchRows * kStride * static_cast<double>((inputs + outputs) * units);
  }
};

template <class T>
void perceptron_scores(benchmark::State& state, const Shape& shape) {
  Perceptron<T> p(shape);
  for (auto _ : state) p.model->scores(p.rows(), p.theta, p.scores.data(), {p.tape.data()});
  count_operations(state, p.scores_operations());
}

/// Scores too: the gradient uses them up.
template <class T>
void perceptron_step(benchmark::State& state, const Shape& shape) {
  Perceptron<T> p(shape);
  for (auto _ : state) {
    p.model->scores(p.rows(), p.theta, p.scores.data(), {p.tape.data()});
    p.model->gradient(p.rows(), p.theta, p.scores.data(), {p.tape.data()}, p.slopes, true);
  }
  const double behind = 2.0 * kBatchRows * Perceptron<T>::kStride * static_cast<double>(p.units * p.outputs);
  count_operations(state, 2 * p.scores_operations() + behind);
}

template <class T>
struct Sparse {
  static constexpr std::size_t kWide = 50'000, kNonzeros = 75, kSparseRows = 4096, kSparseLanes = 32;
  train::AlignedVector<T> x = train::AlignedVector<T>(kSparseRows * kNonzeros);
  std::vector<std::uint32_t> columns;
  std::vector<std::size_t> start;
  train::LaneTable<T> theta{kWide + 1, kSparseLanes}, scores{kBatchRows, kSparseLanes};
  std::size_t first = 0;

  Sparse() {
    fill(x.data(), x.size(), "x"), fill(theta.row(0), theta.rows() * kSparseLanes, "theta");
    Stream draws = stream(kSeed, "columns");
    for (std::size_t i = 0; i < kSparseRows; ++i) {
      start.push_back(columns.size());
      for (std::size_t k = 0; k < kNonzeros; ++k)
        columns.push_back(static_cast<std::uint32_t>(draws.uniform() * kWide));
      std::sort(columns.end() - kNonzeros, columns.end());
    }
    start.push_back(columns.size());
  }
  train::Rows<T> next() {
    first = first + 2 * kBatchRows <= kSparseRows ? first + kBatchRows : 0;
    return train::Rows<T>{x.data(), kWide, nullptr, kSparseRows, 0, start.data(), columns.data()}.part(first,
                                                                                                       kBatchRows);
  }
};
template <class T>
constexpr double kSparse = 2.0 * kBatchRows* Sparse<T>::kNonzeros* Sparse<T>::kSparseLanes;

template <class T>
void sparse_score(benchmark::State& state) {
  Sparse<T> b;
  for (auto _ : state)
    train::score(train::ScorePass<T>{b.next(), b.theta.row(0), b.theta.row(b.kWide), b.scores.row(0), b.kSparseLanes,
                                     b.kSparseLanes});
  count_operations(state, kSparse<T>);
}

template <class T>
void sparse_gradient(benchmark::State& state) {
  Sparse<T> b;
  for (auto _ : state)
    train::gradient(train::GradientPass<T>{b.next(), b.scores.row(0), b.kSparseLanes, b.theta.row(0),
                                           b.theta.row(b.kWide), b.kSparseLanes, false});
  count_operations(state, kSparse<T>);
}

/// The console's table, and of every kernel the median and the best rate.
class Shares : public benchmark::ConsoleReporter {
 public:
  Shares() : ConsoleReporter(OO_Tabular) {}
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      if (run.run_type == Run::RT_Iteration && run.counters.contains("GF/s")) {
        if (!rates_.contains(run.run_name.function_name)) names_.push_back(run.run_name.function_name);
        rates_[run.run_name.function_name].push_back(run.counters.at("GF/s").value);
      }
  }
  void Finalize() override {
    std::printf("%-32s %10s %10s %14s %14s\n", "", "GF/s", "best", "share of peak", "best of best");
    for (const std::string& name : names_) {
      const std::string type = name.substr(name.rfind('/'));
      const auto best = [&](const std::string& of) { return *std::max_element(rates_[of].begin(), rates_[of].end()); };
      std::printf("%-32s %10.1f %10.1f", name.c_str(), median(rates_[name]), best(name));
      if (rates_.contains("peak" + type))
        std::printf(" %14.2f %14.2f", median(rates_[name]) / median(rates_["peak" + type]),
                    best(name) / best("peak" + type));
      std::printf("\n");
    }
  }

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::vector<double>> rates_;
};

template <class T>
void add_all(const std::string& type) {
  const auto add = [&](const std::string& name, auto&& run) {
    benchmark::RegisterBenchmark((name + "/" + type).c_str(), run);
  };
  add("peak", peak<T>);
  add("gemm", gemm<T>);
  add("score", score<T>);
  add("gradient", gradient<T>);
  add("score and gradient, random rows", both_random<T>);
  add("adam", adam<T>);
  for (const Shape& shape : {Shape{36, 32, 6}, {784, 128, 10}}) {
    const std::string name = std::to_string(shape[0]) + "-" + std::to_string(shape[1]) + "-" + std::to_string(shape[2]);
    add(name + " scores", [shape](auto& state) { perceptron_scores<T>(state, shape); });
    add(name + " scores and gradient", [shape](auto& state) { perceptron_step<T>(state, shape); });
  }
  add("sparse score", sparse_score<T>);
  add("sparse gradient", sparse_gradient<T>);
}

}  // namespace
}  // namespace holdout::bench

int main(int argc, char** argv) {
  // Defaults of ours, before what the user says.
  std::vector<std::string> words{argv[0], "--benchmark_repetitions=15", "--benchmark_min_time=0.05",
                                 "--benchmark_enable_random_interleaving=true"};
  words.insert(words.end(), argv + 1, argv + argc);
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  int count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());
  if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) return 2;
  std::printf("one thread, %s\n", holdout::train::simd_target());
  holdout::bench::add_all<double>("float64");
  holdout::bench::add_all<float>("float32");
  holdout::bench::Shares reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::Shutdown();
}
