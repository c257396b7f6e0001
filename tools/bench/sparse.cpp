// Sparse logistic regressions in lanes: against the same kernels with one lane at a time, and against plain loops over
// CSR rows (csr_training.hpp). One thread.
//
// 32 configurations (8 λ × 4 learning rates), 20 000 rows × 50 000 features with 75 nonzeros a row, batches of 64, four
// epochs. Features are as frequent as words (Zipf), or all alike. All sides take the same rows in the same order; their
// parameters are compared. Prints the peak of the memory, too.
//
// usage: bench_sparse [rounds] [lanes a cohort]
#include <sys/resource.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <holdout/train/cpu.hpp>

#include "csr_training.hpp"
#include "problem.hpp"

namespace holdout::bench {
namespace {

constexpr std::size_t kWide = 50'000, kNonzeros = 75, kConfigs = 32;
constexpr std::int64_t kPasses = 4;

data::Dataset make_sparse(bool zipf) {
  data::Dataset out;
  out.task = data::Task::classification;
  out.rows = kRows + kRows / 10, out.features = kWide;
  out.classes = {"no", "yes"};
  Stream weights = stream(kSeed, "sparse weights"), draws = stream(kSeed, "sparse rows");
  std::vector<double> w(kWide);
  for (double& x : w) x = weights.normal();
  out.sparse.start.push_back(0);
  for (std::size_t i = 0; i < out.rows; ++i) {
    std::vector<std::uint32_t> columns;
    while (columns.size() < kNonzeros) {
      const double u = draws.uniform(), share = zipf ? std::expm1(u * std::log1p(double{kWide})) / double{kWide} : u;
      columns.push_back(static_cast<std::uint32_t>(std::min(share * kWide, kWide - 1.0)));
      std::sort(columns.begin(), columns.end());
      columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    }
    double score = 0;
    for (const std::uint32_t j : columns) {
      const double x = (0.5 + draws.uniform()) / std::sqrt(double{kNonzeros});
      out.sparse.columns.push_back(j), out.sparse.values.push_back(x);
      score += x * w[j];
    }
    out.sparse.start.push_back(out.sparse.values.size());
    out.y.push_back(draws.uniform() < 1 / (1 + std::exp(-4 * score)) ? 1 : 0);
  }
  return out;
}

std::vector<train::LaneConfig> configs_of(bool adam) {
  std::vector<train::LaneConfig> configs;
  for (const train::LaneConfig& c : make_configs(false)) {
    if (configs.size() == kConfigs) break;
    configs.push_back(c);
    select(configs.back().training.optimizer, adam ? "adam" : "momentum");
    configs.back().training.epochs = kPasses;
    if (!adam) configs.back().training.learning_rate.start *= 100;
  }
  return configs;
}

// Parameters of all configurations, trained so many lanes at a time.
std::vector<std::vector<double>> train_lanes(const train::Design<double>& design,
                                             const std::vector<train::LaneConfig>& configs, std::size_t lanes) {
  std::vector<std::vector<double>> theta;
  for (std::size_t first = 0; first < configs.size(); first += lanes) {
    const std::span<const train::LaneConfig> cohort(configs.data() + first, std::min(lanes, configs.size() - first));
    const auto trainer = train::make_trainer(design, *train::find_metric("log_loss"), cohort, kSeed, 0);
    trainer->run_to({kPasses, {}});
    for (const train::LaneResult& r : trainer->results()) theta.push_back(r.theta);
  }
  return theta;
}

bool compare(bool zipf, bool adam, int rounds, std::size_t lanes) {
  const data::Dataset dataset = make_sparse(zipf);
  data::Fold fold;
  for (std::uint32_t i = 0; i < dataset.rows; ++i) (i < kRows ? fold.train : fold.holdout).push_back(i);
  const data::Scaling none{std::vector<double>(kWide, 0.0), std::vector<double>(kWide, 1.0),
                           std::vector<double>(kWide, 0.0)};
  const auto design = train::make_design<double>(dataset, none, fold);
  const auto configs = configs_of(adam);
  std::vector<std::vector<std::uint32_t>> orders;
  for (std::uint64_t epoch = 0; epoch < std::uint64_t{kPasses}; ++epoch)
    orders.push_back(stream(kSeed, "shuffle", 0, epoch).permutation(std::uint32_t{kRows}));
  const CsrRows rows{design.train.x.data(),
                     design.train.start.data(),
                     design.train.columns.data(),
                     design.train.y.data(),
                     kWide,
                     std::size_t{kBatch},
                     orders};
  std::vector<double> together_s, alone_s, plain_s, against_alone, against_plain;
  double off = 0;
  bool same = true;
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::vector<double>> together, alone, plain;
    together_s.push_back(seconds([&] { together = train_lanes(design, configs, lanes); }));
    alone_s.push_back(seconds([&] { alone = train_lanes(design, configs, 1); }));
    plain_s.push_back(seconds([&] {
      for (const train::LaneConfig& c : configs)
        plain.push_back(train_csr(rows, adam, c.model.l2, c.training.learning_rate.start));
    }));
    against_alone.push_back(alone_s.back() / together_s.back());
    against_plain.push_back(plain_s.back() / together_s.back());
    same = same && together == alone;
    for (std::size_t c = 0; c < configs.size(); ++c)
      for (std::size_t j = 0; j <= kWide; ++j) off = std::max(off, std::abs(together[c][j] - plain[c][j]));
  }
  std::printf(
      "%-8s %-8s  %zu lanes %.3f s  one lane at a time %.3f s (%.2f x)  plain CSR loops %.3f s (%.2f x)"
      "  largest difference %.0e\n",
      zipf ? "zipf" : "uniform", adam ? "adam" : "momentum", lanes, median(together_s), median(alone_s),
      median(against_alone), median(plain_s), median(against_plain), off);
  return same && off < 1e-9;
}

}  // namespace
}  // namespace holdout::bench

int main(int argc, char** argv) {
  using namespace holdout::bench;
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 3, lanes = argc > 2 ? std::atoi(argv[2]) : int{kConfigs};
  if (rounds < 1 || lanes < 1) return std::fprintf(stderr, "usage: bench_sparse [rounds] [lanes a cohort]\n"), 2;
  std::printf(
      "%zu configurations, %zu rows, %zu features, %zu nonzeros a row, batch %lld, one thread, %s, median of %d\n",
      kConfigs, kRows, kWide, kNonzeros, static_cast<long long>(kBatch), holdout::train::simd_target(), rounds);
  bool good = true;
  for (const bool zipf : {true, false})
    for (const bool adam : {false, true}) good = compare(zipf, adam, rounds, static_cast<std::size_t>(lanes)) && good;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("peak memory %ld MB\n", usage.ru_maxrss / 1024);
  if (!good) std::fprintf(stderr, "bench_sparse: the three do not compute the same\n");
  return good ? 0 : 1;
}
