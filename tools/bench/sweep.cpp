// A sweep of logistic regressions in lanes against the same trainings one after another in Eigen code. One thread.
//
// 64 configurations (8 λ × 8 learning rates), 20 000 training rows, 5 000 hold-out rows, 200 features, batches of 64,
// 5 epochs, Adam. Both sides take the same rows in the same order and measure the same losses; their parameters are
// compared. The two are timed in turn, round after round, and the median of the rounds' ratios counts: other work on
// the machine meets both.
//
// usage: bench_sweep [rounds]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <holdout/train/cpu.hpp>
#include <holdout/train/trainer.hpp>

#include "eigen_training.hpp"
#include "problem.hpp"

namespace holdout::bench {
namespace {

/// Largest difference of two vectors, relative to the largest entry.
double difference(const std::vector<double>& a, const std::vector<double>& b) {
  double off = 0, size = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    off = std::max(off, std::abs(a[i] - b[i])), size = std::max(size, std::abs(a[i]));
  return off / size;
}

template <class T>
bool compare(const data::Dataset& dataset, int rounds) {
  constexpr bool kFloat = sizeof(T) == sizeof(float);
  const auto design = make_design<T>(dataset);
  const auto configs = make_configs(kFloat);
  const train::Metric& metric = *train::find_metric("log_loss");

  // The order in which a trainer takes the rows (decisions.md: streams).
  std::vector<std::vector<std::uint32_t>> orders;
  for (std::uint64_t epoch = 0; epoch < std::uint64_t{kEpochs}; ++epoch)
    orders.push_back(stream(kSeed, "shuffle", 0, epoch).permutation(std::uint32_t{kRows}));
  const auto rows = [](const train::Part<T>& part) { return EigenRows<T>{part.x.data(), part.y.data(), part.n}; };
  const EigenTask<T> task{kFeatures, rows(design.train), rows(design.holdout), std::size_t{kBatch}, orders};

  std::vector<double> lanes_s, eigen_s, ratios;
  double off_theta = 0, off_loss = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<train::LaneResult> lanes;
    std::vector<EigenResult> eigen;
    lanes_s.push_back(seconds([&] {
      const auto trainer = train::make_trainer(design, metric, configs, kSeed, 0);
      trainer->run_to({kEpochs, {}});
      lanes = trainer->results();
    }));
    eigen_s.push_back(seconds([&] {
      for (const train::LaneConfig& c : configs)
        eigen.push_back(train_in_eigen<T>(task, c.model.l2, c.training.learning_rate.start));
    }));
    ratios.push_back(eigen_s.back() / lanes_s.back());
    for (std::size_t i = 0; i < configs.size(); ++i) {
      off_theta = std::max(off_theta, difference(lanes[i].theta, eigen[i].theta));
      off_loss = std::max(off_loss, std::abs(lanes[i].curve.back().train_loss - eigen[i].train_loss.back()));
      off_loss = std::max(off_loss, std::abs(lanes[i].curve.back().holdout - eigen[i].holdout.back()));
    }
  }
  const double operations = 4e-9 * double{kRows} * double{kFeatures} * kEpochs * static_cast<double>(configs.size());
  std::printf("%s  lanes %.3f s (%.0f GF/s)  one by one %.3f s (%.0f GF/s)  ratio %.2f (%.2f to %.2f)\n",
              kFloat ? "float32" : "float64", median(lanes_s), operations / median(lanes_s), median(eigen_s),
              operations / median(eigen_s), median(ratios), *std::min_element(ratios.begin(), ratios.end()),
              *std::max_element(ratios.begin(), ratios.end()));
  std::printf("         largest difference: parameters %.1e (relative), losses %.1e\n", off_theta, off_loss);
  // Thousands of steps, each divided by a root of a running mean: rounding grows by about 100.
  return off_theta < (kFloat ? 1e-3 : 1e-10) && off_loss < (kFloat ? 1e-4 : 1e-11);
}

}  // namespace
}  // namespace holdout::bench

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 7;
  if (rounds < 1) return std::fprintf(stderr, "usage: bench_sweep [rounds, at least 1]\n"), 2;
  const auto dataset = holdout::bench::make_data();
  std::printf("64 configurations, 20000 rows, 200 features, batch 64, 5 epochs, Adam, one thread, %s, median of %d\n",
              holdout::train::simd_target(), rounds);
  const bool same = holdout::bench::compare<double>(dataset, rounds) & holdout::bench::compare<float>(dataset, rounds);
  if (!same) std::fprintf(stderr, "bench_sweep: the two do not compute the same\n");
  return same ? 0 : 1;
}
