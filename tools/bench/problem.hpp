// The problem that sweep and threads train: 64 logistic regressions, Adam, on normal features.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string_view>
#include <vector>

#include <holdout/base/random.hpp>
#include <holdout/train/trainer.hpp>

#include "select.hpp"

namespace holdout::bench {

inline constexpr std::size_t kRows = 20'000, kHoldout = 5'000, kFeatures = 200;
inline constexpr std::int64_t kBatch = 64, kEpochs = 5;
inline constexpr Seed kSeed{1};

/// Standard normal features; classes by a linear score of spread 1 with logistic noise.
inline data::Dataset make_data() {
  data::Dataset out;
  out.task = data::Task::classification;
  out.rows = kRows + kHoldout, out.features = kFeatures;
  out.classes = {"no", "yes"};
  Stream weights = stream(kSeed, "bench weights"), draws = stream(kSeed, "bench rows");
  std::vector<double> w(kFeatures);
  for (double& x : w) x = weights.normal() / std::sqrt(double{kFeatures});
  for (std::size_t i = 0; i < out.rows; ++i) {
    double score = 0;
    for (std::size_t j = 0; j < kFeatures; ++j) {
      out.x.push_back(draws.normal());
      score += w[j] * out.x.back();
    }
    out.y.push_back(draws.uniform() < 1 / (1 + std::exp(-4 * score)) ? 1 : 0);
  }
  return out;
}

/// Nothing standardized: the features are near enough to it.
template <class T>
train::Design<T> make_design(const data::Dataset& dataset) {
  data::Fold fold;
  for (std::uint32_t i = 0; i < kRows + kHoldout; ++i) (i < kRows ? fold.train : fold.holdout).push_back(i);
  const data::Scaling none{std::vector<double>(kFeatures, 0.0), std::vector<double>(kFeatures, 1.0),
                           std::vector<double>(kFeatures, 0.0)};
  return train::make_design<T>(dataset, none, fold);
}

/// 8 λ × 8 learning rates.
inline std::vector<train::LaneConfig> make_configs(bool in_float) {
  std::vector<train::LaneConfig> configs;
  for (int i = 0; i < 8; ++i)
    for (int j = 0; j < 8; ++j) {
      train::LaneConfig c;
      select(c.model, "logistic");
      select(c.training.optimizer, "adam");
      c.model.l2 = std::pow(10.0, -6 + 0.5 * i);
      c.training.learning_rate.start = std::pow(10.0, -4 + 0.25 * j);
      c.training.batch_size = kBatch, c.training.epochs = kEpochs;
      c.training.precision = in_float ? "float32" : "float64";
      configs.push_back(c);
    }
  return configs;
}

double seconds(auto&& work) {
  const auto from = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace holdout::bench
