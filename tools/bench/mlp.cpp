// Perceptrons in lanes against the same trainings one after another in Eigen's matrix products. One thread.
//
// 32 configurations (4 λ × 8 learning rates), Adam, relu, softmax, batches of 64, in the cohorts that a study would cut
// them into. Both sides take the same rows in the same order from the same start; their parameters are compared. They
// are timed in turn, and the median of the rounds' ratios counts. Only the lanes look at hold-out rows, and pay for
// making tables and results: of 784-128-10 with 512 rows (8 steps), not 2048, they are slower than Eigen, 0.87 and
// 0.71.
//
// usage: bench_mlp [rounds]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <holdout/train/cpu.hpp>

#include "cohorts.hpp"
#include "eigen_mlp.hpp"
#include "models.hpp"
#include "problem.hpp"

namespace holdout::bench {
namespace {

struct Case {
  std::vector<std::size_t> sizes;
  std::size_t rows;
  std::int64_t epochs;
};

data::Dataset make_classes(const Case& c) {
  data::Dataset out;
  out.task = data::Task::classification;
  out.rows = c.rows + 64, out.features = c.sizes.front();  // a few hold-out rows: Eigen does not look at any
  for (std::size_t k = 0; k < c.sizes.back(); ++k) out.classes.push_back(std::to_string(k));
  Stream draws = stream(kSeed, "bench mlp", out.features);
  for (std::size_t i = 0; i < out.rows; ++i) {
    double score = 0;
    for (std::size_t j = 0; j < out.features; ++j) out.x.push_back(draws.normal()), score += std::sin(out.x.back());
    const double place = (score / std::sqrt(static_cast<double>(out.features)) + 1.5) / 3;  // mostly in 0 … 1
    const double classes = static_cast<double>(c.sizes.back());
    out.y.push_back(std::clamp(std::floor(place * classes), 0.0, classes - 1));
  }
  return out;
}

std::vector<train::LaneConfig> configs_of(const Case& c, bool in_float) {
  std::vector<train::LaneConfig> configs = make_configs(in_float);
  configs.resize(32);
  for (train::LaneConfig& config : configs) {
    const double l2 = config.model.l2;
    select(config.model, "mlp");
    config.model.l2 = l2, config.model.hidden.assign(c.sizes.begin() + 1, c.sizes.end() - 1);
    config.training.epochs = c.epochs;
  }
  return configs;
}

template <class T>
bool compare(const Case& c, int rounds) {
  constexpr bool kFloat = sizeof(T) == sizeof(float);
  const data::Dataset dataset = make_classes(c);
  data::Fold fold;
  for (std::uint32_t i = 0; i < dataset.rows; ++i) (i < c.rows ? fold.train : fold.holdout).push_back(i);
  const std::size_t d = dataset.features, classes = c.sizes.back();
  const data::Scaling none{std::vector<double>(d, 0.0), std::vector<double>(d, 1.0), std::vector<double>(d, 0.0)};
  const auto design = train::make_design<T>(dataset, none, fold);
  const auto configs = configs_of(c, kFloat);
  const auto cohorts = study::cut_into_cohorts(configs, {.features = d, .classes = classes, .folds = 1, .threads = 1});
  const train::Metric& metric = *train::find_metric("log_loss");
  const std::vector<double> start = train::make_model<T>(configs[0].model, d, classes)->start(kSeed);
  std::vector<std::vector<std::uint32_t>> orders;
  for (std::uint64_t epoch = 0; epoch < static_cast<std::uint64_t>(c.epochs); ++epoch)
    orders.push_back(stream(kSeed, "shuffle", 0, epoch).permutation(static_cast<std::uint32_t>(c.rows)));
  const MlpTask<T> task{c.sizes, design.train.x.data(), design.train.y.data(), c.rows, kBatch, orders, start};

  std::vector<double> lanes_s, eigen_s, ratios;
  double off = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::vector<double>> lanes(configs.size()), eigen;
    lanes_s.push_back(seconds([&] {
      for (const auto& cohort : cohorts) {
        std::vector<train::LaneConfig> members;
        for (const std::size_t i : cohort) members.push_back(configs[i]);
        const auto trainer = train::make_trainer(design, metric, members, kSeed, 0);
        trainer->run_to({c.epochs, {}});
        const auto results = trainer->results();
        for (std::size_t k = 0; k < cohort.size(); ++k) lanes[cohort[k]] = results[k].theta;
      }
    }));
    eigen_s.push_back(seconds([&] {
      for (const train::LaneConfig& config : configs)
        eigen.push_back(train_mlp_in_eigen<T>(task, config.model.l2, config.training.learning_rate.start));
    }));
    ratios.push_back(eigen_s.back() / lanes_s.back());
    for (std::size_t i = 0; i < configs.size(); ++i)
      for (std::size_t r = 0; r < start.size(); ++r) off = std::max(off, std::abs(lanes[i][r] - eigen[i][r]));
  }
  double weights = 0;
  for (std::size_t l = 0; l + 1 < c.sizes.size(); ++l) weights += static_cast<double>(c.sizes[l] * c.sizes[l + 1]);
  const double first = static_cast<double>(c.sizes[0] * c.sizes[1]),
               rows = static_cast<double>(c.rows * configs.size());
  const double operations = 1e-9 * rows * static_cast<double>(c.epochs) * (6 * weights - 2 * first);
  std::string shape;
  for (const std::size_t size : c.sizes) shape += (shape.empty() ? "" : "-") + std::to_string(size);
  std::printf(
      "%-14s %s  %2zu lanes a cohort %.3f s (%3.0f GF/s)  one by one %.3f s (%3.0f GF/s)  ratio %.2f "
      "(%.2f to %.2f)  apart %.0e\n",
      shape.c_str(), kFloat ? "float32" : "float64", cohorts[0].size(), median(lanes_s), operations / median(lanes_s),
      median(eigen_s), operations / median(eigen_s), median(ratios), *std::min_element(ratios.begin(), ratios.end()),
      *std::max_element(ratios.begin(), ratios.end()), off);
  return kFloat || off < 1e-8;  // a unit of relu that rounding puts on the other side makes another training in float32
}

}  // namespace
}  // namespace holdout::bench

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  if (rounds < 1) return std::fprintf(stderr, "usage: bench_mlp [rounds, at least 1]\n"), 2;
  std::printf("32 configurations, batch 64, Adam, one thread, %s, median of %d\n", holdout::train::simd_target(),
              rounds);
  bool same = true;
  for (const holdout::bench::Case& c : {holdout::bench::Case{{64, 32, 10}, 4096, 2},
                                        {{16, 64, 10}, 4096, 2},
                                        {{36, 32, 6}, 4096, 3},
                                        {{784, 128, 10}, 2048, 1}})
    same = holdout::bench::compare<double>(c, rounds) & holdout::bench::compare<float>(c, rounds) & same;
  if (!same) std::fprintf(stderr, "bench_mlp: the two do not compute the same\n");
  return same ? 0 : 1;
}
